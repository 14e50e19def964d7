/// <reference lib="deno.worker" />
/**
 * A cache for all workers: what one has computed, the others just read, until
 * it expires.
 *
 * ```sh
 * deno run --allow-read=. examples/cache.ts
 * ```
 *
 * @module
 */
import { SharedMap } from "../mod.ts";

const TTL = 300;

using cache = await SharedMap.open<number, number>("primes", {
  key: "number",
  value: "number",
});

if ("WorkerGlobalScope" in self) {
  ask("the worker");
  self.postMessage("done");
} else {
  ask("the program, first");
  ask("the program, again");
  await runWorker();
  await new Promise((resolve) => setTimeout(resolve, TTL));
  ask("the program, later");
}

function ask(who: string) {
  const start = performance.now();
  const primes = primesBelow(1_000_000);
  const time = (performance.now() - start).toFixed(2).padStart(6);
  console.log(`${who.padEnd(20)} ${primes} primes after ${time} ms`);
}

function primesBelow(limit: number): number {
  const primes = cache.getOrInsertComputed(limit, countPrimes);
  // Only a fresh entry has no end yet.
  if (cache.ttl(limit) === Infinity) cache.expire(limit, TTL);
  return primes;
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
