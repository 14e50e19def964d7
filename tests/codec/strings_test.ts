import { assert, assertFalse, assertStrictEquals } from "@std/assert";
import {
  decodeText,
  encodeText,
  isLatin1,
  readString,
  writeLatin1,
  writeUtf16,
} from "../../src/codec/strings.ts";
import { Scratch } from "../../src/codec/scratch.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { forSeeds } from "../testing/random.ts";

Deno.test("decodeText() reads what encodeText() writes, at every place and of every alphabet", () => {
  const scratch = new Scratch();
  const alphabets = [0x80, 0x100, 0x500, 0x10000, 0xd800];
  forSeeds(20, (random) => {
    for (let length = 0; length < 300; length += 1 + random.below(9)) {
      const [most, rare] = [random.pick(alphabets), random.pick(alphabets)];
      const text = String.fromCharCode(
        ...Array.from(
          { length },
          () => random.below(random.chance(0.02) ? rare : most),
        ),
      );
      for (const value of [text, `\uFEFF${text}`]) {
        const at = random.below(5);
        const what = encodeText(value, scratch, at);
        const byteLength = Math.floor(what / 4);
        assertStrictEquals(
          decodeText(scratch.bytes, at, byteLength, what % 4),
          value,
        );
      }
    }
  });
});

Deno.test("isLatin1() tells whether every character is at most U+00FF", () => {
  for (const text of ["", "a", "\0", "\xff", "é".repeat(1000)]) {
    assert(isLatin1(text));
  }
  for (const text of ["\u0100", "a\u0100", "\ud800", "é".repeat(1000) + "日"]) {
    assertFalse(isLatin1(text));
  }
});

Deno.test("readString() reads what writeLatin1() and writeUtf16() write, of every length", () => {
  const segment = freshSegment();
  const offset = segment.firstChunk * 16;
  forSeeds(3, (random) => {
    for (let length = 0; length < 200; length++) {
      const units = (limit: number) =>
        String.fromCharCode(
          ...Array.from({ length }, () => random.below(limit)),
        );
      const narrow = units(256);
      writeLatin1(segment.bytes, offset, narrow);
      assertStrictEquals(readString(segment, offset, length, false), narrow);
      const wide = units(65536);
      writeUtf16(segment.bytes, offset, wide);
      assertStrictEquals(readString(segment, offset, 2 * length, true), wide);
      writeUtf16(segment.bytes, offset, narrow);
      assertStrictEquals(readString(segment, offset, 2 * length, true), narrow);
    }
  });
});
