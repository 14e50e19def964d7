/**
 * Accounting: what a write changes in the writer's own counters. Nothing here is shared between writers.
 *
 * @module
 */

import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import * as tallies from "../segment/tally.ts";
import type { Words } from "../segment/words.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { P_ENTRIES, P_LIVE_REFS, V_KEY, V_VALUE } = layout;
const { tally } = tallies;
const { blockRefs } = blocks;
const { bytesOf, isTombstone } = versions;

/** Counts that `after` took the place of `before` (0: of nothing). The caller is pinned. */
export function account(
  words: Words,
  base: number,
  before: number,
  after: number,
): void {
  if (
    before !== 0 &&
    words[before * 4 + V_VALUE] === words[after * 4 + V_VALUE] &&
    words[before * 4 + V_KEY] === words[after * 4 + V_KEY]
  ) return; // as large, and as live
  const had = liveRefs(words, before);
  const has = liveRefs(words, after);
  tally(words, base + P_LIVE_REFS, has - had);
  const entries = (has > 0 ? 1 : 0) - (had > 0 ? 1 : 0);
  if (entries !== 0) tally(words, base + P_ENTRIES, entries);
}

/** The block of an entry in refs; 0 for a tombstone or nothing. */
function liveRefs(words: Words, ref: number): number {
  if (ref === 0 || isTombstone(words, ref)) return 0;
  return blockRefs(words, bytesOf(words, ref));
}
