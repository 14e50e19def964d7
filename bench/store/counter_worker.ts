/// <reference lib="deno.worker" />
import type { SharedMapHandle } from "../../mod.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { Gate, now } from "../throughput/gate.ts";

/** What a worker is to count, with how many others. */
export interface Order {
  readonly handle: SharedMapHandle;
  readonly gate: SharedArrayBuffer;
  readonly workers: number;
  readonly seconds: number;
}

/** Increments between two looks at the clock. */
const BATCH = 100;
const WARM_UP = 100_000;

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const { handle, gate, workers, seconds } = data;
  using store = SharedStore.attach(handle);
  for (let i = 0; i < WARM_UP; i++) store.incr("warm");
  const end = new Gate(gate, workers).pass() + seconds * 1_000;
  let count = 0;
  while (now() < end) {
    for (let i = 0; i < BATCH; i++) store.incr("hot");
    count += BATCH;
  }
  self.postMessage(count);
};
