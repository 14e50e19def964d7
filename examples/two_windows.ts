/// <reference lib="deno.worker" />
/**
 * A rate limit over two windows: 10 requests a second, and 100 an hour, for each
 * client, whichever worker they reach. A request that is refused counts in neither.
 *
 * ```sh
 * deno run --allow-read=. examples/two_windows.ts
 * ```
 *
 * Both counters are read, and both are incremented, in one transaction. Without it
 * a request could be counted in one window and then be refused by the other.
 *
 * @module
 */
import { SharedMap } from "../mod.ts";

const CLIENT = "203.0.113.7";
const WINDOWS = [
  { name: "second", limit: 10, ttl: 1_000 },
  { name: "hour", limit: 100, ttl: 3_600_000 },
];

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
  console.log(`Counted in this hour: ${requests.get(`${CLIENT} hour`)}.`);
}

/** Asks 80 times, a millisecond apart; returns how often it was allowed. */
async function besiege(): Promise<number> {
  let allowed = 0;
  for (let i = 0; i < 80; i++) {
    if (isAllowed(CLIENT)) allowed++;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return allowed;
}

/** The first request opens a window, whose end the others leave as it is. */
function isAllowed(client: string): boolean {
  return requests.transaction((tx) => {
    for (const { name, limit } of WINDOWS) {
      if ((tx.get(`${client} ${name}`) ?? 0) >= limit) return false;
    }
    for (const { name, ttl } of WINDOWS) {
      tx.increment(`${client} ${name}`, 1, { ttl });
    }
    return true;
  });
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
