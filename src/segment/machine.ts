/**
 * What functions need besides shared words that are compiled for the kernel, too, where it is done in another way: see
 * `kernel/compile.ts`.
 *
 * @module
 */

import type { Words } from "./words.ts";

/** A 64-bit float, where other numbers are 32-bit integers. */
export type Float = number;

/** The segment seen as floats. */
export type Floats = Float64Array<SharedArrayBuffer>;

/** A string of the caller's. */
export type Text = string;

const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);

/** The float whose first word has this index. */
export function floatAt(words: Words, index: number): Float {
  halves[0] = words[index];
  halves[1] = words[index + 1];
  return float[0];
}

/** The zeros before the first one of a word's 32 bits. */
export function leadingZeros(word: number): number {
  return Math.clz32(word);
}

/** The wall clock, in milliseconds since 1970. */
export function now(): Float {
  return Date.now();
}
