import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { bytesKeys, numberKeys, stringKeys } from "../../src/codec/keys.ts";
import {
  FINAL,
  H_CLOCK,
  TAG_NUMBER,
  TAG_SHIFT,
  TAG_TOMBSTONE,
  V_HEADER_WORDS,
  V_PREV,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { seemsOfKey } from "../../src/table/optimistic_read.ts";
import { EncodedKey } from "../../src/table/key.ts";
import {
  bytesOf,
  expiryOf,
  hasKey,
  isOfKey,
  isTombstone,
  keyBytes,
  keyIsWide,
  sameKey,
  settle,
  valueBytes,
  valueIndex,
  valueTag,
  versionBytes,
  writePlain,
  writeVersion,
} from "../../src/table/version.ts";
import { freshSegment } from "../segment/fresh_segment.ts";

const segment = freshSegment();
const { words } = segment;
const ref = segment.chunkRef(0);
const other = segment.chunkRef(4);

function bytesKey(length: number, byte = 7): EncodedKey {
  const key = new EncodedKey(segment.seed);
  bytesKeys.pack(new Uint8Array(length).fill(byte), key);
  return key;
}

Deno.test("writeVersion() lays out keys and values of every length, with and without expiry", () => {
  for (let keyLength = 0; keyLength < 40; keyLength++) {
    for (const valueLength of [0, 1, 7, 8, 9, 100]) {
      for (const expiry of [Infinity, 0, 1.7e12, 1e300]) {
        const key = bytesKey(keyLength);
        const bytes = versionBytes(keyLength, valueLength, expiry !== Infinity);
        segment.bytes.fill(0xaa, ref * 16, ref * 16 + bytes + 16);
        writeVersion(segment, ref, key, 3, valueLength, expiry);
        const value = valueIndex(words, ref) * 8;
        assertStrictEquals(value % 8, 0);
        assertStrictEquals(value + valueLength, ref * 16 + bytes);
        segment.bytes.fill(0xbb, value, value + valueLength);
        assertStrictEquals(bytesOf(words, ref), bytes);
        assertStrictEquals(keyBytes(words, ref), keyLength);
        assertStrictEquals(valueBytes(words, ref), valueLength);
        assertStrictEquals(valueTag(words, ref), 3);
        assertStrictEquals(expiryOf(segment, ref), expiry);
        assertStrictEquals(words[ref * 4 + V_STAMP], 0);
        assertStrictEquals(words[ref * 4 + V_PREV], FINAL);
        assert(hasKey(words, ref, key.words, key.info));
        assertFalse(isTombstone(words, ref));
        for (let i = bytes; i < bytes + 16; i++) {
          assertStrictEquals(
            segment.bytes[ref * 16 + i],
            0xaa,
            "nothing behind",
          );
        }
      }
    }
  }
});

Deno.test("writeVersion() marks tombstones", () => {
  for (let tag = 0; tag < 8; tag++) {
    writeVersion(segment, ref, bytesKey(5), tag, 0, Infinity);
    assertStrictEquals(isTombstone(words, ref), tag === TAG_TOMBSTONE);
    assertStrictEquals(valueTag(words, ref), tag);
  }
});

Deno.test("writePlain() writes what writeVersion() does", () => {
  for (let keyLength = 0; keyLength < 40; keyLength++) {
    const key = bytesKey(keyLength);
    const bytes = versionBytes(keyLength, 8, false);
    for (const at of [ref, other]) {
      segment.bytes.fill(0xaa, at * 16, at * 16 + bytes);
    }
    const scratch = segment.chunkRef(8) * 4;
    words.set(key.words.subarray(0, key.count), scratch);
    writeVersion(segment, ref, key, TAG_NUMBER, 8, Infinity);
    writePlain(words, other, scratch, key.info, 8 | TAG_NUMBER << TAG_SHIFT);
    const written = (at: number) =>
      words.slice(at * 4, at * 4 + Math.ceil(bytes / 4));
    assertEquals(written(other), written(ref));
  }
});

Deno.test("hasKey() and sameKey() look at length, kind and bytes, not at expiry or value", () => {
  const keys = [
    bytesKey(0),
    bytesKey(1),
    bytesKey(4),
    bytesKey(5),
    bytesKey(8),
    bytesKey(8, 8),
  ];
  const wide = new EncodedKey(segment.seed);
  stringKeys.pack("\u0707\u0707", wide);
  keys.push(wide);
  const number = new EncodedKey(segment.seed);
  numberKeys.pack(1, number);
  keys.push(number);
  keys.forEach((a, i) => {
    writeVersion(segment, ref, a, 1, 8, Infinity);
    assert(sameKey(words, ref, ref));
    keys.forEach((b, j) => {
      for (const expiry of [Infinity, 5]) {
        writeVersion(segment, other, b, 2, 16, expiry);
        assertStrictEquals(hasKey(words, other, a.words, a.info), i === j);
        const key = ref * 4 + V_HEADER_WORDS;
        assertStrictEquals(isOfKey(words, other, key, a.info), i === j);
        assertStrictEquals(seemsOfKey(words, other, a.words, a.info), i === j);
        assertStrictEquals(sameKey(words, ref, other), i === j);
        assertStrictEquals(sameKey(words, other, ref), i === j);
      }
      assertStrictEquals(keyIsWide(words, other), b === wide);
    });
  });
});

Deno.test("settle() gives a version the present tick, once and for all", () => {
  const clock = words[H_CLOCK];
  writeVersion(segment, ref, bytesKey(3), 1, 0, Infinity);
  words[H_CLOCK] = 41;
  assertStrictEquals(settle(words, ref), 41);
  words[H_CLOCK] = 42;
  assertStrictEquals(settle(words, ref), 41);
  assertStrictEquals(words[ref * 4 + V_STAMP], 41);
  words[H_CLOCK] = clock;
});

Deno.test("versionBytes() grows with each part", () => {
  assertEquals(
    [
      versionBytes(0, 0, false),
      versionBytes(1, 0, false),
      versionBytes(8, 0, false),
      versionBytes(9, 1, false),
      versionBytes(8, 8, true),
      versionBytes(2 ** 28, 2 ** 28, true),
    ],
    [24, 32, 32, 41, 48, 24 + 2 ** 29 + 8],
  );
});
