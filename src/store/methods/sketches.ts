/**
 * Methods for HyperLogLogs.
 *
 * @module
 */

import type { Key, Value } from "./caller.ts";
import { SortedSetMethods } from "./sorted_sets.ts";

/**
 * The commands on HyperLogLogs: strings of at most 12 KiB that tell how many different elements
 * were counted, within 1 % as a rule. They have the form that Redis gives them. All are O(12 KiB)
 * for each key. They throw a `StoreError` with the code `"WRONGTYPE"` if a key holds something
 * else.
 *
 * @typeParam T What values come back as.
 */
export abstract class SketchMethods<T> extends SortedSetMethods<T> {
  /**
   * Counts elements, each of them once, whenever it comes.
   *
   * @returns Whether the estimate may have changed.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.pfadd("visitors", "ada", "bob", "ada");
   * assertEquals(store.pfcount("visitors"), 2);
   * ```
   */
  pfadd(key: Key, ...elements: Value[]): boolean {
    return this.is("PFADD", key, ...elements);
  }

  /** How many different elements were counted under any of the keys, about. */
  pfcount(...keys: Key[]): number {
    return this.count("PFCOUNT", ...keys);
  }

  /** Adds what was counted under several keys to the first one, at one moment. */
  pfmerge(target: Key, ...keys: Key[]): void {
    this.send("PFMERGE", target, ...keys);
  }
}
