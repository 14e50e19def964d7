// The programs of docs/ending.md end, each in its way, and what they wrote is on disk.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { restoreSnapshot, SharedMap } from "../../mod.ts";

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
async function start(heading: string, args: string[]) {
  const folder = await Deno.makeTempDir({ prefix: "epochmap-" });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...args,
      "--no-check",
      "--allow-read",
      `--allow-write=${folder}`,
      programUnder(heading, folder),
    ],
    cwd: folder,
    env: { NO_COLOR: "1", DENO_JOBS: "3" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  return {
    child,
    /** Reads what it says until this is there; the match. */
    async says(pattern: RegExp): Promise<string> {
      let text = "";
      const [shown, rest] = child.stderr.tee();
      rest.pipeTo(new WritableStream());
      for await (const part of shown.pipeThrough(new TextDecoderStream())) {
        text += part;
        const found = text.match(pattern);
        if (found !== null) return found[0];
      }
      throw new Error(`it said only: ${text}`);
    },
    /** What it left on disk. */
    async left(): Promise<[unknown, unknown][]> {
      using map = SharedMap.create({ maxBytes: 2 ** 20 });
      await restoreSnapshot(map, `${folder}/data`);
      return [...map];
    },
    async [Symbol.asyncDispose]() {
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  for (const how of ["alone", "--parallel"]) {
    Deno.test(`${signal}: what a server counted, ${how}, is on disk when it has ended`, async () => {
      const args = ["serve", "--host=127.0.0.1", "--port=0"];
      if (how === "--parallel") args.push(how);
      await using program = await start("SIGTERM and SIGINT", args);
      const origin = await program.says(/http:\/\/127[^\s/]+/);
      const requests = Array.from({ length: 60 }, async () => {
        // A connection of its own, so that any worker may get it.
        const headers = { connection: "close" };
        await (await fetch(origin, { headers })).text();
      });
      await Promise.all(requests);
      program.child.kill(signal);
      assertEquals((await program.child.status).code, 0);
      assertEquals(await program.left(), [["/", 60]]);
    });
  }
}

Deno.test("Deno.exit: what was flushed is on disk", async () => {
  await using program = await start("Deno.exit", ["run"]);
  assertEquals((await program.child.output()).code, 3);
  assertEquals(await program.left(), [["report", "done"]]);
});

Deno.test("an error that nobody catches: what was written before is on disk", async () => {
  await using program = await start("An error that nobody catches", ["run"]);
  const { code, stderr } = await program.child.output();
  assertEquals(code, 1);
  assertStringIncludes(
    new TextDecoder().decode(stderr),
    "nobody catches this",
  );
  assertEquals(await program.left(), [["a", 1]]);
});
