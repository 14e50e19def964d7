/**
 * The hash of a key: HalfSipHash-1-3 under the map's own random 64-bit key.
 *
 * A keyed hash keeps whoever chooses the keys from choosing collisions, and spreads structured keys (sequential numbers,
 * long common prefixes, multiples of powers of two) over all 32 bits, of which the table uses the high ones.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; the 32-bit variant for hash tables, with one
 * compression round a word and three to finish, is the one that the Linux kernel names `hsiphash`.
 *
 * @module
 */

/**
 * Hashes the first `count` words under the key (`k0`, `k1`). `info` (length and kind of the key) is hashed last, so that keys
 * that differ only in padding or kind differ in hash. Never returns 0 or 1, which mark empty and closed slots.
 *
 * O(count).
 */
export function hashWords(
  words: Int32Array,
  count: number,
  info: number,
  k0: number,
  k1: number,
): number {
  let v0 = k0;
  let v1 = k1;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  for (let i = 0; i <= count; i++) {
    const word = i < count ? words[i] : info;
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
