/**
 * What the callback of an update returns to change nothing.
 *
 * @module
 */

/**
 * What the callback of {@linkcode SharedMap.prototype.update} returns to leave the entry as it is,
 * or the key without an entry: nothing is written, and the expiry stays.
 *
 * @example Usage
 * ```ts
 * import { KEEP, SharedMap } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using stock = SharedMap.create<string, number>({ value: "number" });
 * stock.set("apples", 1);
 * const sell = () => stock.update("apples", (n = 0) => n > 0 ? n - 1 : KEEP);
 * assertEquals([sell(), sell()], [0, 0]);
 * ```
 */
export const KEEP: unique symbol = Symbol("KEEP");
