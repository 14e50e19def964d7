/**
 * Stands in for `src/segment/free_list.ts`: what is freed is filled with a pattern.
 *
 * @module
 */
import * as real from "../../src/segment/free_list.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { blockFreed, blockTaken } from "./freed.ts";

export * from "../../src/segment/free_list.ts";

export function popBlock(words: Words, base: number, c: number): number {
  const ref = real.popBlock(words, base, c);
  if (ref !== 0) blockTaken(words, c, ref);
  return ref;
}

export function pushBlock(
  words: Words,
  base: number,
  c: number,
  ref: number,
): void {
  blockFreed(words, c, ref);
  real.pushBlock(words, base, c, ref);
}

/** What is drained goes this way. */
export function addBlock(
  words: Words,
  base: number,
  c: number,
  ref: number,
): void {
  blockFreed(words, c, ref);
  real.addBlock(words, base, c, ref);
}
