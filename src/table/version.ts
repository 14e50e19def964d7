/**
 * Versions: one value, or the absence, of one key.
 *
 * A version is written in private memory and never changes once it is published, but for two words
 * that only settle: `stamp`, from 0 (pending) to the clock tick at which it took effect, and
 * `prev`, from the version that it replaced to its final, pruned value. Settling follows the
 * versioned CAS of Wei, Ben-David, Blelloch, Fatourou, Ruppert and Sun, "Constant-time snapshots
 * with applications to concurrent data structures", PPoPP 2021: a worker that meets a pending
 * version settles it before acting on it.
 *
 * A version that gives an entry more time than the one that it replaces is a *renewal*. It counts
 * only if it took effect before that time was over, and no worker can read the clock and publish in
 * one step. So it is published with its expiry negated, and the worker that settles it decides. In
 * time: its tick was read, and announced by `writingTick`, before the wall clock was, and the
 * expiry counts. Too late: the tick is read after the wall clock, the stamp is set to its negative,
 * the expiry to a time long ago, and then the stamp to the tick. Either way a snapshot, which has a
 * tick and a time, shows what was so at both. Whether the entry ended first or was renewed first is
 * decided by one step for all.
 *
 * The key comes first, at a fixed place, because a probe compares keys; expiry and value follow.
 * Numbers lie on 8-byte boundaries, so that a number value is one read.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/atomics.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  FINAL,
  H_CLOCK,
  H_WRITTEN,
  HAS_EXPIRY,
  KEY_MASK,
  KEY_WIDE,
  LAST_TICK,
  LENGTH_MASK,
  REF_MASK,
  REF_SHIFT,
  S_REFS,
  TAG_SHIFT,
  TAG_TOMBSTONE,
  V_HEADER_BYTES,
  V_HEADER_WORDS,
  V_KEY,
  V_PREV,
  V_STAMP,
  V_VALUE,
  V_WEIGHT,
} = layout;
const { compareAndSet, hint, load, poke, touch } = access;
const { floatAt, now } = machine;

/** The stamp of a version that has none yet. */
const NO_STAMP = 0;
/**
 * The distance in words from the beginning of a small version to its second cache line, if it
 * begins late in the first.
 */
const NEXT_LINE = 8;

/**
 * Brings both lines into the cache in which a small version may lie. Returns what the caller has to
 * keep: see `touch`.
 */
export function touchVersion(words: Words, ref: number): number {
  const first = ref * 4;
  return touch(words, first) | touch(words, first + NEXT_LINE);
}

/** Bytes of a version with these lengths. */
export function versionBytes(
  keyBytes: number,
  valueBytes: number,
  expires: boolean,
): number {
  return V_HEADER_BYTES + ((keyBytes + 7) & ~7) + (expires ? 8 : 0) +
    valueBytes;
}

/** A key as a version has it. */
export interface PackedKey {
  /** What a version says of it, but for the expiry. */
  readonly info: number;
  readonly words: Int32Array;
  /** Words in use. */
  readonly count: number;
}

/** Writes all words of a fresh version's header that are its own; the others are of queues. */
export function writeHeader(
  words: Words,
  ref: number,
  stamp: number,
  keyInfo: number,
  valueInfo: number,
): void {
  const at = ref * 4;
  poke(words, at + V_STAMP, stamp);
  poke(words, at + V_PREV, FINAL);
  words[at + V_WEIGHT] = 0;
  words[at + V_KEY] = keyInfo;
  words[at + V_VALUE] = valueInfo;
}

/**
 * Writes the header and the key of a fresh version; the caller writes the value at
 * {@linkcode valueIndex}. A negative expiry is that of a renewal.
 *
 * Has a fast path, `writePlain()` in table/version.ts. Kept alike by tests/table/version_test.ts.
 */
export function writeVersion(
  segment: Segment,
  ref: number,
  key: PackedKey,
  tag: number,
  valueBytes: number,
  expiry: number,
): void {
  const words = segment.words;
  const expires = expiry !== Infinity;
  const info = expires ? key.info | HAS_EXPIRY : key.info;
  writeHeader(words, ref, NO_STAMP, info, valueBytes | (tag << TAG_SHIFT));
  const count = key.count;
  const from = key.words;
  const to = ref * 4 + V_HEADER_WORDS;
  for (let i = 0; i < count; i++) words[to + i] = from[i];
  if (expires) segment.floats[valueIndex(words, ref) - 1] = expiry;
}

/**
 * Writes the header and the key of a fresh version without an expiry.
 *
 * Fast path of `writeVersion()` in table/version.ts: the kernel has no objects, so the words of the
 * key are at an index, `key`. Kept alike by tests/table/version_test.ts.
 */
