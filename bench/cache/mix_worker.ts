/// <reference lib="deno.worker" />
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import { pass } from "./gate.ts";

/** What a worker is to do: nine gets, and a set, by turns. */
export interface MixOrder {
  /** A map, or the port of a cache that another worker owns. */
  readonly cache: SharedMapHandle | MessagePort;
  /** The keys, in the order in which they are used, as indices of `names`. */
  readonly accesses: Uint32Array;
  readonly names: readonly string[];
  readonly gate: Int32Array;
}

const OPERATIONS_PER_SET = 10;
/** Questions that a worker has under way. */
const IN_FLIGHT = 100;

self.onmessage = async ({ data }: MessageEvent<MixOrder>) => {
  const { cache } = data;
  const ms = cache instanceof MessagePort
    ? await askOwner(cache, data)
    : useMap(cache, data);
  self.postMessage(data.accesses.length / ms);
};

function useMap(handle: SharedMapHandle, order: MixOrder): number {
  using map = SharedMap.attach<string, unknown>(handle);
  mix(map, order); // once in vain: else a good deal of the time is that of the engine's compilers
  pass(order.gate);
  const start = performance.now();
  mix(map, order);
  return performance.now() - start;
}

function mix(map: SharedMap<string, unknown>, order: MixOrder): void {
  const { accesses, names } = order;
  for (let i = 0; i < accesses.length; i++) {
    const name = names[accesses[i]];
    if (i % OPERATIONS_PER_SET === 0) map.set(name, i);
    else map.get(name);
  }
}

function askOwner(port: MessagePort, order: MixOrder): Promise<number> {
  const { accesses, gate, names } = order;
  let asked = 0;
  let answered = 0;
  const ask = () => {
    const isSet = asked % OPERATIONS_PER_SET === 0;
    port.postMessage([names[accesses[asked++]], isSet ? asked : undefined]);
  };
  return new Promise((resolve) => {
    let start = 0;
    port.onmessage = () => {
      if (++answered === accesses.length) {
        port.close();
        resolve(performance.now() - start);
      } else if (asked < accesses.length) ask();
    };
    pass(gate);
    start = performance.now();
    for (let i = 0; i < IN_FLIGHT; i++) ask();
  });
}
