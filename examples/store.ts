/// <reference lib="deno.worker" />
/**
 * Typed values: strings that expire, counters, lists, sets, hashes and sorted sets, which several
 * workers use as they would use a server.
 *
 * ```sh
 * deno run --allow-read=. examples/store.ts
 * ```
 *
 * The workers take jobs from a list, and wait when there is none. What they do with a job, they do
 * in one transaction: so a reader of the results finds all of them or none.
 *
 * @module
 */
import { SharedStore } from "../src/store/mod.ts";

const WORKERS = 2;
const JOBS = 20;

using store = await SharedStore.open("example", { timeout: Infinity });

if ("WorkerGlobalScope" in self) await work();
else await main();

async function main() {
  showTypes();
  const workers = Array.from(
    { length: WORKERS },
    () => new Worker(import.meta.url, { type: "module" }),
  );
  for (let i = 0; i < JOBS; i++) store.rpush("jobs", `job ${i}`);
  for (let i = 0; i < JOBS; i++) await store.blpop("done");
  for (const worker of workers) worker.terminate();
  const sum = store.zrange("by worker", 0, -1, { withScores: true })
    .reduce((sum, [, count]) => sum + count, 0);
  console.log(`jobs done: ${store.scard("finished")}, counted: ${sum}`);
  const { hitRate, operations } = store.metrics();
  console.log(`${operations} operations, hit rate ${hitRate.toFixed(2)}`);
}

function showTypes(): void {
  store.set("session:1", "ada", { pxat: Date.now() - 1 }); // it is gone already
  store.set("session:2", "bob", { ex: 3600 });
  console.log("sessions:", store.get("session:2"), store.ttl("session:2"));
  store.incrby("visits", 41);
  console.log("visits:", store.incr("visits"));
  store.rpush("list", "a", "b", "c", "d");
  console.log("list:", store.lpop("list"), store.lrange("list", -2, -1));
  store.sadd("tags", "deno", "wasm", "deno");
  console.log("tags:", store.scard("tags"));
  store.hset("user:1", { name: "Ada", city: "London" });
  console.log("user:", store.hget("user:1", "city"));
  store.zadd("scores", [["ada", 120], ["bob", 80], ["cat", 100]]);
  console.log("best:", store.zrange("scores", 0, 1, { rev: true }));
  console.log("there are:", store.exists("session:1", "session:2", "nothing"));
}

async function work(): Promise<void> {
  const me = crypto.randomUUID();
  for (;;) {
    const [, job] = (await store.blpop("jobs"))!;
    store.transaction((tx) => {
      tx.sadd("finished", job);
      tx.zincrby("by worker", 1, me);
      tx.rpush("done", job);
    });
  }
}