export function writePlain(
  words: Words,
  ref: number,
  key: number,
  info: number,
  valueInfo: number,
): void {
  writeHeader(words, ref, NO_STAMP, info, valueInfo);
  const count = keyWords(info);
  const to = ref * 4 + V_HEADER_WORDS;
  for (let i = 0; i < count; i++) words[to + i] = words[key + i];
}

/** Words that a key takes. */
export function keyWords(info: number): number {
  return ((info & LENGTH_MASK) + 3) >>> 2;
}

/**
 * Whether a version is of the key with these words.
 *
 * Has fast paths, `isOfKey()` in table/version.ts and `seemsOfKey()` in table/optimistic_read.ts.
 * Kept alike by tests/table/version_test.ts.
 */
export function hasKey(
  words: Words,
  ref: number,
  key: KeyWords,
  info: number,
): boolean {
  return hasKeyAt(words, ref, key, 0, info);
}

/** The same; the words of the key begin at the index `from`. */
export function hasKeyAt(
  words: Words,
  ref: number,
  key: KeyWords,
  from: number,
  info: number,
): boolean {
  const at = ref * 4;
  if ((words[at + V_KEY] & KEY_MASK) !== info) return false;
  const count = keyWords(info);
  const there = at + V_HEADER_WORDS;
  for (let i = 0; i < count; i++) {
    if (words[there + i] !== key[from + i]) return false;
  }
  return true;
}

/**
 * Whether a version is of the key whose words are at an index, `key`.
 *
 * Fast path of `hasKey()` in table/version.ts: in the kernel the words of the segment and those of
 * a key are of two types. Kept alike by tests/table/version_test.ts.
 */
export function isOfKey(
  words: Words,
  ref: number,
  key: number,
  info: number,
): boolean {
  const at = ref * 4;
  if ((words[at + V_KEY] & KEY_MASK) !== info) return false;
  const count = keyWords(info);
  const from = at + V_HEADER_WORDS;
  for (let i = 0; i < count; i++) {
    if (words[from + i] !== words[key + i]) return false;
  }
  return true;
}

/** Whether two versions are of one key. */
export function sameKey(words: Words, a: number, b: number): boolean {
  const info = words[b * 4 + V_KEY] & KEY_MASK;
  return a === b || isOfKey(words, a, b * 4 + V_HEADER_WORDS, info);
}

/** Length of the key in bytes. */
export function keyBytes(words: Words, ref: number): number {
  return words[ref * 4 + V_KEY] & LENGTH_MASK;
}

/** Whether the key's bytes are UTF-16 code units. */
export function keyIsWide(words: Words, ref: number): boolean {
  return (words[ref * 4 + V_KEY] & KEY_WIDE) !== 0;
}

/** Where the key begins, in units of 8 bytes. */
export function keyIndex(ref: number): number {
  return ref * 2 + V_HEADER_BYTES / 8;
}

/** Length of the value in bytes. */
export function valueBytes(words: Words, ref: number): number {
  return words[ref * 4 + V_VALUE] & LENGTH_MASK;
}

/** The codec's tag of the value. */
export function valueTag(words: Words, ref: number): number {
  return words[ref * 4 + V_VALUE] >>> TAG_SHIFT;
}

/** Where the value begins, in units of 8 bytes; the expiry, if any, stands in the unit before. */
export function valueIndex(words: Words, ref: number): number {
  return valueIndexOf(ref, words[ref * 4 + V_KEY]);
}

/** As `valueIndex`, with the version's key word at hand. */
export function valueIndexOf(ref: number, info: number): number {
  return ref * 2 + V_HEADER_BYTES / 8 + (((info & LENGTH_MASK) + 7) >>> 3) +
    ((info & HAS_EXPIRY) !== 0 ? 1 : 0);
}

/** Whether trees hang from a version. */
export function isStructure(words: Words, ref: number): boolean {
  return words[ref * 4 + V_KEY] < 0; // STRUCTURE is the sign
}

/** Refs that the nodes take which hang from a version; 0 if it is no structure. */
export function nodeRefs(words: Words, ref: number): number {
  return isStructure(words, ref)
    ? words[valueIndex(words, ref) * 2 + S_REFS]
    : 0;
}

/** Whether a version says that its key is absent. */
export function isTombstone(words: Words, ref: number): boolean {
  return valueTag(words, ref) === TAG_TOMBSTONE;
}

/** When a settled version expires, in milliseconds since 1970; `Infinity`: never. */
export function expiryOf(segment: Segment, ref: number): number {
  if ((segment.words[ref * 4 + V_KEY] & HAS_EXPIRY) === 0) return Infinity;
  return Math.abs(segment.floats[valueIndex(segment.words, ref) - 1]);
}

/** The word with the sign of a version's expiry. */
function signWord(words: Words, ref: number): number {
  return valueIndex(words, ref) * 2 - 1;
}

/** The sign of a float, in its high word. */
export const SIGN = 0x80000000;
/** The high word of the time before any other. */
const LONG_AGO = 0;

