/**
 * Recency: which entries were used least recently, in maps that evict by LRU.
 *
 * A recency word has 16 bits of a hash, and the time of its last use. A hash has a line of
 * `GHOST_WAYS` words, chosen by its highest bits, as with ghosts (`ghosts.ts`): keys that are
 * neighbours in the table share a line. A key that finds no free word takes the oldest of its line;
 * the key that had it is then taken for one that was used longest ago, which it nearly is.
 *
 * ```text
 * bit  31 …………………………………… 16   15 …………………………… 0
 *      the hash's lower bits   the time
 * ```
 *
 * Time is counted in insertions, since what is inserted pushes others out, in units of about 1/2048
 * of what the map holds: so it wraps after 32 times as many insertions.
 *
 * As heat (`heat.ts`), all of this is a hint: words are read and written plainly, neither moved nor
 * freed, and nothing depends on them but which entry goes first.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { GHOST_WAYS, H_INSERTIONS, H_RECENCY, H_RECENCY_SHIFT } = layout;
const { fixed, hint, poke } = access;

const FINGERPRINT_SHIFT = 16;
const FINGERPRINT_MASK = 0xffff;
const TIME_MASK = 0xffff;
/** The age of a key that has no word: above all others. */
export const UNKNOWN_AGE: number = TIME_MASK + 1;
/** What a hash is shifted by to its line, where there are as many words as a unit is parts. */
const UNIT_PARTS = 25; // 2048 words of lines of 16

/** Notes that a key was used. O(1), wait-free. */
export function noteRecent(words: Words, hash: number): void {
  const time = timeOf(words);
  const recent = (fingerprintOf(hash) << FINGERPRINT_SHIFT) | time;
  const line = lineOf(words, hash);
  let place = line;
  let oldest = -1;
  for (let at = line; at < line + GHOST_WAYS; at++) {
    const word = hint(words, at);
    if (isOf(word, hash)) {
      if (word !== recent) poke(words, at, recent);
      return;
    }
    const age = word === 0 ? UNKNOWN_AGE : (time - word) & TIME_MASK;
    if (age <= oldest) continue;
    place = at;
    oldest = age;
  }
  poke(words, place, recent);
}

/** How long ago a key was used last, in units of time. O(1), wait-free. */
export function ageOf(words: Words, hash: number): number {
  const line = lineOf(words, hash);
  for (let at = line; at < line + GHOST_WAYS; at++) {
    const word = hint(words, at);
    if (isOf(word, hash)) return (timeOf(words) - word) & TIME_MASK;
  }
  return UNKNOWN_AGE;
}

function isOf(word: number, hash: number): boolean {
  return word >>> FINGERPRINT_SHIFT === fingerprintOf(hash);
}

/** Never 0, so that a free word has none. */
function fingerprintOf(hash: number): number {
  const fingerprint = hash & FINGERPRINT_MASK;
  return fingerprint === 0 ? FINGERPRINT_MASK : fingerprint;
}

function lineOf(words: Words, hash: number): number {
  return fixed(words, H_RECENCY) +
    (hash >>> fixed(words, H_RECENCY_SHIFT)) * GHOST_WAYS;
}

function timeOf(words: Words): number {
  const shift = UNIT_PARTS - fixed(words, H_RECENCY_SHIFT);
  const insertions = hint(words, H_INSERTIONS);
  return (shift > 0 ? insertions >>> shift : insertions) & TIME_MASK;
}
