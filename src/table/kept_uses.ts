/**
 * Kept uses: what is known of the uses of a key, in one word, to be kept with its entry on disk; so
 * that a map that is restored knows what is hot.
 *
 * The word is a use word (`uses.ts`) without the bits of the hash; of a map that does not track
 * uses it has the heat, and a count of 0.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as heat from "./heat.ts";
import * as recency from "./recency.ts";
import * as uses from "./uses.ts";

// Constants of its own: `layout.ts` says why.
const { H_HEAT, H_HOT, H_RECENCY } = layout;
const { fixed } = access;
const { heatOf, warm } = heat;
const { noteRecent } = recency;
const { countIn, heatIn, putUse, useOf } = uses;

/** The bits that a kept use may have. */
export const USE_BITS = 0x03ffffff;
/** Nothing is known of the key. */
export const NO_USE = 0;

const HEAT_SHIFT = 24;

/** What is known of a key, in a map that keeps heat. O(1), wait-free. */
export function keptUse(words: Words, hash: number): number {
  return fixed(words, H_HOT) === 0
    ? heatOf(words, hash) << HEAT_SHIFT
    : useOf(words, hash) & USE_BITS;
}

/** Brings back what was known of a key, as far as the map keeps it. O(1), wait-free. */
export function restoreUse(words: Words, hash: number, use: number): void {
  if (use === NO_USE || fixed(words, H_HEAT) === 0) return;
  if (fixed(words, H_HOT) !== 0 && countIn(use) > 0) putUse(words, hash, use);
  else for (let i = heatIn(use); i > 0; i--) warm(words, hash);
  if (fixed(words, H_RECENCY) !== 0) noteRecent(words, hash);
}
