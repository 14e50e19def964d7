/**
 * A search for similar texts, on all workers of a server: each takes texts in,
 * and finds those of the others at once.
 *
 * ```sh
 * deno serve --parallel --host 127.0.0.1 examples/similar_texts.ts
 * ```
 * Then, a text a line:
 * ```sh
 * curl --data-binary @README.md http://127.0.0.1:8000/
 * curl "http://127.0.0.1:8000/?q=searching+vectors&k=3"
 * ```
 * Texts become vectors by the pieces of their words, so those are close that
 * have words in common, or words of one stem. For those that mean the same, put
 * the embedding of a model in the place of `embed`; nothing else changes.
 *
 * @module
 */
import { HotVectorIndex } from "../src/vectors/mod.ts";

const DIMENSIONS = 512;
/** How long the pieces of words are. */
const PIECES = [3, 4, 5];
const MOST_RESULTS = 100;

interface Text {
  text: string;
}

const index = await HotVectorIndex.open<Text>("texts", {
  dimensions: DIMENSIONS,
});

/** A text as a vector: each piece of a word goes one way or the other along one axis. */
function embed(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const word of words) {
    const marked = `<${word}>`;
    for (const length of PIECES) {
      for (let i = 0; i + length <= marked.length; i++) {
        const hash = hashOf(marked.slice(i, i + length));
        vector[(hash >>> 1) % DIMENSIONS] += hash & 1 ? 1 : -1;
      }
    }
  }
  return vector;
}

/** FNV-1a, with its bits mixed. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  return (hash ^ hash >>> 13) >>> 0;
}

/** Whether there is anything in a text to compare it by. */
function hasPieces(vector: Float32Array): boolean {
  return vector.some((component) => component !== 0);
}

/** Takes texts in, a line each; one that is there already is not there twice. */
function take(lines: readonly string[]): Response {
  const items = lines.map((line) => line.trim())
    .map((text) => [text, embed(text), { text }] as const)
    .filter(([, vector]) => hasPieces(vector));
  const added = index.addMany(items);
  return Response.json({ added, size: index.size });
}

function find(query: string, k: number): Response {
  const vector = embed(query);
  if (!hasPieces(vector)) return refusal("q must have a word in it");
  if (!Number.isInteger(k) || k < 1 || k > MOST_RESULTS) {
    return refusal(`k must be a number from 1 to ${MOST_RESULTS}`);
  }
  const found = index.search(vector, k);
  return Response.json(found.map(({ metadata, score }) => ({
    text: metadata?.text,
    score: Number(score.toFixed(3)),
  })));
}

function refusal(why: string): Response {
  return new Response(`${why}\n`, { status: 400 });
}

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "POST") {
      return take((await request.text()).split("\n"));
    }
    const { searchParams } = new URL(request.url);
    return find(
      searchParams.get("q") ?? "",
      Number(searchParams.get("k") ?? 5),
    );
  },
};
