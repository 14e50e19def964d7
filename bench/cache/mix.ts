/**
 * The throughput of a mix of nine gets and a set, of keys by Zipf's law, by two
 * workers: of this map as a cache, of one that holds everything, and of a cache of one
 * thread that the workers ask by messages.
 *
 * @module
 */
import { SharedMap, type SharedMapOptions } from "../../mod.ts";
import { askWorker } from "../measure/ask_worker.ts";
import { makeGate, openFor } from "./gate.ts";
import type { MixOrder } from "./mix_worker.ts";
import { KEYS, zipf } from "./synthetic.ts";

const WORKERS = 2;
/** A tenth of the keys fits. */
const ENTRIES = KEYS / 10;
const MAX_BYTES = 2 ** 26;
/** Operations of a worker, and of one that sends messages. */
const OPERATIONS = 500_000;
const MESSAGES = 100_000;

const NAMES = Array.from({ length: KEYS }, (_, i) => `key:${i}`);
const EVICTS = { onFull: "evict", maxEntries: ENTRIES } as const;

/** What is measured. */
export const MIXES: Record<string, (seed: number) => Promise<number>> = {
  "everything fits": (seed) => ofMap({}, seed),
  "s3-fifo": (seed) => ofMap(EVICTS, seed),
  "s3-fifo, tracked": (seed) => ofMap({ ...EVICTS, track: true }, seed),
  "lru": (seed) => ofMap({ ...EVICTS, policy: "lru" }, seed),
  "npm:lru-cache": ofOwner,
};

type Options = Pick<
  SharedMapOptions<string, unknown>,
  "maxEntries" | "onFull" | "policy" | "track"
>;

/** Operations in a millisecond, of all workers together. */
async function ofMap(options: Options, seed: number): Promise<number> {
  using map = SharedMap.create<string, unknown>({
    maxBytes: MAX_BYTES,
    ...options,
  });
  for (const name of NAMES) map.set(name, 0);
  return await together(seed, OPERATIONS, () => map.handle);
}

async function ofOwner(seed: number): Promise<number> {
  const url = new URL("./lru_owner.ts", import.meta.url);
  const owner = new Worker(url, { type: "module" });
  const channels = Array.from({ length: WORKERS }, () => new MessageChannel());
  try {
    await new Promise((resolve, reject) => {
      owner.onmessage = resolve;
      owner.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`Cannot measure npm:lru-cache: ${event.message}`));
      };
      owner.postMessage(ENTRIES, channels.map(({ port1 }) => port1));
    });
    return await together(seed, MESSAGES, (i) => channels[i].port2);
  } finally {
    owner.terminate();
  }
}

async function together(
  seed: number,
  operations: number,
  cacheOf: (worker: number) => MixOrder["cache"],
): Promise<number> {
  const gate = makeGate();
  const url = new URL("./mix_worker.ts", import.meta.url);
  const rates = Array.from({ length: WORKERS }, (_, i) => {
    const accesses = zipf(seed + i, operations, 1);
    const cache = cacheOf(i);
    const order: MixOrder = { cache, accesses, names: NAMES, gate };
    const moved = cache instanceof MessagePort ? [cache] : [];
    return askWorker<number>(url, order, "a mix", moved);
  });
  await openFor(gate, WORKERS);
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate);
}
