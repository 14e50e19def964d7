/// <reference lib="deno.worker" />
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import { Gate, now } from "../throughput/gate.ts";

/** What a worker transfers between, with how many others. */
export interface ConflictOrder {
  readonly handle: SharedMapHandle;
  readonly gate: SharedArrayBuffer;
  readonly workers: number;
  readonly seconds: number;
  readonly accounts: number;
}

/** What came of it. */
export interface Transfers {
  readonly count: number;
  /** Runs of the function, also those in vain. */
  readonly runs: number;
}

/** Transfers between two looks at the clock. */
const BATCH = 20;
const WARM_UP = 20_000;

self.onmessage = ({ data }: MessageEvent<ConflictOrder>) => {
  const { accounts, gate, handle, seconds, workers } = data;
  using map = SharedMap.attach<string, number>(handle);
  let runs = 0;
  const transfer = (from: string, to: string) =>
    map.transaction((tx) => {
      runs++;
      tx.increment(from, -1);
      tx.increment(to, 1);
    });
  for (let i = 0; i < WARM_UP; i++) transfer("warm", "up");
  runs = 0;
  const some = () => `account ${Math.floor(Math.random() * accounts)}`;
  const end = new Gate(gate, workers).pass() + seconds * 1_000;
  let count = 0;
  while (now() < end) {
    for (let i = 0; i < BATCH; i++) transfer(some(), some());
    count += BATCH;
  }
  self.postMessage({ count, runs } satisfies Transfers);
};
