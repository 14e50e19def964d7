/// <reference lib="deno.worker" />
import { SharedMap, type SharedMapHandle } from "../../mod.ts";

/** What a worker is to play. */
export interface Order {
  readonly handle: SharedMapHandle;
  /** The trace, and the number of its next access. */
  readonly accesses: SharedArrayBuffer;
  readonly next: SharedArrayBuffer;
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  using map = SharedMap.attach<string, unknown>(data.handle);
  const accesses = new Uint32Array(data.accesses);
  const next = new Int32Array(data.next);
  let hits = 0;
  for (let i; (i = Atomics.add(next, 0, 1)) < accesses.length;) {
    const key = `key:${accesses[i]}`;
    if (map.get(key) !== undefined) hits++;
    else map.set(key, i);
  }
  self.postMessage(hits);
};
