// The layers of `src`: a folder imports only from folders below it, and what is published
// imports nothing but itself and what is built into the runtime.
import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs";
import config from "../deno.json" with { type: "json" };

/** From the lowest up. */
const LAYERS = [
  "segment",
  "reclamation",
  "table",
  "kernel",
  "codec",
  "map",
  "persist",
  "api",
  "store",
  "vectors",
  "server",
  "bundle",
  "cli",
];
/** What lies below all of them: every file may use it. */
const BELOW_ALL = ["errors.ts", "timers.ts"];
/** A text that is made of the others. */
const WORKER_CODE = "persist/worker_code.ts";
const SRC = new URL("../src/", import.meta.url);

interface Import {
  readonly file: string;
  /** As it is written. */
  readonly of: string;
}

/** The text of a file without its comments. */
function codeOf(file: URL): string {
  return Deno.readTextFileSync(file)
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "");
}

function importsIn(file: URL): string[] {
  const code = codeOf(file);
  const from =
    /^(?:import|export)\s(?:[^;"]*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;
  const urls = /new URL\(\s*"(\.[^"]+)",\s*import\.meta\.url/g;
  return [...code.matchAll(from), ...code.matchAll(urls)]
    .map(([, named, called]) => named ?? called);
}

/** All files of `src` that somebody wrote, as named from there. */
async function allFiles(): Promise<string[]> {
  const options = { exts: [".ts"], includeDirs: false };
  const files = await Array.fromAsync(walk(SRC, options));
  assert(files.length > 50, "there are files");
  return files.map(({ path }) => path.slice(SRC.pathname.length))
    .filter((file) => file !== WORKER_CODE);
}

async function allImports(): Promise<Import[]> {
  return (await allFiles()).flatMap((file) =>
    importsIn(new URL(file, SRC)).map((of) => ({ file, of }))
  );
}

function layerOf(file: string): string {
  return file.split("/")[0];
}

Deno.test("every folder of src is a layer, and every layer a folder", () => {
  const folders = [...Deno.readDirSync(SRC)]
    .filter((entry) => entry.isDirectory)
    .map((entry) => entry.name);
  assertEquals(folders.sort(), LAYERS.toSorted());
});

Deno.test("a layer imports only from layers below it", async () => {
  for (const { file, of } of await allImports()) {
    if (!of.startsWith(".")) continue;
    const target = new URL(of, new URL(file, SRC)).href.slice(SRC.href.length);
    if (BELOW_ALL.includes(target)) continue;
    const [above, below] = [layerOf(file), layerOf(target)];
    assert(
      LAYERS.includes(below),
      `${file} imports ${of}, which is in no layer`,
    );
    assert(
      LAYERS.indexOf(below) <= LAYERS.indexOf(above),
      `${file} imports ${of}: ${above} is below ${below}`,
    );
  }
});

Deno.test("no file imports itself, by way of whatever others", async () => {
  const imports = new Map<string, string[]>();
  for (const { file, of } of await allImports()) {
    if (!of.startsWith(".")) continue;
    const target = new URL(of, new URL(file, SRC)).href.slice(SRC.href.length);
    imports.set(file, [...imports.get(file) ?? [], target]);
  }
  const visited = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    assert(!way.includes(file), `${[...way, file].join(" imports ")}`);
    if (visited.has(file)) return;
    visited.add(file);
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
  };
  for (const file of imports.keys()) visit(file, []);
});

Deno.test("what is published imports nothing but itself and built-ins", async () => {
  for (const { file, of } of await allImports()) {
    if (config.publish.exclude.includes(`src/${layerOf(file)}`)) continue;
    assert(/^(\.|node:)/.test(of), `${file} imports ${of}`);
  }
  for (const entry of Object.values(config.exports)) {
    for (const of of importsIn(new URL(`../${entry}`, import.meta.url))) {
      assert(/^(\.|node:)/.test(of), `${entry} imports ${of}`);
    }
  }
});

Deno.test("one module of persist/ calls the file system, so that the tests can swap it", async () => {
  const callers = (await allFiles())
    .filter((file) => {
      if (layerOf(file) !== "persist") return false;
      const code = codeOf(new URL(file, SRC));
      const calls = [...code.matchAll(/\bDeno\.(\w+)\(/g)];
      return calls.some(([, called]) => called !== "unrefTimer") ||
        /"node:fs/.test(code);
    });
  assertEquals(callers, ["persist/system.ts"]);
});

Deno.test("the layers are named where newcomers look for them", () => {
  const text = Deno.readTextFileSync(
    new URL("../docs/architecture.md", import.meta.url),
  );
  const named = [...text.matchAll(/^### `(\w+)\/`$/gm)].map(([, layer]) =>
    layer
  );
  assertEquals(named.toReversed(), LAYERS);
});

Deno.test("the files that newcomers are told of are in their layers", async () => {
  const text = Deno.readTextFileSync(
    new URL("../docs/architecture.md", import.meta.url),
  );
  const files = [...await allFiles(), WORKER_CODE];
  for (const section of text.split("\n### `").slice(1)) {
    const [layer] = section.split("/");
    const [body] = section.split("\n## ");
    const named = [...body.matchAll(/`([\w/]+\.ts)`/g)].map(([, name]) => name);
    assert(named.length > 0, layer);
    for (const name of named) {
      const isThere = files.includes(`${layer}/${name}`) ||
        files.includes(name);
      assert(isThere, `${layer} has no ${name}`);
    }
  }
});

Deno.test("timers come from one module, which takes them at its import", async () => {
  const own =
    /(?<!\btimers\.|\w)(?:(?:set|clear)(?:Timeout|Interval)\(|performance\.now)/;
  for (const file of await allFiles()) {
    if (file === "timers.ts") continue;
    const found = codeOf(new URL(file, SRC)).match(own);
    assert(found === null, `${file} calls ${found?.[0]}`);
  }
});

/** The most columns that a comment takes. */
const COMMENT_COLUMNS = 100;

Deno.test("comments are at most 100 columns wide", async () => {
  for (const file of await allFiles()) {
    const lines = Deno.readTextFileSync(new URL(file, SRC)).split("\n");
    const wide = lines.findIndex((line) =>
      [...line].length > COMMENT_COLUMNS && /^\s*(?:\/\*|\*|\/\/)/.test(line)
    );
    assert(wide < 0, `src/${file}:${wide + 1} is too wide`);
  }
});
