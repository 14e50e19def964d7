/**
 * Stands in for `src/table/optimistic_read.ts`: an optimistic read may see freed memory,
 * but must not be confirmed then.
 *
 * @module
 */
import * as real from "../../src/table/optimistic_read.ts";
import type { KeyWords, Words } from "../../src/segment/atomics.ts";
import { beginOptimistic, discardOptimistic, endOptimistic } from "./freed.ts";

export const { UNDECIDED } = real;

export function beginOptimisticRead(words: Words): number {
  beginOptimistic();
  return real.beginOptimisticRead(words);
}

export function findOptimistically(
  words: Words,
  hash: number,
  key: KeyWords,
  info: number,
): number {
  const ref = real.findOptimistically(words, hash, key, info);
  if (ref === UNDECIDED) discardOptimistic();
  return ref;
}

export function validates(words: Words, before: number): boolean {
  return endOptimistic(real.validates(words, before));
}
