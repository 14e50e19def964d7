/// <reference lib="deno.worker" />
/** A worker of `workers.ts`: searches or adds until it is told to stop, and says how often. */
import { HotVectorIndex, type SharedMapHandle } from "../../src/vectors/mod.ts";
import { Mixture } from "./mixture.ts";
import { Mutex } from "./mutex.ts";

/** What a worker is told. */
export interface Order {
  readonly kind: "alone" | "with a mutex";
  readonly work: "search" | "add";
  readonly handle: SharedMapHandle;
  readonly mutex: Int32Array;
  /** 1: it begins, 2: it ends. */
  readonly signal: Int32Array;
}

const DIMENSIONS = 128;
const QUERIES = 500;
const CLOSEST = 10;

function workOf(
  { handle, kind, mutex, work }: Order,
): (vector: Float32Array) => unknown {
  const index = HotVectorIndex.attach(handle);
  const me = crypto.randomUUID();
  let added = 0;
  const run = (vector: Float32Array) =>
    work === "add"
      ? index.add(`${me} ${added++}`, vector)
      : index.search(vector, CLOSEST);
  if (kind === "alone") return run;
  const lock = new Mutex(mutex);
  return (vector) => lock.locked(() => run(vector));
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const { signal } = data;
  const vectors = new Mixture(DIMENSIONS, Date.now()).take(QUERIES);
  const run = workOf(data);
  self.postMessage(0);
  Atomics.wait(signal, 0, 0);
  let operations = 0;
  for (; Atomics.load(signal, 0) === 1; operations++) {
    run(vectors[operations % QUERIES]);
  }
  self.postMessage(operations);
};
