/**
 * This map as a cache: what is asked for and not there is set.
 *
 * @module
 */
import type { SharedMap as Current, SharedMapOptions } from "../../mod.ts";
import { askWorker } from "../measure/ask_worker.ts";
import type { Cache, Contender } from "./contender.ts";
import type { Order } from "./worker.ts";

/** The part of the module that is used, in this version or another one. */
interface Module {
  readonly SharedMap: typeof Current;
}

type Options = Pick<
  SharedMapOptions<string, unknown>,
  "maxBytes" | "onFull" | "maxEntries" | "policy"
>;

const MAX_BYTES = 2 ** 26;

/** How a map is made for so many entries. */
export function optionsFor(
  maxEntries: number,
  policy: Options["policy"],
): Options {
  return { maxBytes: MAX_BYTES, onFull: "evict", maxEntries, policy };
}

/** One worker and its map. */
export function epochmap(policy: Options["policy"], module: Module): Contender {
  return {
    name: `epochmap ${policy}`,
    make(entries: number): Cache {
      const map = module.SharedMap.create<string, unknown>(
        optionsFor(entries, policy),
      );
      return {
        access(key: number): boolean {
          const text = `key:${key}`;
          if (map.get(text) !== undefined) return true;
          map.set(text, key);
          return false;
        },
        close: () => map.close(),
      };
    },
  };
}

/**
 * Several workers that share a map, and one trace: each takes the next access as soon as it is done
 * with its last one.
 */
export async function playTogether(
  { SharedMap }: Module,
  workers: number,
  entries: number,
  accesses: Uint32Array,
): Promise<number> {
  using map = SharedMap.create<string, unknown>(optionsFor(entries, "s3-fifo"));
  const shared = new SharedArrayBuffer(accesses.byteLength);
  new Uint32Array(shared).set(accesses);
  const next = new SharedArrayBuffer(4);
  const order: Order = { handle: map.handle, accesses: shared, next };
  const url = new URL("./worker.ts", import.meta.url);
  const hits = await Promise.all(
    Array.from(
      { length: workers },
      () => askWorker<number>(url, order, "a trace of several workers"),
    ),
  );
  return hits.reduce((sum, one) => sum + one) / accesses.length;
}
