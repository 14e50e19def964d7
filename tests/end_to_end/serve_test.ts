// `deno serve --parallel` runs one module in many workers, which meet by name.
// It runs without any permission.
import { assert, assertEquals } from "@std/assert";

const WORKERS = 3;
const REQUESTS = 300;

Deno.test("The workers of deno serve --parallel share one map", async () => {
  await using server = await serve("./counting_server.ts");
  const paths = Array.from({ length: REQUESTS }, (_, i) => `/${i % 3}`);
  await Promise.all(paths.map((path) => ask(server.origin + path)));
  const hits = await ask(`${server.origin}/last`);
  assertEquals(hits["/last"], 1);
  for (const path of ["/0", "/1", "/2"]) {
    assertEquals(hits[path], REQUESTS / 3);
  }
  const byWorker = Object.entries(hits).filter(([key]) => key.startsWith("by"));
  assert(byWorker.length > 1, "one worker answered every request");
  const sum = byWorker.reduce((sum, [, count]) => sum + count, 0);
  assertEquals(sum, REQUESTS + 1);
});

async function ask(url: string): Promise<Record<string, number>> {
  // A connection of its own, so that any worker may get it.
  const response = await fetch(url, { headers: { connection: "close" } });
  return await response.json();
}

/** Starts a server on a free port; it is stopped when it is disposed of. */
async function serve(script: string) {
  const { pathname } = new URL(script, import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "serve",
      "--parallel",
      "--host=127.0.0.1",
      "--port=0",
      pathname,
    ],
    env: { DENO_JOBS: String(WORKERS), NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const [shown, rest] = child.stderr.tee();
  const drained = rest.pipeTo(new WritableStream());
  let text = "";
  for await (const part of shown.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (/http:\/\/\S+\//.test(text)) break;
  }
  const origin = text.match(/http:\/\/[^\s/]+/)?.[0];
  assert(origin !== undefined, `The server says no address: ${text}`);
  return {
    origin,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
      await drained;
    },
  };
}
