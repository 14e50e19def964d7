import { assert, assertFalse, assertStrictEquals } from "@std/assert";
import {
  isLatin1,
  readString,
  writeLatin1,
  writeUtf16,
} from "../../src/codec/strings.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { forSeeds } from "../segment/random.ts";

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
      writeLatin1(segment, offset, narrow);
      assertStrictEquals(readString(segment, offset, length, false), narrow);
      const wide = units(65536);
      writeUtf16(segment, offset, wide);
      assertStrictEquals(readString(segment, offset, 2 * length, true), wide);
      writeUtf16(segment, offset, narrow);
      assertStrictEquals(readString(segment, offset, 2 * length, true), narrow);
    }
  });
});
