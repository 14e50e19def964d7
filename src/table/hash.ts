/**
 * The hash of a key: HalfSipHash-1-3 under the map's own random 64-bit key.
 *
 * With a keyed hash nobody who chooses the keys can choose collisions. It also spreads structured
 * keys (sequential numbers, long common prefixes, multiples of powers of two) over all 32 bits, of
 * which the table uses the high ones.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; the 32-bit variant for
 * hash tables, with one compression round a word and three to finish, is the one that the Linux
 * kernel names `hsiphash`.
 *
 * @module
 */

import type { Text } from "../segment/intrinsics.ts";
import type { KeyWords } from "../segment/atomics.ts";

/**
 * Hashes `count` words, from `from` on, under the key (`k0`, `k1`). `info` (length and kind of the
 * key) is hashed last, so that keys that differ only in padding or kind differ in hash. Never
 * returns 0 or 1, which mark empty and closed slots.
 *
 * Has a fast path, `packAndHash()` in table/hash.ts. Kept alike by tests/table/hash_test.ts.
 *
 * O(count).
 */
export function hashWords(
  words: KeyWords,
  count: number,
  info: number,
  k0: number,
  k1: number,
  from: number = 0,
): number {
  let v0 = k0;
  let v1 = k1;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  for (let i = 0; i <= count; i++) {
    const word = i < count ? words[from + i] : info;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return finishHash(v0, v1, v2, v3);
}

function finishHash(v0: number, v1: number, v2: number, v3: number): number {
  v2 ^= 0xff;
  for (let round = 0; round < 3; round++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  const hash = v1 ^ v3;
  return (hash & ~1) === 0 ? hash | 2 : hash;
}

/**
 * Packs a Latin-1 string into words, four characters each, and hashes them in the same pass.
 *
 * Fast path of `hashWords()` in table/hash.ts: the two chains of work overlap, which makes the hash
 * nearly free. Kept alike by tests/table/hash_test.ts.
 *
 * @returns The hash, the same as `hashWords` of the words with the length as `info`; 0 if a
 * character is above U+00FF.
 */
export function packAndHash(
  text: Text,
  words: KeyWords,
  k0: number,
  k1: number,
): number {
  const length = text.length;
  const whole = length & ~3;
  let v0 = k0;
  let v1 = k1;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  let units = 0;
  for (let i = 0;; i += 4) {
    let word = length;
    if (i < whole) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      units |= a | b | c | d;
      word = a | (b << 8) | (c << 16) | (d << 24);
      words[i >> 2] = word;
    } else if (i < length) {
      word = 0;
      for (let j = i; j < length; j++) {
        const unit = text.charCodeAt(j);
        units |= unit;
        word |= unit << ((j & 3) << 3);
      }
      words[i >> 2] = word;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
    if (i >= length) break;
  }
  if (units > 0xff) return 0;
  return finishHash(v0, v1, v2, v3);
}

/** Packs any string into words, two UTF-16 code units each. */
export function packWide(text: Text, words: KeyWords): void {
  const length = text.length;
  for (let i = 0; i < length; i += 2) {
    const low = text.charCodeAt(i);
    const high = i + 1 < length ? text.charCodeAt(i + 1) : 0;
    words[i >> 1] = low | (high << 16);
  }
}
