// What the documents say of files and of tests is true: a link leads to a file, and to a
// heading in it; a test that is named is in that file; a term that is explained is in
// use.
import { assert } from "@std/assert";
import { exists, walk } from "@std/fs";

const ROOT = new URL("../", import.meta.url);
const ELSEWHERE = /^(?:[a-z]+:|\/\/)/;

interface Document {
  readonly url: URL;
  /** From the root on. */
  readonly path: string;
  /** Without its blocks of code. */
  readonly text: string;
}

async function allDocuments(): Promise<Document[]> {
  const options = { exts: [".md"], skip: [/node_modules|\/\.git\//] };
  const files = await Array.fromAsync(walk(ROOT, options));
  const documents = files.map(({ path }) => {
    const url = new URL(`file://${path}`);
    const text = Deno.readTextFileSync(url)
      .replaceAll(/^(```+)[^]*?^\1$/gm, "");
    return { url, path: path.slice(ROOT.pathname.length), text };
  });
  assert(documents.length > 5, "there are documents");
  return documents;
}

/** A heading as a link names it. */
function anchorOf(heading: string): string {
  return heading.trim().toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

function anchorsIn(file: URL): string[] {
  const text = Deno.readTextFileSync(file);
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, it]) => anchorOf(it));
}

Deno.test("a link in a document leads to a file, and to a heading in it", async () => {
  for (const { url, path, text } of await allDocuments()) {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (ELSEWHERE.test(target)) continue;
      const file = new URL(target, url);
      const { hash } = file;
      file.hash = "";
      assert(
        await exists(file),
        `${path} links to ${target}: nothing is there`,
      );
      const there = Deno.lstatSync(file);
      if (hash === "") continue;
      const anchors = there.isFile ? anchorsIn(file) : [];
      assert(
        anchors.includes(decodeURIComponent(hash.slice(1))),
        `${path} links to ${target}, and there is no such heading`,
      );
    }
  }
});

/** Whether a text has these parts, one behind the other. */
function hasInOrder(text: string, parts: readonly string[]): boolean {
  let at = 0;
  return parts.every((part) => {
    at = text.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
    return true;
  });
}

/**
 * Names stand in quotes behind the link to the file; "…" stands for what may be
 * between, as where a name is made of parts.
 */
Deno.test("a test that a document names is there", async () => {
  const named = /\]\(([^)\s]+_test\.ts)\):((?:,?\s+"[^"]+")+)/g;
  let count = 0;
  for (const { url, path, text } of await allDocuments()) {
    for (const [, target, names] of text.matchAll(named)) {
      const code = Deno.readTextFileSync(new URL(target, url));
      for (const [, name] of names.matchAll(/"([^"]+)"/g)) {
        const parts = name.replaceAll(/\s+/g, " ").split("…");
        assert(
          code.split("\n").some((line) => hasInOrder(line, parts)),
          `${path} names a test that ${target} does not have: ${name}`,
        );
        count++;
      }
    }
  }
  assert(count > 50, `only ${count} tests are named`);
});

Deno.test("what docs/protocol.md names of the models and the layout is there", () => {
  const folder = new URL("tests/model/", ROOT);
  const sources = [
    new URL("src/segment/layout.ts", ROOT),
    ...[...Deno.readDirSync(folder)].map(({ name }) => new URL(name, folder)),
  ].map((file) => Deno.readTextFileSync(file)).join();
  const page = Deno.readTextFileSync(new URL("docs/protocol.md", ROOT));
  const names = [...page.matchAll(/`([A-Za-z]+_[A-Za-z_0-9]+)…?`/g)];
  assert(names.length > 20, `${names.length}`);
  for (const [, name] of names) assert(sources.includes(name), name);
});

/** Words in lower case, one space apart: those of names, too. */
function wordsOf(text: string): string {
  return text.replaceAll(/([a-z])(?=[A-Z])/g, "$1 ").toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ");
}

Deno.test("each term of the glossary has one meaning, and is in use", async () => {
  const glossary = new URL("docs/glossary.md", ROOT);
  const terms = [
    ...Deno.readTextFileSync(glossary).matchAll(/\*\*(?:to )?(.+?)\*\*/g),
  ].map(([, term]) => term);
  assert(terms.length > 50, `${terms.length}`);
  for (const [i, term] of terms.entries()) {
    assert(terms.indexOf(term) === i, `${term} is explained twice`);
  }
  const code = await Array.fromAsync(
    walk(new URL("src/", ROOT), { exts: [".ts"] }),
    ({ path }) => Deno.readTextFileSync(path),
  );
  const documents = await allDocuments();
  const texts = documents.filter(({ url }) => url.href !== glossary.href)
    .map(({ text }) => text);
  const words = ` ${wordsOf([...code, ...texts].join("\n"))}`;
  for (const term of terms) {
    assert(words.includes(` ${wordsOf(term)}`), `nothing is called ${term}`);
  }
});
