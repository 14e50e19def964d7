/// <reference lib="deno.worker" />
/**
 * A rate limit that holds for all workers together: 100 requests a minute for
 * each client, whichever worker they reach.
 *
 * ```sh
 * deno run --allow-read=. examples/rate_limit.ts
 * ```
 *
 * @module
 */
import { SharedMap } from "../mod.ts";

const LIMIT = 100;
const WINDOW = 60_000;

using requests = await SharedMap.open<string, number>("requests", {
  value: "number",
  timeout: Infinity, // others answer sooner or later, however busy the machine is
});

if ("WorkerGlobalScope" in self) self.postMessage(await besiege());
else await main();

async function main() {
  const allowed = await Promise.all([runWorker(), runWorker(), runWorker()]);
  const sum = allowed.reduce((sum, each) => sum + each);
  console.log(`3 workers allowed ${allowed.join(" + ")} = ${sum} requests.`);
}

/** Asks 80 times, a millisecond apart; returns how often it was allowed. */
async function besiege(): Promise<number> {
  let allowed = 0;
  for (let i = 0; i < 80; i++) {
    if (isAllowed("203.0.113.7")) allowed++;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return allowed;
}

/** The first request opens a window, whose end the others leave as it is. */
function isAllowed(client: string): boolean {
  return requests.increment(client, 1, { ttl: WINDOW }) <= LIMIT;
}

function runWorker(): Promise<number> {
  const worker = new Worker(import.meta.url, { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
  });
}
