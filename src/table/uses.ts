/**
 * Uses: how often an entry was read or written, and when last, in maps that track it.
 *
 * All of that stands in one word for each key, the *use word*:
 *
 * ```text
 * bit  31 …………………… 26   25 … 24    23 …………… 16   15 ………………………………… 0
 *      the hash's          the heat   the count    the minute of the last use
 *      highest bits
 * ```
 *
 * The count is logarithmic: from `FIRST_COUNT` on, a use raises it by one with a probability that
 * shrinks as it grows, so that 255 stands for about a million uses. For each minute without a use
 * it loses one. The minute is that of the wall clock modulo 2 ** 16, which wraps after 45 days.
 * The heat is that of `heat.ts`: in these maps it has no words of its own, so that a read touches
 * one cache line here and not two.
 *
 * Use words belong to keys, and are neither moved nor freed. The lower bits of a hash choose a set
 * of `USE_WAYS` words. A key that has no word there takes the one that was not used for the longest
 * time. Two keys whose hashes agree in all of these bits share a word.
 *
 * Words are read and written plainly, each by one access: whatever two workers write at a time, a
 * word is one that one of them has written. A worker that is late undoes what others have noted in
 * this word meanwhile. So all of this is a hint, as heat is. What is used all the time is written
 * once a minute, and when its count rises.
 *
 * Sources: the count is that of Morris, "Counting Large Numbers of Events in Small Registers",
 * CACM 1978, with the constants of Redis' LFU policies, and decays as there.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { H_HEAT, H_HEAT_MASK, H_MINUTE, USE_WAYS } = layout;
const { fixed, hint, poke } = access;

/** The count of a key that was used for the first time. */
export const FIRST_COUNT = 5;
/** The highest count. */
export const MOST_COUNT = 255;
/** What `useOf` returns of a key that has no word. */
export const UNUSED = 0;
/** Twice the number of uses of which one is in the sample, and may be counted. */
export const TWICE_USES_PER_SAMPLE = 129;

const MINUTES = 0x10000;
const MINUTE_MASK = 0xffff;
const COUNT_SHIFT = 16;
const COUNT_MASK = 0xff;
const HEAT_SHIFT = 24;
const HEAT_MASK = 3;
const FINGERPRINT_SHIFT = 26;
/** The bits below the fingerprint: they say where a key's word is, most of the time. */
const WAY_SHIFT = 24;
/** All but the count. */
const LATEST_MASK = -0xff0001;
/** How much rarer it becomes that a use is counted, with each count more. */
const RARER = 10;
const RANDOM_MASK = 0xffff;

/**
 * Whether a key was read in this minute, and has the highest heat, so that another read changes
 * nothing but perhaps the count. It looks at one word, and may say no where it is so.
 */
export function isLatest(words: Words, hash: number): boolean {
  const set = setOf(words, hash);
  const word = hint(words, set + ((hash >>> WAY_SHIFT) & (USE_WAYS - 1)));
  const latest = (hash >>> FINGERPRINT_SHIFT << FINGERPRINT_SHIFT) |
    (HEAT_MASK << HEAT_SHIFT) | hint(words, H_MINUTE);
  return ((word ^ latest) & LATEST_MASK) === 0;
}

/**
 * Notes a use of a key. O(1), wait-free.
 *
 * @param words The segment, of a map that tracks uses.
 * @param hash The hash of the key.
 * @param isRead Whether it was read: then its heat is raised.
 */
export function noteUse(words: Words, hash: number, isRead: boolean): void {
  const minute = hint(words, H_MINUTE);
  const at = placeFor(words, hash, minute);
  const word = hint(words, at);
  let used = useWord(hash, 0, FIRST_COUNT, minute);
  if (isOf(word, hash)) {
    used = useWord(hash, heatIn(word), countAt(word, minute), minute);
  }
  if (isRead && heatIn(used) < HEAT_MASK) used += 1 << HEAT_SHIFT;
  if (used !== word) poke(words, at, used);
}

