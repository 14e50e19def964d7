import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { KeyFormat } from "../../src/codec/codec.ts";
import {
  bytesKeys,
  customKeys,
  numberKeys,
  stringKeys,
} from "../../src/codec/keys.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { hasKey, writeVersion } from "../../src/table/version.ts";
import { freshSegment } from "../segment/fresh_segment.ts";

const segment = freshSegment(2 ** 22);
const seed = [0x12345678, -7] as const;

/** A version of the key at the given chunk; returns its ref. */
function write<K>(format: KeyFormat<K>, key: K, chunk: number): number {
  const encoded = encode(format, key);
  const ref = segment.chunkRef(chunk);
  writeVersion(segment, ref, encoded, 1, 8, Infinity);
  return ref;
}

function encode<K>(format: KeyFormat<K>, key: K): EncodedKey {
  const into = new EncodedKey(seed);
  into.words.fill(-1); // what an earlier key left
  format.pack(format.prepare(key), into);
  return into;
}

/** Each key comes back, and is found under its own version only. */
function checkKeys<K>(format: KeyFormat<K>, keys: readonly K[]): void {
  const refs = keys.map((key, i) => write(format, key, i));
  keys.forEach((key, i) => {
    assertEquals(format.read(segment, refs[i]), key);
    const encoded = encode(format, key);
    refs.forEach((ref, j) => {
      assertStrictEquals(
        hasKey(segment.words, ref, encoded.words, encoded.info),
        i === j,
        `${Deno.inspect(key)} and ${Deno.inspect(keys[j])}`,
      );
      if (i === j) return;
      assertNotEquals(encoded.hash, encode(format, keys[j]).hash);
    });
    assert(encoded.hash !== 0 && encoded.hash !== 1);
  });
}

Deno.test("stringKeys keep every string apart, lone surrogates included", () => {
  checkKeys(stringKeys, [
    "",
    "a",
    "b",
    "ab",
    "abc",
    "abcd",
    "abcde",
    "\0",
    "\0\0",
    "a\0",
    "\xff",
    "\u00ff\u0100",
    "\u0100",
    "\u0161", // its low byte is an "a"
    "a\u0100",
    "é",
    "e\u0301",
    "日本語",
    "😀",
    "\ud800",
    "\udc00",
    "\udc00\ud800",
    "x".repeat(255),
    "x".repeat(256),
    "x".repeat(257),
    "x".repeat(600),
    "日".repeat(127),
    "日".repeat(128),
    "日".repeat(129),
    "\ud800".repeat(500),
  ]);
});

Deno.test("numberKeys keep every number apart", () => {
  checkKeys(numberKeys, [
    0,
    1,
    -1,
    0.5,
    NaN,
    Infinity,
    -Infinity,
    5e-324,
    -5e-324,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    Number.MAX_VALUE,
  ]);
});

Deno.test("numberKeys take the same keys for the same as Map", () => {
  for (const [a, b] of [[0, -0], [NaN, -NaN], [NaN, 0 / 0], [1, 1.0]]) {
    assertEquals(encode(numberKeys, a), encode(numberKeys, b));
  }
  assertStrictEquals(
    numberKeys.read(segment, write(numberKeys, -0, 0)),
    0,
    "-0 comes back as 0, as from a Map",
  );
  const odd = new Float64Array(
    new Uint32Array([0xdeadbeef, 0xfff8dead]).buffer,
  )[0];
  assertEquals(encode(numberKeys, odd), encode(numberKeys, NaN));
});

Deno.test("bytesKeys keep all bytes apart, and go by content", () => {
  const backing = Uint8Array.from({ length: 50 }, (_, i) => i);
  checkKeys(bytesKeys, [
    new Uint8Array(),
    new Uint8Array([0]),
    new Uint8Array([0, 0]),
    new Uint8Array([0, 0, 0, 0]),
    new Uint8Array([1]),
    new Uint8Array([255, 1]),
    backing.subarray(3, 10),
    backing.slice(4, 10),
    new Uint8Array(255),
    new Uint8Array(256),
    new Uint8Array(1001).fill(3),
  ]);
  assertEquals(
    encode(bytesKeys, backing.subarray(3, 10)),
    encode(bytesKeys, backing.slice(3, 10)),
  );
});

Deno.test("bytesKeys return copies", () => {
  const ref = write(bytesKeys, new Uint8Array([1, 2, 3]), 0);
  const read = bytesKeys.read(segment, ref);
  assert(read.buffer instanceof ArrayBuffer);
  assertStrictEquals(read.constructor, Uint8Array);
  read.fill(9);
  assertEquals(bytesKeys.read(segment, ref), new Uint8Array([1, 2, 3]));
});

Deno.test("every key format refuses other types", () => {
  const wrong: [KeyFormat<never>, unknown[]][] = [
    [stringKeys as KeyFormat<never>, [1, null, undefined, {}, Symbol("x"), 1n]],
    [numberKeys as KeyFormat<never>, ["1", null, undefined, {}, 1n]],
    [
      bytesKeys as KeyFormat<never>,
      ["1", null, undefined, [1], new ArrayBuffer(1), new Int8Array(1)],
    ],
  ];
  for (const [format, keys] of wrong) {
    for (const key of keys) {
      assertThrows(() => format.prepare(key as never), TypeError);
    }
  }
});

Deno.test("customKeys hand the codec a copy, and keep its name", () => {
  const format = customKeys<number>({
    name: "two bytes",
    encode: (n) => new Uint8Array([n, n >> 8]),
    decode: (bytes) => {
      assertStrictEquals(bytes.buffer.byteLength, 2);
      return bytes[0] | bytes[1] << 8;
    },
  });
  assertStrictEquals(format.name, "two bytes");
  checkKeys(format, [0, 1, 255, 256, 65535]);
});
