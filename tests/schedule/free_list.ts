/**
 * Stands in for `src/segment/free_list.ts`: what is freed is filled with a pattern.
 *
 * @module
 */
import * as real from "../../src/segment/free_list.ts";
import { classRefs } from "../../src/segment/size_classes.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { checkFresh, fillFreed } from "./freed.ts";

export * from "../../src/segment/free_list.ts";

export function popBlock(words: Words, base: number, c: number): number {
  const ref = real.popBlock(words, base, c);
  if (ref !== 0) checkFresh(words, ref * 4, (ref + classRefs(c)) * 4);
  return ref;
}

export function pushBlock(
  words: Words,
  base: number,
  c: number,
  ref: number,
): void {
  fill(words, c, ref);
  real.pushBlock(words, base, c, ref);
}

/** What is drained goes this way. */
export function addBlock(
  words: Words,
  base: number,
  c: number,
  ref: number,
): void {
  fill(words, c, ref);
  real.addBlock(words, base, c, ref);
}

function fill(words: Words, c: number, ref: number): void {
  fillFreed(words, ref * 4, (ref + classRefs(c)) * 4);
}
