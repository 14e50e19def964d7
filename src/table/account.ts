/**
 * Accounting: what a write changes in the writer's own counters. Nothing here is shared between
 * writers.
 *
 * A worker may die between the step that links a version and the one that counts it. So the counts
 * are written ahead, and the version that decides whether they hold is in hand (`P_HAND`, negative
 * from here on): a recovery sees by the version whether it was linked. `announce` comes before the
 * link, `account` after it.
 *
 * @module
 */

import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import * as participants from "../segment/participants.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as changes from "./changes.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_MOST_WEIGHT,
  P_ENTRIES,
  P_ENTRIES_AHEAD,
  P_HAND,
  P_LIVE_AHEAD,
  P_LIVE_REFS,
  P_WEIGHT,
  P_WEIGHT_AHEAD,
  V_KEY,
  V_VALUE,
  V_WEIGHT,
  V_WRITES,
} = layout;
const { hint, own, poke } = access;
const { blockRefs } = blocks;
const { sumHints } = participants;
const { changed } = changes;
const { bytesOf, isTombstone, nodeRefs } = versions;

/**
 * Announces that `after`, which is in hand, is to take the place of `before` (0: of nothing), and
 * what the counts are then. If it does not come to that, it may be announced again, or the version
 * be freed. The caller is pinned.
 */
export function announce(
  words: Words,
  base: number,
  before: number,
  after: number,
): void {
  let entries = own(words, base + P_ENTRIES);
  let live = own(words, base + P_LIVE_REFS);
  if (!isAlike(words, before, after)) {
    const had = liveRefs(words, before);
    const has = liveRefs(words, after);
    entries += (has > 0 ? 1 : 0) - (had > 0 ? 1 : 0);
    live += has - had;
  }
  // If `before` was replaced meanwhile, this is no number of writes, nor will this be linked.
  const writes = before === 0 ? 0 : hint(words, before * 4 + V_WRITES) + 1;
  poke(words, after * 4 + V_WRITES, writes);
  poke(words, base + P_ENTRIES_AHEAD, entries);
  poke(words, base + P_LIVE_AHEAD, live);
  if (areWeighed(words)) announceWeight(words, base, before, after);
  poke(words, base + P_HAND, -after);
}

/**
 * Counts what was announced: the version, of a key with this hash, is linked. It is in hand no
 * more, once those who wait for the key can know; so all who link a version pass here.
 */
export function account(words: Words, base: number, hash: number): void {
  changed(words, hash);
  poke(words, base + P_ENTRIES, own(words, base + P_ENTRIES_AHEAD));
  poke(words, base + P_LIVE_REFS, own(words, base + P_LIVE_AHEAD));
  if (areWeighed(words)) {
    poke(words, base + P_WEIGHT, own(words, base + P_WEIGHT_AHEAD));
  }
  poke(words, base + P_HAND, 0);
}

/** Whether the entries of the map are weighed. That never changes. */
export function areWeighed(words: Words): boolean {
  return hint(words, H_MOST_WEIGHT) !== 0;
}

function announceWeight(
  words: Words,
  base: number,
  before: number,
  after: number,
): void {
  // If `before` was replaced meanwhile, this is no weight, nor will `after` be linked.
  const more = weightOf(words, after) - weightOf(words, before);
  poke(words, base + P_WEIGHT_AHEAD, own(words, base + P_WEIGHT) + more);
}

/** What a version weighs (0: none), as long as it is the newest of its key. */
export function weightOf(words: Words, ref: number): number {
  return ref === 0 ? 0 : hint(words, ref * 4 + V_WEIGHT);
}

/** Whether two versions are as large, and as live; of structures that is not said here. */
function isAlike(words: Words, before: number, after: number): boolean {
  const keyInfo = words[after * 4 + V_KEY];
  return before !== 0 && keyInfo >= 0 && // no STRUCTURE
    words[before * 4 + V_VALUE] === words[after * 4 + V_VALUE] &&
    words[before * 4 + V_KEY] === keyInfo;
}

/** The blocks of an entry in refs, with all nodes of a structure; 0 for a tombstone or nothing. */
export function liveRefs(words: Words, ref: number): number {
  if (ref === 0 || isTombstone(words, ref)) return 0;
  return blockRefs(words, bytesOf(words, ref)) + nodeRefs(words, ref);
}

/** Entries of all participants together, tombstones left out: exact when nobody writes. */
export function liveEntries(words: Words): number {
  return sumHints(words, P_ENTRIES);
}
