/**
 * The fast lookup in TypeScript, by the functions that the kernel is compiled from. A map
 * without a kernel pins instead; the tests need each step of the whole fast path.
 *
 * @module
 */
import type { Attachment } from "../../src/map/attachment.ts";
import { KEY_SCRATCH_WORDS, P_KEY } from "../../src/segment/layout.ts";
import {
  findOptimistically,
  UNDECIDED,
} from "../../src/table/optimistic_read.ts";
import { findToWrite } from "../../src/table/fast_path.ts";
import * as fast from "../../src/table/fast_lookup.ts";
import { findByText } from "../../src/table/fast_text.ts";
import type { FastPath } from "../../src/table/fast_path_fallback.ts";

/** Gives the maps of an attachment the whole fast path, although it has no kernel. */
export function takeFastPathInTypeScript(attachment: Attachment): void {
  const { participant: { base }, segment } = attachment;
  const { floats, keepsHeat, words } = segment;
  const lookup = keepsHeat ? fast.lookupNoting : fast.lookup;
  const lookupPacked = keepsHeat ? fast.lookupPackedNoting : fast.lookupPacked;
  const from = base + P_KEY;
  const key = words.subarray(from, from + KEY_SCRATCH_WORDS);
  const lookups: Pick<
    FastPath,
    | "findByText"
    | "findOptimistically"
    | "findToWrite"
    | "lookup"
    | "lookupPacked"
  > = {
    lookup: (base, text, most) =>
      undecidedIfAstray(() => lookup(words, floats, base, key, text, most)),
    lookupPacked: (base, hash, info, most) =>
      undecidedIfAstray(() =>
        lookupPacked(words, floats, base, key, hash, info, most)
      ),
    findOptimistically: (_base, hash, info) =>
      findOptimistically(words, hash, key, info),
    findToWrite: (_base, hash, info) => findToWrite(words, hash, key, info),
    findByText: (base, text) => findByText(words, base, key, text),
  };
  Object.assign(attachment.fastPath, lookups);
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
