// `deno serve --parallel` runs one module in many workers, which meet by name.
// It runs without any permission.
import { assertEquals } from "@std/assert";
import { eventually } from "../testing/eventually.ts";
import { serve } from "./serve.ts";

const WORKERS = 3;
const REQUESTS = 300;

Deno.test("The workers of deno serve --parallel share one map", async () => {
  await using server = await serve(
    new URL("./counting_server.ts", import.meta.url),
    WORKERS,
  );
  let asked = 0; // until there is more than one: they start one after another
  await eventually(async () => {
    asked++;
    return byWorker(await ask(`${server.origin}/first`)).length > 1;
  });
  const paths = Array.from({ length: REQUESTS }, (_, i) => `/${i % 3}`);
  await Promise.all(paths.map((path) => ask(server.origin + path)));
  const hits = await ask(`${server.origin}/last`);
  assertEquals(hits["/last"], 1);
  for (const path of ["/0", "/1", "/2"]) {
    assertEquals(hits[path], REQUESTS / 3);
  }
  assertEquals(hits["/first"], asked);
  const sum = byWorker(hits).reduce((sum, count) => sum + count, 0);
  assertEquals(sum, asked + REQUESTS + 1);
});

/** How many requests each worker has answered that has answered any. */
function byWorker(hits: Record<string, number>): number[] {
  return Object.entries(hits).filter(([key]) => key.startsWith("by"))
    .map(([, count]) => count);
}

async function ask(url: string): Promise<Record<string, number>> {
  // A connection of its own, so that any worker may get it.
  const response = await fetch(url, { headers: { connection: "close" } });
  return await response.json();
}
