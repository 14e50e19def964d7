/// <reference lib="deno.worker" />
/**
 * A cache for all workers: what one has computed, the others just read, until
 * it expires. It holds ten thousand results at most, those that are asked for
 * most.
 *
 * ```sh
 * deno run --allow-read=. examples/cache.ts
 * ```
 *
 * @module
 */
import { SharedMap } from "../mod.ts";

const AN_HOUR = 3_600_000;
const LIMIT = 1_000_000;

using cache = await SharedMap.open<number, number>("primes", {
  key: "number",
  value: "number",
  maxEntries: 10_000,
  onFull: "evict",
});

// This file is both the program and its worker's module.
if ("WorkerGlobalScope" in self) {
  ask("the worker");
  self.postMessage("done");
} else {
  ask("the program, first");
  ask("the program, again");
  await runWorker();
  await expired();
  ask("the program, later");
}

function ask(who: string) {
  let isComputed = false;
  const primes = cache.getOrInsertComputed(LIMIT, (limit) => {
    isComputed = true;
    return countPrimes(limit);
  }, { ttl: AN_HOUR });
  const how = isComputed ? "computed" : "from the cache";
  console.log(`${who.padEnd(20)} ${primes} primes, ${how}`);
}

/** Lets the hour pass, so to speak. */
async function expired() {
  cache.expire(LIMIT, 1);
  while (cache.has(LIMIT)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The sieve of Eratosthenes, which takes its time. */
function countPrimes(limit: number): number {
  const composite = new Uint8Array(limit);
  let primes = 0;
  for (let n = 2; n < limit; n++) {
    if (composite[n]) continue;
    primes++;
    for (let m = n * n; m < limit; m += n) composite[m] = 1;
  }
  return primes;
}

function runWorker(): Promise<void> {
  const worker = new Worker(import.meta.url, { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = () => {
      worker.terminate();
      resolve();
    };
  });
}
