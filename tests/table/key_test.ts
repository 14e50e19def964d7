import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { bytesKeys, numberKeys, stringKeys } from "../../src/codec/keys.ts";
import { KEY_WIDE } from "../../src/segment/layout.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { hasKey, writeVersion } from "../../src/table/version.ts";
import { freshSegment } from "../segment/fresh_segment.ts";

const seed = [11, 22] as const;

Deno.test("EncodedKey.copyFrom() takes over the key of a version, whatever it is", () => {
  const segment = freshSegment();
  const ref = segment.chunkRef(0);
  const packs: ((into: EncodedKey) => void)[] = [
    (into) => stringKeys.pack("", into),
    (into) => stringKeys.pack("a", into),
    (into) => stringKeys.pack("abcde", into),
    (into) => stringKeys.pack("日本", into),
    (into) => stringKeys.pack("日本語", into),
    (into) => stringKeys.pack("x".repeat(1000), into),
    (into) => numberKeys.pack(1.5, into),
    (into) => bytesKeys.pack(new Uint8Array([1, 2, 3]), into),
  ];
  for (const pack of packs) {
    const original = new EncodedKey(seed);
    pack(original);
    for (const expiry of [Infinity, 5]) {
      writeVersion(segment, ref, original, 1, 8, expiry);
      const copy = new EncodedKey(seed);
      stringKeys.pack("what was there before".repeat(3), copy);
      copy.copyFrom(segment.words, ref);
      assertEquals(
        [copy.hash, copy.info, copy.count],
        [original.hash, original.info, original.count],
      );
      assert(hasKey(segment.words, ref, copy.words, copy.info));
    }
  }
});

Deno.test("EncodedKey.packLatin1() refuses other strings, and the key can be packed anew", () => {
  const key = new EncodedKey(seed);
  assertFalse(key.packLatin1("abc\u0100"));
  assertFalse(key.packLatin1("x".repeat(1000) + "\u0100"));
  assert(key.packLatin1("abc"));
  assertStrictEquals(key.info, 3);
  assertStrictEquals(key.count, 1);
  assertStrictEquals(key.words[0], 0x636261);
});

Deno.test("EncodedKey.finish() tells wide keys from narrow ones with the same bytes", () => {
  const narrow = new EncodedKey(seed);
  stringKeys.pack("a\x01", narrow); // the bytes of U+0161
  const wide = new EncodedKey(seed);
  stringKeys.pack("\u0161", wide);
  assertStrictEquals(narrow.words[0], wide.words[0]);
  assertStrictEquals(wide.info, narrow.info | KEY_WIDE);
  assert(narrow.hash !== wide.hash);
});

Deno.test("EncodedKey.reserve() makes room, and keeps what is large enough", () => {
  const key = new EncodedKey(seed);
  const { words } = key;
  key.reserve(words.length * 4);
  assertStrictEquals(key.words, words);
  for (const bytes of [257, 1000, 1024, 1025, 1_000_000]) {
    key.reserve(bytes);
    assert(key.bytes.length >= bytes);
    assertStrictEquals(key.words.buffer, key.bytes.buffer);
    assertStrictEquals(key.words.byteLength, key.bytes.byteLength);
  }
});
