/**
 * Ghosts: which keys are in the small queue of S3-FIFO, and which were evicted from it of late.
 *
 * A ghost word has 16 bits of a hash, a flag, and a time. A hash has a line of 16 words, chosen by
 * its highest bits. So keys that are neighbours in the table share a line: a hand that looks
 * through a few slots reads one of them. A key that finds no free word takes the oldest of its
 * line.
 *
 * ```text
 * bit  31 ………………………………… 16   15          14 ………………… 0
 *      the hash's lower bits   is queued   the time
 * ```
 *
 * Time is counted in what was put into the small queue, in units that make it wrap only after many
 * times as much as the map holds. What a word says is forgotten by age: a key that was queued
 * before the queue has turned over is in it no more, whatever became of its place there; and a
 * ghost counts until as many keys were queued as there are entries. So nothing has to be taken
 * away, and nothing stays for ever.
 *
 * As heat (`heat.ts`), all of this is a hint: words are read and written plainly, neither moved nor
 * freed, and nothing depends on them but which entry goes first.
 *
 * Source: the ghost queue as a table of fingerprints is that of S3-FIFO (Yang, Zhang, Qiu, Yue,
 * Vinayak, "FIFO Queues Are All You Need for Cache Eviction", SOSP 2023).
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  GHOST_WAYS,
  H_GHOST_LINES,
  H_GHOSTS,
  H_QUEUE_TAIL,
  H_QUEUE_WORDS,
} = layout;
const { leadingZeros, partOf } = machine;
const { fixed, hint, poke } = access;

const FINGERPRINT_SHIFT = 16;
const FINGERPRINT_MASK = 0xffff;
const QUEUED = 0x8000;
const TIME_MASK = 0x7fff;
/** As many units of time, or twice as many, as the small queue has words. */
const QUEUE_UNITS = 7; // log2

/**
 * Notes that a key was put into the small queue, unless it is a ghost: then it is forgotten, and
 * belongs in the main part. O(1), wait-free.
 *
 * @param words The segment.
 * @param hash The hash of the key.
 * @param latest How many others may have been queued since the ghost was evicted.
 * @returns Whether the key is queued.
 */
export function noteInserted(
  words: Words,
  hash: number,
  latest: number,
): boolean {
  const place = placeFor(words, hash);
  const word = hint(words, place);
  const isGhost = isOf(word, hash) && (word & QUEUED) === 0 &&
    ageOf(words, word) <= toUnits(words, latest);
  poke(words, place, isGhost ? 0 : wordOf(words, hash, QUEUED));
  return !isGhost;
}

/** Notes that a key was put into the small queue once more. O(1), wait-free. */
export function noteQueued(words: Words, hash: number): void {
  poke(words, placeFor(words, hash), wordOf(words, hash, QUEUED));
}

/** Notes that a key was evicted from the small queue: it is a ghost. O(1), wait-free. */
export function noteEvicted(words: Words, hash: number): void {
  poke(words, placeFor(words, hash), wordOf(words, hash, 0));
}

/** Forgets a key. O(1), wait-free. */
export function forget(words: Words, hash: number): void {
  const at = find(words, hash);
  if (at !== 0) poke(words, at, 0);
}

/** Whether a key was put into the small queue, and may be there still. O(1), wait-free. */
export function isQueued(words: Words, hash: number): boolean {
  const at = find(words, hash);
  if (at === 0) return false;
  const word = hint(words, at);
  return (word & QUEUED) !== 0 &&
    ageOf(words, word) <= toUnits(words, fixed(words, H_QUEUE_WORDS));
}

/** The word of a hash: its own one; if it has none a free one, or the oldest of its line. */
function placeFor(words: Words, hash: number): number {
  const line = lineOf(words, hash);
  let place = line;
  let oldest = -1;
  const now = timeOf(words);
  for (let at = line; at < line + GHOST_WAYS; at++) {
    const word = hint(words, at);
    if (isOf(word, hash)) return at;
    const age = word === 0 ? TIME_MASK + 1 : (now - word) & TIME_MASK;
    if (age <= oldest) continue;
    place = at;
    oldest = age;
  }
  return place;
}

function wordOf(words: Words, hash: number, flag: number): number {
  return (fingerprintOf(hash) << FINGERPRINT_SHIFT) | flag | timeOf(words);
}

/** Whether a word has the fingerprint of a hash. */
function isOf(word: number, hash: number): boolean {
  return word >>> FINGERPRINT_SHIFT === fingerprintOf(hash);
}

/** The word that has the fingerprint of a hash; 0: there is none. */
function find(words: Words, hash: number): number {
  const line = lineOf(words, hash);
  for (let at = line; at < line + GHOST_WAYS; at++) {
    if (isOf(hint(words, at), hash)) return at;
  }
  return 0;
}

/** The first word of a hash's line. */
function lineOf(words: Words, hash: number): number {
  const line = partOf(fixed(words, H_GHOST_LINES), hash);
  return fixed(words, H_GHOSTS) + line * GHOST_WAYS;
}

/** Never 0, so that a free word has none. */
function fingerprintOf(hash: number): number {
  const fingerprint = hash & FINGERPRINT_MASK;
  return fingerprint === 0 ? FINGERPRINT_MASK : fingerprint;
}

function timeOf(words: Words): number {
  const queued = hint(words, H_QUEUE_TAIL);
  return (queued >>> unitShift(words)) & TIME_MASK;
}

/** How long ago a word was written, in units. */
function ageOf(words: Words, word: number): number {
  return (timeOf(words) - word) & TIME_MASK;
}

/** So many entries, as time. */
function toUnits(words: Words, entries: number): number {
  return entries >>> unitShift(words);
}

function unitShift(words: Words): number {
  const shift = 31 - leadingZeros(fixed(words, H_QUEUE_WORDS));
  return shift > QUEUE_UNITS ? shift - QUEUE_UNITS : 0;
}
