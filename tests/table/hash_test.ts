import { assertLess, assertNotEquals, assertStrictEquals } from "@std/assert";
import { numberKeys, stringKeys } from "../../src/codec/keys.ts";
import { hashWords, packAndHash } from "../../src/table/hash.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { forSeeds, Random } from "../testing/random.ts";

/** 32-bit words as their two halves: another way to do the same arithmetic. */
type Halves = [low: number, high: number];

const halves = (word: number): Halves => [word & 0xffff, word >>> 16];
const whole = ([low, high]: Halves) => (high << 16) | low;

function sum(a: Halves, b: Halves): Halves {
  const low = a[0] + b[0];
  const high = a[1] + b[1] + Math.floor(low / 65536);
  return [low % 65536, high % 65536];
}

function xor(a: Halves, b: Halves): Halves {
  return [a[0] ^ b[0], a[1] ^ b[1]];
}

function rotated([low, high]: Halves, by: number): Halves {
  let bits = (high * 65536 + low).toString(2).padStart(32, "0");
  bits = bits.slice(by) + bits.slice(0, by);
  return [parseInt(bits.slice(16), 2), parseInt(bits.slice(0, 16), 2)];
}

/** HalfSipHash with one round a word and three to finish, after the paper. */
function halfSipHash13(message: number[], k0: number, k1: number): number {
  let [v0, v1, v2, v3] = [
    halves(k0),
    halves(k1),
    xor(halves(k0), halves(0x6c796765)),
    xor(halves(k1), halves(0x74656462)),
  ];
  const round = () => {
    v0 = sum(v0, v1);
    v2 = sum(v2, v3);
    v1 = xor(rotated(v1, 5), v0);
    v3 = xor(rotated(v3, 8), v2);
    v0 = rotated(v0, 16);
    v2 = sum(v2, v1);
    v0 = sum(v0, v3);
    v1 = xor(rotated(v1, 13), v2);
    v3 = xor(rotated(v3, 7), v0);
    v2 = rotated(v2, 16);
  };
  for (const word of message) {
    v3 = xor(v3, halves(word));
    round();
    v0 = xor(v0, halves(word));
  }
  v2 = xor(v2, halves(0xff));
  for (let i = 0; i < 3; i++) round();
  return whole(xor(v1, v3));
}

Deno.test("hashWords() agrees with the test vectors of Linux's hsiphash", () => {
  // lib/siphash_kunit.c, 32 bits: the bytes 0, 1, 2, … under the key 0, 1, …, 7.
  const expected = [
    0x5814c896,
    0xe7e864ca,
    0xbc4b0e30,
    0x01539939,
    0x7e059ea6,
    0x88e3d89b,
    0xa0080b65,
    0x9d38d9d6,
  ];
  const bytes = [0, 1, 2, 3, 4, 5, 6, 7];
  const words = Int32Array.of(0x03020100);
  for (const [length, hash] of expected.entries()) {
    const count = length >> 2;
    let last = length << 24;
    for (let i = count * 4; i < length; i++) last |= bytes[i] << 8 * (i % 4);
    assertStrictEquals(
      hashWords(words, count, last, 0x03020100, 0x07060504) >>> 0,
      hash,
    );
  }
});

Deno.test("hashWords() is HalfSipHash-1-3", () => {
  forSeeds(200, (random) => {
    const words = Int32Array.from({ length: 20 }, () => random.word());
    const count = random.below(20);
    const [info, k0, k1] = [random.word(), random.word(), random.word()];
    const message = [...words.subarray(0, count), info];
    const expected = halfSipHash13(message, k0, k1);
    const reserved = (expected & ~1) === 0;
    assertStrictEquals(
      hashWords(words, count, info, k0, k1),
      reserved ? expected | 2 : expected,
    );
  });
});

Deno.test("packAndHash() packs and hashes as hashWords() would", () => {
  forSeeds(50, (random) => {
    for (let length = 0; length < 40; length++) {
      const text = String.fromCharCode(
        ...Array.from({ length }, () => random.below(256)),
      );
      const [k0, k1] = [random.word(), random.word()];
      const words = new Int32Array(10).fill(-1);
      const hash = packAndHash(text, words, k0, k1);
      const bytes = new Uint8Array(words.buffer, 0, (length + 3) & ~3);
      for (let i = 0; i < bytes.length; i++) {
        assertStrictEquals(bytes[i], i < length ? text.charCodeAt(i) : 0);
      }
      const count = bytes.length / 4;
      assertStrictEquals(hash, hashWords(words, count, length, k0, k1));
    }
  });
});

Deno.test("packAndHash() says 0 to any character above U+00FF, wherever it stands", () => {
  const words = new Int32Array(10);
  for (let length = 1; length < 20; length++) {
    for (let at = 0; at < length; at++) {
      for (const odd of ["\u0100", "\uffff", "\ud800"]) {
        const text = "x".repeat(at) + odd + "x".repeat(length - at - 1);
        assertStrictEquals(packAndHash(text, words, 1, 2), 0);
      }
    }
  }
});

