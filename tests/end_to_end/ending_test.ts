// The programs of docs/ending.md end, each in its way, and what they wrote is on disk.
import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { restoreSnapshot, SharedMap } from "../../mod.ts";
import { Child } from "../testing/child.ts";
import { Folder } from "../testing/folder.ts";

const ROOT = new URL("../../", import.meta.url);
const page = await Deno.readTextFile(new URL("docs/ending.md", ROOT));

/** The program below a heading, as a file. */
function programUnder(heading: string, folder: string): string {
  const section = page.split(`\n## ${heading}\n`)[1].split("\n## ")[0];
  const code = section.match(/```ts\n([^]*?)```/)![1]
    .replace("@epochmap/epochmap", new URL("mod.ts", ROOT).href);
  const file = `${folder}/program.ts`;
  Deno.writeTextFileSync(file, code);
  return file;
}

/** Starts a program in a folder of its own. */
function start(heading: string, args: string[]) {
  const folder = new Folder();
  const { path } = folder;
  const flags = ["--no-check", "--allow-read", `--allow-write=${path}`];
  const child = new Child(
    [...args, ...flags, programUnder(heading, path)],
    { cwd: path, env: { DENO_JOBS: "3" } },
  );
  return {
    child,
    /** What it left on disk. */
    async left(): Promise<[unknown, unknown][]> {
      using map = SharedMap.create({ maxBytes: 2 ** 20 });
      await restoreSnapshot(map, `${path}/data`);
      return [...map];
    },
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  for (const how of ["alone", "--parallel"]) {
    Deno.test(`${signal}: what a server counted, ${how}, is on disk when it has ended`, async () => {
      const args = ["serve", "--host=127.0.0.1", "--port=0"];
      if (how === "--parallel") args.push(how);
      await using program = start("SIGTERM and SIGINT", args);
      const origin = await program.child.says(/http:\/\/127[^\s/]+/);
      const requests = Array.from({ length: 60 }, async () => {
        // A connection of its own, so that any worker may get it.
        const headers = { connection: "close" };
        await (await fetch(origin, { headers })).text();
      });
      await Promise.all(requests);
      program.child.kill(signal);
      assertEquals((await program.child.ended()).code, 0);
      assertEquals(await program.left(), [["/", 60]]);
    });
  }
}

Deno.test("SIGTERM: what servers answered, also while they were ending, is on disk", async () => {
  const args = ["serve", "--parallel", "--host=127.0.0.1", "--port=0"];
  await using program = start("SIGTERM and SIGINT", args);
  const origin = await program.child.says(/http:\/\/127[^\s/]+/);
  const highest = await answered(origin, 100);
  const clients = Array.from({ length: 4 }, () => answered(origin, Infinity));
  program.child.kill("SIGTERM");
  assertEquals((await program.child.ended()).code, 0);
  const most = Math.max(highest, ...await Promise.all(clients));
  assertEquals(await program.left(), [["/", most]]);
});

/** Asks a server so often, or until it ends; returns the highest number that it gave. */
async function answered(origin: string, times: number): Promise<number> {
  let highest = 0;
  for (let i = 0; i < times; i++) {
    try {
      const headers = { connection: "close" };
      const response = await fetch(origin, { headers });
      const text = await response.text();
      if (response.ok) highest = Math.max(highest, Number(text));
    } catch (error) {
      assertInstanceOf(error, TypeError); // it ended
      break;
    }
  }
  return highest;
}

Deno.test("Deno.exit: what was flushed is on disk", async () => {
  await using program = start("Deno.exit", ["run"]);
  assertEquals((await program.child.ended()).code, 3);
  assertEquals(await program.left(), [["report", "done"]]);
});

Deno.test("an error that nobody catches: what was written before is on disk", async () => {
  await using program = start("An error that nobody catches", ["run"]);
  const { code, err } = await program.child.ended();
  assertEquals(code, 1);
  assertStringIncludes(err, "nobody catches this");
  assertEquals(await program.left(), [["a", 1]]);
});
