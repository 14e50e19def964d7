/**
 * Hot keys: those that one participant uses most, in maps that keep uses.
 *
 * Each participant has two *windows*, one for this minute and one for the minute before. A window
 * has lines of pairs: a hash, and how often it was met. A hash belongs to one line. If it has no
 * pair there, it takes that with the lowest count, and goes on counting from there. So a count is
 * never too low, and too high by no more than the lowest one of its line: what is used often cannot
 * be missed.
 *
 * Only the owner writes these words, or, after its death, the next participant with its record.
 * Who merges the windows of all reads them as hints, and may meet a hash with the count of the one
 * before it, which is the lowest of its line.
 *
 * Source: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in
 * Data Streams", ICDT 2005 (Space-Saving), for each line by itself.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_HOT,
  H_MINUTE,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
} = layout;
const { fixed, hint, own, poke } = access;

// The first line of a participant's hot keys: the minutes of its windows, a random number, and how
// many uses there are until the next one that counts.
const RANDOM = 2;
export const HOT_UNTIL = 3;
/** Words of a line. */
const LINE_WORDS = 16;
/** Lines of a window: as many as there is room for. */
const LINES: number = (PARTICIPANT_WORDS - LINE_WORDS) / LINE_WORDS >> 1;
/** Some bits of a hash choose its line. */
const LINE_BITS = 16;
const LINE_MASK = 0xffff;
const SEED = 0x2545f491;

/**
 * Where the hot keys of a participant begin, by its record: they are as far apart as the records.
 */
export function hotKeysOf(words: Words, base: number): number {
  return fixed(words, H_HOT) + base - PARTICIPANTS;
}

/**
 * The next one of a participant's random numbers: xorshift, by Marsaglia, "Xorshift RNGs", 2003.
 */
export function nextRandom(words: Words, hotKeys: number): number {
  let random = own(words, hotKeys + RANDOM);
  if (random === 0) random = SEED;
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  poke(words, hotKeys + RANDOM, random);
  return random;
}

/** Counts a hash that the participant has met. O(1), wait-free. */
export function noteHot(words: Words, hotKeys: number, hash: number): void {
  const minute = hint(words, H_MINUTE);
  const window = minute & 1;
  if (own(words, hotKeys + window) !== minute) {
    beginWindow(words, hotKeys, window, minute);
  }
  const line = windowAt(hotKeys, window) + lineOf(hash) * LINE_WORDS;
  let lowest = line;
  for (let at = line; at < line + LINE_WORDS; at += 2) {
    if (own(words, at) === hash) return raise(words, at);
    if (own(words, at + 1) < own(words, lowest + 1)) lowest = at;
  }
  poke(words, lowest, hash);
  raise(words, lowest);
}

function raise(words: Words, at: number): void {
  poke(words, at + 1, own(words, at + 1) + 1);
}

/** Empties a window for another minute. */
function beginWindow(
  words: Words,
  hotKeys: number,
  window: number,
  minute: number,
): void {
  const from = windowAt(hotKeys, window);
  for (let i = 0; i < LINES * LINE_WORDS; i++) poke(words, from + i, 0);
  poke(words, hotKeys + window, minute);
}

function windowAt(hotKeys: number, window: number): number {
  return hotKeys + (1 + window * LINES) * LINE_WORDS;
}

function lineOf(hash: number): number {
  return ((hash & LINE_MASK) * LINES) >>> LINE_BITS;
}

/**
 * Calls back with each pair of a participant, of this minute and of the one before. Any worker may
 * call it.
 */
export function forEachHot(
  words: Words,
  base: number,
  visit: (hash: number, count: number) => void,
): void {
  const hotKeys = hotKeysOf(words, base);
  const minute = hint(words, H_MINUTE);
  for (const which of [minute, minute - 1]) {
    const window = which & 1;
    if (hint(words, hotKeys + window) !== (which & 0xffff)) continue;
    const from = windowAt(hotKeys, window);
    for (let at = from; at < from + LINES * LINE_WORDS; at += 2) {
      const count = hint(words, at + 1);
      if (count > 0) visit(hint(words, at), count);
    }
  }
}