Deno.test("hashWords() turns 0 and 1, which mark slots, into other hashes", () => {
  // Found by trying four billion words.
  for (const [word, raw] of [[-572569125, 0], [-2022418314, 1]]) {
    assertStrictEquals(halfSipHash13([word, 4], 1, 2), raw);
    assertStrictEquals(hashWords(Int32Array.of(word), 1, 4, 1, 2), raw | 2);
    const text = String.fromCharCode(
      ...new Uint8Array(Int32Array.of(word).buffer),
    );
    assertStrictEquals(packAndHash(text, new Int32Array(1), 1, 2), raw | 2);
  }
});

/** Pearson's chi-square of the hashes' high bits, as standard deviations from what chance gives. */
function deviation(hashes: Iterable<number>, bits: number): number {
  const buckets = new Float64Array(2 ** bits);
  let count = 0;
  for (const hash of hashes) {
    buckets[hash >>> (32 - bits)]++;
    count++;
  }
  const expected = count / buckets.length;
  let chiSquare = 0;
  for (const load of buckets) chiSquare += (load - expected) ** 2 / expected;
  const freedom = buckets.length - 1;
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}

function* stringHashes(
  count: number,
  seed: readonly [number, number],
  name: (i: number) => string,
): Generator<number> {
  const key = new EncodedKey(seed);
  for (let i = 0; i < count; i++) {
    stringKeys.pack(name(i), key);
    yield key.hash;
  }
}

function* numberHashes(
  count: number,
  seed: readonly [number, number],
  value: (i: number) => number,
): Generator<number> {
  const key = new EncodedKey(seed);
  for (let i = 0; i < count; i++) {
    numberKeys.pack(value(i), key);
    yield key.hash;
  }
}

Deno.test("the hash spreads structured keys like chance does", () => {
  const count = 20_000;
  const strings: ((i: number) => string)[] = [
    (i) => `${i}`,
    (i) => `user:${i}`,
    (i) => "a long prefix that all keys share, ".repeat(3) + i,
    (i) => `${i}` + "x".repeat(100),
    (i) => String.fromCharCode(i & 0xff, i >> 8),
    (i) => "x".repeat(i % 150) + (i / 150 | 0),
    (i) => "\0".repeat(i % 8) + i,
    (i) => `日本${i}`,
  ];
  const numbers: ((i: number) => number)[] = [
    (i) => i,
    (i) => -i,
    (i) => i * 2 ** 10,
    (i) => i * 2 ** 32,
    (i) => i / 1024,
    (i) => 2 ** 52 + i,
    (i) => 2 ** (i % 1000 - 500) * (1 + 2 * (i / 1000 | 0)),
    (i) => i * 0.1,
  ];
  forSeeds(3, (random) => {
    const seed = [random.word(), random.word()] as const;
    for (const bits of [6, 10]) {
      for (const name of strings) {
        const sigma = deviation(stringHashes(count, seed, name), bits);
        assertLess(Math.abs(sigma), 5, `${name}`);
      }
      for (const value of numbers) {
        const sigma = deviation(numberHashes(count, seed, value), bits);
        assertLess(Math.abs(sigma), 5, `${value}`);
      }
    }
  });
});

Deno.test("the hash of a key says nothing about its low bits either", () => {
  const seed = [3, 4] as const;
  const low = function* () {
    for (const hash of numberHashes(20_000, seed, (i) => i)) yield hash << 20;
  };
  assertLess(Math.abs(deviation(low(), 10)), 5);
});

Deno.test("the hash changes half of its bits when one bit of the key changes", () => {
  const random = new Random(1);
  const words = new Int32Array(4);
  for (let bit = 0; bit < 128; bit++) {
    let changed = 0;
    const tries = 400;
    for (let i = 0; i < tries; i++) {
      for (let j = 0; j < 4; j++) words[j] = random.word();
      const before = hashWords(words, 4, 16, 7, 8);
      words[bit >> 5] ^= 1 << (bit & 31);
      let difference = before ^ hashWords(words, 4, 16, 7, 8);
      for (; difference !== 0; difference &= difference - 1) changed++;
    }
    assertLess(Math.abs(changed / tries - 16), 1, `bit ${bit}`);
  }
});

Deno.test("the hash depends on both words of the map's own key", () => {
  const words = Int32Array.of(1, 2, 3);
  const hash = hashWords(words, 3, 12, 1, 2);
  assertNotEquals(hashWords(words, 3, 12, 2, 2), hash);
  assertNotEquals(hashWords(words, 3, 12, 1, 3), hash);
  let same = 0;
  for (let k = 0; k < 10_000; k++) {
    if (hashWords(words, 3, 12, k, 2) >>> 22 === hash >>> 22) same++;
  }
  assertLess(same, 40); // about 10
});

Deno.test("the hash tells keys apart that differ in padding or kind only", () => {
  const words = new Int32Array(2);
  const hashes = new Set<number>();
  for (let info = 0; info < 8; info++) {
    for (let count = 0; count <= 2; count++) {
      hashes.add(hashWords(words, count, info, 5, 6));
    }
  }
  assertStrictEquals(hashes.size, 24);
});
