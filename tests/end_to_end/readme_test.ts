// What the README shows: every file as it is printed there, run by the command that is
// printed there, in an empty folder.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Folder } from "../testing/folder.ts";
import { outputOf } from "../testing/child.ts";
import { serve } from "./serve.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", ROOT));

/** The blocks of code in a language. */
function blocksOf(language: string): string[] {
  const blocks = README.matchAll(/^```(\w+)[^\n]*\n([^]*?)^```$/gm);
  return [...blocks].filter(([, its]) => its === language)
    .map(([, , code]) => code);
}

/** The files that it names, each in its first line; the first block is `first.ts`. */
const FILES = new Map(
  blocksOf("ts").map((code) => {
    const name = /^\/\/ (\w+\.ts)\n/.exec(code)?.[1] ?? "first.ts";
    return [name, code];
  }),
);
const COMMANDS = blocksOf("sh").flatMap((code) => code.trim().split("\n"));

/** A folder with these files, in which the module is known by its name. */
function newcomer(): Folder {
  const folder = new Folder();
  const imports = { "@epochmap/epochmap": new URL("mod.ts", ROOT).href };
  const files = [...FILES, ["deno.json", JSON.stringify({ imports })]];
  for (const [name, text] of files) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, text);
  }
  return folder;
}

/** Runs `deno` in a folder. */
async function deno(cwd: string, ...args: string[]): Promise<string> {
  return await outputOf(args, { cwd });
}

/**
 * The flags and the file of a documented `deno run`; what is read from this project counts
 * as remote.
 */
function documented(file: string): string[] {
  const line = COMMANDS.find((line) => line.endsWith(` ${file}`));
  assert(line !== undefined, `the README does not run ${file}`);
  const root = fileURLToPath(ROOT);
  const args = line.split(" ").slice(1);
  return args.map((arg) =>
    arg.startsWith("--allow-read=") ? `${arg},${root}` : arg
  );
}

Deno.test("every command of the README is known here, or to the tests of the CLI", () => {
  const known = [
    "npx --yes deno@2.9.6 task demo",
    "deno add jsr:@epochmap/epochmap",
    "deno serve --parallel server.ts",
    "curl --cookie-jar jar --cookie jar http://localhost:8000",
    "deno run --allow-read=. main.ts",
    "deno run transfer.ts",
    "deno run waiting.ts",
    "deno run --allow-read=data --allow-write=data visits.ts",
    "npx --yes deno@2.9.6 task test",
  ];
  const others = COMMANDS.filter((line) => !line.includes("epochmap/cli "));
  assertEquals(others, known);
  const files = [
    "first.ts",
    "server.ts",
    "main.ts",
    "worker.ts",
    "transfer.ts",
    "waiting.ts",
    "visits.ts",
  ];
  assertEquals([...FILES.keys()], files);
});

Deno.test("the README names the version of Deno that it is tested with", () => {
  // Addresses have one number more.
  const versions = new Set(README.match(/(?<![\d.])\d+\.\d+\.\d+(?![\d.])/g));
  assertEquals([...versions], [Deno.version.deno]);
});

Deno.test("every file of the README is typed well", async () => {
  using folder = newcomer();
  await deno(folder.path, "check", ...FILES.keys());
});

Deno.test("the README's first lines run without any permission", async () => {
  using folder = newcomer();
  await deno(folder.path, "run", "first.ts");
});

Deno.test("the README's workers print what they have counted, and end", async () => {
  using folder = newcomer();
  const out = await deno(folder.path, ...documented("main.ts"));
  assertEquals(out, "3 workers counted to 30000\n");
});

Deno.test("the README's transfers move money as far as there is some", async () => {
  using folder = newcomer();
  const out = await deno(folder.path, ...documented("transfer.ts"));
  assertEquals(out, "70 30\n");
});

Deno.test("the README's program that waits gets its result, and ends", async () => {
  using folder = newcomer();
  const out = await deno(folder.path, ...documented("waiting.ts"));
  assertEquals(out, "job 1: 19\n");
});

Deno.test("the README's server knows its visitors, by ids of its own", async () => {
  using folder = newcomer();
  const script = pathToFileURL(`${folder.path}/server.ts`);
  await using server = await serve(script, 2);
  const ask = async (cookie: string) => {
    const headers = { connection: "close", cookie };
    const response = await fetch(server.origin, { headers });
    const given = response.headers.get("set-cookie")!;
    return { given: given.split(";")[0], text: await response.text() };
  };
  const first = await ask("");
  assertEquals(first.text, "Visit 1\n");
  for (let visit = 2; visit < 10; visit++) {
    const next = await ask(first.given);
    assertEquals(next, { given: first.given, text: `Visit ${visit}\n` });
  }
  const forged = await ask("session=chosen");
  assertEquals(forged.text, "Visit 1\n");
  assertMatch(forged.given, /^session=[\w-]{36}$/);
});

Deno.test("the README's map on disk is there again", async () => {
  using folder = newcomer();
  const run = () => deno(folder.path, ...documented("visits.ts"));
  assertEquals(await run(), "Run number 1\n");
  assertEquals(await run(), "Run number 2\n");
});
