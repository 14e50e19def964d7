/**
 * Traces in files, in the formats in which they are published.
 *
 * - `lines`: a number a line; lines that begin otherwise are left out.
 * - `arc`: a line has the first block, how many there are, and two numbers that
 *   do not matter here. Each block is an access.
 * - `u32le`, `u32be`: a word of four bytes for each access, the lowest byte first
 *   or last.
 *
 * A file whose name ends in `.gz` is decompressed.
 *
 * @module
 */
import { UsageError } from "../measure/options.ts";

/** A format, by its name. */
export type Format = "lines" | "arc" | "u32le" | "u32be";

export const FORMATS: readonly Format[] = ["lines", "arc", "u32le", "u32be"];

/** Reads a trace, its first accesses only if it is longer. */
export async function readTrace(
  path: string | URL,
  format: Format,
  most: number,
): Promise<Uint32Array> {
  const bytes = await readBytes(path);
  const accesses = Uint32Array.from(parse(bytes, format, most));
  if (accesses.length > 0) return accesses;
  throw new UsageError(
    `Cannot use the trace ${path}: expected the format ${format}, and found no access`,
  );
}

async function readBytes(path: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await Deno.readFile(path);
  if (!`${path}`.endsWith(".gz")) return bytes;
  const plain = new Blob([bytes]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

function* parse(
  bytes: Uint8Array<ArrayBuffer>,
  format: Format,
  most: number,
): Generator<number> {
  let count = 0;
  for (const access of accessesOf(bytes, format)) {
    if (count++ === most) return;
    yield access;
  }
}

function accessesOf(
  bytes: Uint8Array<ArrayBuffer>,
  format: Format,
): Iterable<number> {
  switch (format) {
    case "lines":
      return firstNumbers(bytes);
    case "arc":
      return blocks(bytes);
    case "u32le":
      return wordsOf(bytes, true);
    case "u32be":
      return wordsOf(bytes, false);
  }
}

function* firstNumbers(bytes: Uint8Array): Generator<number> {
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    if (/^\d/.test(line)) yield parseInt(line);
  }
}

function* blocks(bytes: Uint8Array): Generator<number> {
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    const [first, count] = line.split(" ").map(Number);
    for (let i = 0; i < count; i++) yield first + i;
  }
}

function* wordsOf(
  { buffer, byteLength }: Uint8Array<ArrayBuffer>,
  isLittle: boolean,
): Generator<number> {
  const view = new DataView(buffer);
  for (let at = 0; at + 4 <= byteLength; at += 4) {
    yield view.getUint32(at, isLittle);
  }
}
