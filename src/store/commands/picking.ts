/**
 * Picking by chance, as SRANDMEMBER and its like do.
 *
 * @module
 */

import { fail } from "../errors.ts";
import type { Args } from "./args.ts";

/** Picks indices below a length. */
export type Pick = (length: number) => number[];

/** The most items that a count below 0 may ask for. */
const MOST = 2 ** 31;

/** Takes how many are wanted: different ones, or, below 0, as many that may be alike. */
export function takePicking(args: Args): Pick {
  const count = args.number();
  if (count < -MOST) fail("ERR value is out of range");
  if (count >= 0) return (length) => pickSome(length, count);
  return (length) => Array.from({ length: -count }, () => below(length));
}

/** So many different indices, or all of them, if there are fewer; in any order. */
export function pickSome(length: number, count: number): number[] {
  const wanted = Math.min(length, count);
  // Of each further index, one in the range up to it is taken: it, or one that is not taken yet.
  const picked = new Set<number>(); // (Floyd's sampling)
  for (let last = length - wanted; last < length; last++) {
    const index = below(last + 1);
    picked.add(picked.has(index) ? last : index);
  }
  return [...picked];
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}
