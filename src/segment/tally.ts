/**
 * Tallies: words that one worker counts in, and others read.
 *
 * @module
 */

import * as access from "./atomics.ts";
import type { Words } from "./atomics.ts";

const { own, poke } = access;

/** Adds to a word that only this worker writes. */
export function tally(words: Words, index: number, by: number): void {
  poke(words, index, own(words, index) + by);
}
