/// <reference lib="deno.worker" />
/**
 * A worker that does its share of the job for some seconds: by itself on the
 * shared map, or by asking the owner of a plain one.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import type { Input } from "./input.ts";
import { type Request, requestsFor, serve } from "./requests.ts";
import { Stopwatch } from "./stopwatch.ts";

/** What a contender gets in its one message. */
export interface ContenderJob {
  readonly input: Input;
  readonly longest: number;
  /** Its share: every piece whose number leaves this rest. */
  readonly worker: number;
  readonly workers: number;
  readonly seconds: number;
  /** Operations that are done before the next look at the clock: those of one message. */
  readonly batch: number;
  /** The shared map; without it there is a port to an owner. */
  readonly index?: SharedMapHandle;
}

/** How much was done, in which time, and how long the answers took. */
export interface ContenderReport {
  readonly operations: number;
  readonly seconds: number;
  readonly answers: Float64Array;
}

self.onmessage = async ({ data: job, ports: [owner] }) => {
  self.postMessage(
    job.index ? await workOnMap(job, job.index) : await askOwner(job, owner),
  );
};

const answers = new Stopwatch();

async function workOnMap(job: ContenderJob, handle: SharedMapHandle) {
  using index = SharedMap.attach<string, string>(handle, { value: "string" });
  return await work(job, (batch) => {
    for (const request of batch) answers.time(() => serve(index, request));
  });
}

async function askOwner(job: ContenderJob, owner: MessagePort) {
  const ask = (batch: Request[]) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    owner.onmessage = () => resolve();
    owner.postMessage(batch);
    return promise;
  };
  const report = await work(
    job,
    (batch) => answers.timeAnswer(() => ask(batch)),
  );
  owner.close();
  return report;
}

async function work(
  job: ContenderJob,
  perform: (batch: Request[]) => void | Promise<void>,
): Promise<ContenderReport> {
  const { input, longest, worker, workers } = job;
  const share = input.pieces.filter(({ number }) =>
    number % workers === worker
  );
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let operations = 0;
  for (
    const batch of inBatches(requestsFor(input, share, longest), job.batch)
  ) {
    await perform(batch);
    operations += batch.length;
    if (seconds() > job.seconds) break;
  }
  return { operations, seconds: seconds(), answers: answers.samples };
}

function* inBatches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
