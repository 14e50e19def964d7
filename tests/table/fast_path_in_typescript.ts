/**
 * The whole fast path in TypeScript, by the functions that the kernel is compiled from. A map
 * without a kernel has a part of it only: it pins instead of looking up by an optimistic read,
 * and packs strings before. The tests need each step.
 *
 * @module
 */
import type { Attachment } from "../../src/map/attachment.ts";
import { KEY_SCRATCH_WORDS, P_KEY } from "../../src/segment/layout.ts";
import {
  findOptimistically,
  UNDECIDED,
} from "../../src/table/optimistic_read.ts";
import { lookup, lookupPacked } from "../../src/table/fast_lookup.ts";
import type { FastPath } from "../../src/table/fast_path_fallback.ts";
import {
  exchangeByText,
  incrementByText,
  makeByText,
  putLatin1ByText,
  putNumberByText,
  removeByText,
} from "../../src/table/fast_text.ts";

/** Gives the maps of an attachment the whole fast path, although it has no kernel. */
export function takeFastPathInTypeScript(attachment: Attachment): void {
  const { participant: { base }, segment: { floats, words } } = attachment;
  const from = base + P_KEY;
  const key = words.subarray(from, from + KEY_SCRATCH_WORDS);
  const rest: Omit<
    FastPath,
    "exchange" | "increment" | "publish" | "putNumber" | "remove"
  > = {
    lookup: (base, text, most) =>
      undecidedIfAstray(() => lookup(words, floats, base, key, text, most)),
    lookupPacked: (base, hash, info, most) =>
      undecidedIfAstray(() =>
        lookupPacked(words, floats, base, key, hash, info, most)
      ),
    findOptimistically: (_base, hash, info) =>
      findOptimistically(words, hash, key, info),
    putNumberByText: (base, text, valueInfo, value) =>
      putNumberByText(words, floats, base, key, text, valueInfo, value),
    putLatin1ByText: (base, text, tagBits, value) =>
      putLatin1ByText(words, base, key, text, tagBits, value),
    makeByText: (base, text, valueInfo) =>
      makeByText(words, base, key, text, valueInfo),
    removeByText: (base, text, expected) =>
      removeByText(words, base, key, text, expected),
    incrementByText: (base, text, valueInfo, by) =>
      incrementByText(words, floats, base, key, text, valueInfo, by),
    exchangeByText: (base, text, valueInfo, expected, value) =>
      exchangeByText(
        words,
        floats,
        base,
        key,
        text,
        valueInfo,
        expected,
        value,
      ),
  };
  Object.assign(attachment.fastPath, rest);
}

/** An index that leads out of the memory throws here, too, but another error. */
function undecidedIfAstray(read: () => number): number {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return UNDECIDED;
    throw error;
  }
}
