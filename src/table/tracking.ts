/**
 * Tracking: what is noted of each use of an entry.
 *
 * In maps that evict, the heat of what is read (`heat.ts`), and when that was, if they go by LRU
 * (`recency.ts`; what is written is for their policy to note). In maps that track uses, of each
 * read and each write when it was (`uses.ts`); and of a sample of them that they were, for the
 * count of the key, and for the hottest keys (`hot_keys.ts`). Which uses are in the sample is a
 * matter of chance: a worker counts down to the next one, from a number that it has drawn.
 *
 * Nobody asks the clock for each use. The minute stands in a word for all: workers look at the
 * clock in their background, and now and then with a use in the sample, since a worker that is busy
 * has no background.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as heat from "./heat.ts";
import * as hotKeys from "./hot_keys.ts";
import * as recency from "./recency.ts";
import * as uses from "./uses.ts";

// Constants of its own: `layout.ts` says why.
const { H_HEAT, H_HOT, H_MINUTE, H_RECENCY } = layout;
const { fixed, hint, own, poke } = access;
const { minuteNow } = machine;
const { warmCell } = heat;
const { HOT_UNTIL, hotKeysOf, nextRandom, noteHot } = hotKeys;
const { noteRecent } = recency;
const { countUse, isLatest, noteUse } = uses;

/** From one use in the sample to the next there are from 1 to 128, so 64.5 on the average. */
const MOST_UNTIL = 128;
/** Of so many uses in the sample, one looks at the clock. */
const SAMPLES_PER_LOOK = 2;
// Random bits that do not decide whether a use is counted.
const UNTIL_SHIFT = 16;
const LOOK_SHIFT = 23;

/**
 * Notes that a caller has read an entry. O(1), wait-free.
 *
 * @param words The segment.
 * @param base Where the participant's record begins.
 * @param hash The hash of its key.
 */
export function noteRead(words: Words, base: number, hash: number): void {
  if (fixed(words, H_HEAT) === 0) return; // then nothing else is kept either
  if (fixed(words, H_HOT) === 0) warmCell(words, hash);
  else noteTrackedRead(words, base, hash);
  if (fixed(words, H_RECENCY) !== 0) noteRecent(words, hash);
}

function noteTrackedRead(words: Words, base: number, hash: number): void {
  if (!isLatest(words, hash)) noteUse(words, hash, true);
  countDown(words, base, hash);
}

/** Notes that a caller has written an entry, if the map tracks uses. O(1), wait-free. */
export function noteWrite(words: Words, base: number, hash: number): void {
  if (fixed(words, H_HOT) === 0) return;
  noteUse(words, hash, false);
  countDown(words, base, hash);
}

/** Takes a use into the sample, if it is time. */
function countDown(words: Words, base: number, hash: number): void {
  const mine = hotKeysOf(words, base);
  const until = own(words, mine + HOT_UNTIL);
  if (until > 1) poke(words, mine + HOT_UNTIL, until - 1);
  else takeSample(words, mine, hash);
}

function takeSample(words: Words, mine: number, hash: number): void {
  const random = nextRandom(words, mine);
  const until = ((random >>> UNTIL_SHIFT) & (MOST_UNTIL - 1)) + 1;
  poke(words, mine + HOT_UNTIL, until);
  if (((random >>> LOOK_SHIFT) & (SAMPLES_PER_LOOK - 1)) === 0) {
    keepMinute(words);
  }
  countUse(words, hash, random);
  noteHot(words, mine, hash);
}

/** Looks at the clock, and writes which minute it is, if that has changed; returns it. */
export function keepMinute(words: Words): number {
  const minute = minuteNow();
  if (hint(words, H_MINUTE) !== minute) poke(words, H_MINUTE, minute);
  return minute;
}