/**
 * Raises the count of a key that has a word, perhaps, for a use in the sample. O(1), wait-free.
 *
 * @param words The segment, of a map that tracks uses.
 * @param hash The hash of the key.
 * @param random Whose lower 16 bits decide.
 */
export function countUse(words: Words, hash: number, random: number): void {
  const minute = hint(words, H_MINUTE);
  const at = placeFor(words, hash, minute);
  const word = hint(words, at);
  if (!isOf(word, hash)) return;
  const count = countAt(word, minute);
  if (!isCounted(count, random)) return;
  poke(words, at, useWord(hash, heatIn(word), count + 1, minute));
}

/** The use word of a key; `UNUSED`: it has none. O(1), wait-free. */
export function useOf(words: Words, hash: number): number {
  const word = hint(words, placeFor(words, hash, hint(words, H_MINUTE)));
  return isOf(word, hash) ? word : UNUSED;
}

/** Lowers the heat of a key to at most so much; returns what it was. O(1), wait-free. */
export function coolUse(words: Words, hash: number, most: number): number {
  const at = placeFor(words, hash, hint(words, H_MINUTE));
  const word = hint(words, at);
  if (!isOf(word, hash)) return 0;
  const heat = heatIn(word);
  if (heat > most) poke(words, at, word - ((heat - most) << HEAT_SHIFT));
  return heat;
}

/** Puts a use into the word of a key, but for the bits of the hash. O(1), wait-free. */
export function putUse(words: Words, hash: number, use: number): void {
  const at = placeFor(words, hash, hint(words, H_MINUTE));
  const count = countIn(use);
  poke(words, at, useWord(hash, heatIn(use), count, use & MINUTE_MASK));
}

/** The heat in a use word. */
export function heatIn(word: number): number {
  return (word >>> HEAT_SHIFT) & HEAT_MASK;
}

/** The count in a use word, as it was at the last use. */
export function countIn(word: number): number {
  return (word >>> COUNT_SHIFT) & COUNT_MASK;
}

/** The count of a use word, as it has decayed by a minute. */
export function countAt(word: number, minute: number): number {
  const count = countIn(word);
  const age = ageAt(word, minute);
  return count > age ? count - age : 0;
}

/** How many minutes before another one the last use of a word was. */
export function ageAt(word: number, minute: number): number {
  return (minute - word) & MINUTE_MASK;
}

function setOf(words: Words, hash: number): number {
  return fixed(words, H_HEAT) + (hash & fixed(words, H_HEAT_MASK)) * USE_WAYS;
}

/**
 * The word of a hash, or else that of its set which was not used for the longest time; its own
 * place in the set first, where that makes no difference.
 */
function placeFor(words: Words, hash: number, minute: number): number {
  const set = setOf(words, hash);
  let place = 0;
  let oldest = -1;
  for (let i = 0; i < USE_WAYS; i++) {
    const at = set + (((hash >>> WAY_SHIFT) + i) & (USE_WAYS - 1));
    const word = hint(words, at);
    if (isOf(word, hash)) return at;
    const age = word === UNUSED ? MINUTES : ageAt(word, minute);
    const coldness = (age << 2) | (HEAT_MASK - heatIn(word));
    if (coldness <= oldest) continue;
    place = at;
    oldest = coldness;
  }
  return place;
}

function isOf(word: number, hash: number): boolean {
  return word !== UNUSED &&
    word >>> FINGERPRINT_SHIFT === hash >>> FINGERPRINT_SHIFT;
}

function useWord(
  hash: number,
  heat: number,
  count: number,
  minute: number,
): number {
  return (hash >>> FINGERPRINT_SHIFT << FINGERPRINT_SHIFT) |
    (heat << HEAT_SHIFT) | (count << COUNT_SHIFT) | minute;
}

function isCounted(count: number, random: number): boolean {
  if (count >= MOST_COUNT) return false;
  const above = count > FIRST_COUNT ? count - FIRST_COUNT : 0;
  return 2 * (random & RANDOM_MASK) * (above * RARER + 1) <=
    TWICE_USES_PER_SAMPLE * RANDOM_MASK;
}
