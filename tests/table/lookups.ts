/**
 * Looks in TypeScript, by the functions that those of the kernel are compiled from: in
 * earnest a map without a kernel pins instead.
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

/** Lets the maps of an attachment look, although it has no kernel. */
export function lookInTypeScript(attachment: Attachment): void {
  const { participant: { base }, segment: { floats, words } } = attachment;
  const from = base + P_KEY;
  const key = words.subarray(from, from + KEY_SCRATCH_WORDS);
  const looks: Pick<
    FastPath,
    "findOptimistically" | "lookup" | "lookupPacked"
  > = {
    lookup: (base, text, most) =>
      astray(() => lookup(words, floats, base, key, text, most)),
    lookupPacked: (base, hash, info, most) =>
      astray(() => lookupPacked(words, floats, base, key, hash, info, most)),
    findOptimistically: (_base, hash, info) =>
      findOptimistically(words, hash, key, info),
  };
  Object.assign(attachment.fastPath, looks);
}

/** An index that leads out of the memory throws here, too, if not the same error. */
function astray(look: () => number): number {
  try {
    return look();
  } catch (error) {
    if (error instanceof RangeError) return UNDECIDED;
    throw error;
  }
}
