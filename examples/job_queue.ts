/// <reference lib="deno.worker" />
/**
 * A job queue without polling: workers wait for jobs, each job is done once, and
 * the program waits for the results.
 *
 * ```sh
 * deno run --allow-read=. examples/job_queue.ts
 * ```
 *
 * A job has a number, and the counter `added` says how many there are. A worker
 * takes the next number of the counter `taken`, and waits until that job is there.
 * So each job has one worker, which wakes up for it, and jobs begin in their order.
 *
 * @module
 */
import { SharedMap } from "../mod.ts";

const WORKERS = 3;
const JOBS = 30;

type Job = { readonly text: string } | "none is left";

// Others answer sooner or later, however busy the machine is.
const timeout = Infinity;
using numbers = await SharedMap.open<string, number>("numbers", {
  value: "number",
  timeout,
});
using jobs = await SharedMap.open<string, Job>("jobs", { timeout });
using results = await SharedMap.open<string, string>("results", { timeout });

if ("WorkerGlobalScope" in self) await work();
else await main();

async function main() {
  const workers = Array.from(
    { length: WORKERS },
    () => new Worker(import.meta.url, { type: "module" }),
  );
  for (let i = 0; i < JOBS; i++) {
    add({ text: `job ${i}` });
    if (i % 10 === 0) await pause(5); // now and then there is nothing to do
  }
  const done = Array.from({ length: JOBS }, (_, i) => results.waitFor(`${i}`));
  const texts = await Promise.all(done);
  for (let i = 0; i < WORKERS; i++) add("none is left");
  await numbers.waitFor("ended", { until: (ended) => ended === WORKERS });
  for (const worker of workers) worker.terminate();
  console.log(`${texts.length} jobs done, the last one: ${texts.at(-1)}`);
}

function add(job: Job): void {
  jobs.set(`${numbers.increment("added") - 1}`, job);
}

async function work(): Promise<void> {
  for (;;) {
    const number = `${numbers.increment("taken") - 1}`;
    const job = await jobs.waitFor(number);
    jobs.delete(number);
    if (job === "none is left") break;
    await pause(1); // the work
    results.set(number, job.text.toUpperCase());
  }
  numbers.increment("ended");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
