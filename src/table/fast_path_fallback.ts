/**
 * The fast path over a segment that has no kernel.
 *
 * @module
 */

import type { Kernel } from "../segment/kernel.ts";
import type { Floats } from "../segment/intrinsics.ts";
import type { Words } from "../segment/atomics.ts";
import * as optimistic from "./optimistic_read.ts";
import * as fastPath from "./fast_path.ts";

/** The operations of the fast path on a segment. */
export type FastPath = Pick<
  Kernel,
  | "exchange"
  | "exchangeByText"
  | "findOptimistically"
  | "increment"
  | "incrementByText"
  | "lookup"
  | "lookupPacked"
  | "makeByText"
  | "publish"
  | "putLatin1ByText"
  | "putNumber"
  | "putNumberByText"
  | "remove"
  | "removeByText"
>;

// Constants of its own: `layout.ts` says why.
const { UNDECIDED } = optimistic;
const { exchange, increment, publish, putNumber, remove, UNDONE } = fastPath;

/**
 * The same as the kernel's, from the functions that it is compiled from. But fast lookups and
 * optimistic reads decide nothing: each of their many reads would be a call here, so that it takes
 * less time to pin. Nor does it take keys as strings, which are packed as fast before it.
 */
export function fastPathFallback(words: Words, floats: Floats): FastPath {
  return {
    lookup: () => UNDECIDED,
    lookupPacked: () => UNDECIDED,
    findOptimistically: () => UNDECIDED,
    putNumberByText: () => UNDONE,
    putLatin1ByText: () => UNDONE,
    makeByText: () => 0,
    removeByText: () => UNDONE,
    incrementByText: () => UNDONE,
    exchangeByText: () => UNDONE,
    putNumber: (base, hash, info, valueInfo, value) =>
      putNumber(words, floats, base, hash, info, valueInfo, value),
    publish: (base, hash, version, expected) =>
      publish(words, base, hash, version, expected),
    remove: (base, hash, info, expected) =>
      remove(words, base, hash, info, expected),
    increment: (base, hash, info, valueInfo, by) =>
      increment(words, floats, base, hash, info, valueInfo, by),
    exchange: (base, hash, info, valueInfo, expected, value) =>
      exchange(words, floats, base, hash, info, valueInfo, expected, value),
  };
}
