/**
 * What functions that are compiled for the kernel, too, need besides shared words. The kernel does
 * it in another way: see `kernel/compile.ts`.
 *
 * @module
 */

import * as access from "./atomics.ts";
import type { KeyWords, Words } from "./atomics.ts";

const { load } = access;

/** A 64-bit float, where other numbers are 32-bit integers. */
export type Float = number;

/** The segment seen as floats. */
export type Floats = Float64Array<SharedArrayBuffer>;

/** A string of the caller's. */
export type Text = string;

const HALF_BITS = 16;
const HALF = 2 ** HALF_BITS;
const HALF_MASK = HALF - 1;
const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);

/** The float whose first word has this index. */
export function floatAt(words: Words, index: number): Float {
  halves[0] = words[index];
  halves[1] = words[index + 1];
  return float[0];
}

/** The same, by reads that are ordered as `load` orders them. */
export function loadFloat(words: Words, index: number): Float {
  halves[0] = load(words, index);
  halves[1] = load(words, index + 1);
  return float[0];
}

/** Adds to the float whose first word has this index. */
export function addToFloat(words: Words, index: number, by: number): void {
  float[0] = floatAt(words, index) + by;
  words[index] = halves[0];
  words[index + 1] = halves[1];
}

/** Whether two words, from an even index on, are those of a key. It reads as `load` does. */
export function isPairOf(
  words: Words,
  index: number,
  key: KeyWords,
  i: number,
): boolean {
  return load(words, index) === key[i] && load(words, index + 1) === key[i + 1];
}

/** Copies two words, from and to an even index. It reads as `load` does. */
export function copyPair(words: Words, from: number, to: number): void {
  words[to] = load(words, from);
  words[to + 1] = load(words, from + 1);
}

/** The words of the segment, as those of a key that lies there. */
export function asKey(words: Words): KeyWords {
  return words;
}

/** The zeros before the first one of a word's 32 bits. */
export function leadingZeros(word: number): number {
  return Math.clz32(word);
}

/**
 * The part of a count, of at most 2 ** 31, that a hash is of all hashes: as unsigned numbers of 32
 * bits, `count * hash / 2 ** 32`. In two steps here, as a float has 53 bits.
 */
export function partOf(count: number, hash: number): number {
  const low = Math.floor(count * (hash & HALF_MASK) / HALF);
  return Math.floor((count * (hash >>> HALF_BITS) + low) / HALF);
}

/** What is left of a number, taken as an unsigned one, when it is divided by another one. */
export function remainder(number: number, by: number): number {
  return (number >>> 0) % by;
}

/** The minute that it is by the wall clock, since 1970, modulo 2 ** 16. */
export function minuteNow(): number {
  return Math.floor(Date.now() / 60_000) & 0xffff;
}

/** The wall clock, in milliseconds since 1970. */
export function now(): Float {
  return Date.now();
}