/** Bytes that a version takes, before rounding up to a block. */
export function bytesOf(words: Words, ref: number): number {
  return (valueIndex(words, ref) - ref * 2) * 8 + valueBytes(words, ref);
}

/** Bytes of the tombstone that deletes the entry of a version; 0 if it is one itself. */
export function tombstoneBytes(words: Words, ref: number): number {
  if (isTombstone(words, ref)) return 0;
  return versionBytes(words[ref * 4 + V_KEY] & LENGTH_MASK, 0, false);
}

/** Refs that key and value of a version take, about. */
export function contentRefs(words: Words, ref: number): number {
  const keyBytes = words[ref * 4 + V_KEY] & LENGTH_MASK;
  return (keyBytes + valueBytes(words, ref)) >>> REF_SHIFT;
}

/** Writes a copy of a version, which takes `bytes`; it is pending, as if it were new. */
export function copyVersion(
  words: Words,
  from: number,
  to: number,
  bytes: number,
): void {
  poke(words, to * 4 + V_STAMP, 0);
  // If it was replaced meanwhile, this is no weight, nor will the copy be linked.
  words[to * 4 + V_WEIGHT] = words[from * 4 + V_WEIGHT];
  const start = from * 4 + V_KEY;
  words.copyWithin(to * 4 + V_KEY, start, from * 4 + ((bytes + 3) >>> 2));
  // Had it come too late, it would not be negative any more: the copy renews nothing.
  if ((words[to * 4 + V_KEY] & HAS_EXPIRY) !== 0) {
    words[signWord(words, to)] &= ~SIGN;
  }
}

/**
 * Until when there is an entry, as far as this version (0: none) says: `-Infinity` if it says that
 * there is none.
 */
export function endOf(segment: Segment, ref: number): number {
  if (ref === 0 || isTombstone(segment.words, ref)) return -Infinity;
  return expiryOf(segment, ref);
}

/**
 * Settles a version if it is pending; returns its stamp. Of a version that a commit record decides
 * about, it returns the stamp that refers to that, which is negative: the caller goes by the record
 * (`table/commit_record.ts`). Its expiry, and the open snapshots, are to
 * be read after the stamp by which they are judged, so that is a `load`.
 */
export function settle(words: Words, ref: number): number {
  const stamp = load(words, ref * 4 + V_STAMP);
  return stamp > 0 ? stamp : settlePending(words, ref, stamp);
}

/** Whether a stamp refers to a commit record. */
export function isProvisional(stamp: number): boolean {
  return stamp < -LAST_TICK;
}

function settlePending(words: Words, ref: number, before: number): number {
  if (isProvisional(before)) return before;
  const at = ref * 4 + V_STAMP;
  let tick = writingTick(words);
  if (isLateRenewal(words, ref)) tick = -writingTick(words);
  const isMine = compareAndSet(words, at, 0, tick);
  const stamp = isMine ? tick : load(words, at);
  if (stamp > 0) return stamp;
  poke(words, signWord(words, ref), LONG_AGO);
  compareAndSet(words, at, stamp, -stamp);
  return -stamp;
}

/**
 * The present tick, for a stamp. First it says that something is written at that tick. So a worker
 * that opens a snapshot, and finds that nothing was written, knows that no version has that stamp,
 * or is about to get it (`table/clock.ts`).
 */
export function writingTick(words: Words): number {
  const tick = load(words, H_CLOCK);
  let last = load(words, H_WRITTEN);
  while (last < tick && !compareAndSet(words, H_WRITTEN, last, tick)) {
    last = load(words, H_WRITTEN);
  }
  return tick;
}

/**
 * Whether a pending version is a renewal, and the time of what it replaced is over. That can still
 * be read.
 */
function isLateRenewal(words: Words, ref: number): boolean {
  if ((words[ref * 4 + V_KEY] & HAS_EXPIRY) === 0) return false;
  if (hint(words, signWord(words, ref)) >= 0) return false;
  return isPast(words, load(words, ref * 4 + V_PREV) & REF_MASK);
}

/**
 * Whether a settled version is a renewal that came too late: it renewed nothing, and expired long
 * ago.
 */
export function cameTooLate(words: Words, ref: number): boolean {
  return (words[ref * 4 + V_KEY] & HAS_EXPIRY) !== 0 &&
    words[signWord(words, ref)] === LONG_AGO;
}

/** Whether a settled version has expired, by the wall clock. */
export function hasExpired(words: Words, ref: number): boolean {
  return (words[ref * 4 + V_KEY] & HAS_EXPIRY) !== 0 && isPast(words, ref);
}

/** Whether the time of a version with an expiry is over. */
function isPast(words: Words, ref: number): boolean {
  const expiry = floatAt(words, signWord(words, ref) - 1);
  return now() >= (expiry < 0 ? -expiry : expiry);
}
