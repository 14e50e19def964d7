/**
 * Tombstones: when what is left of a deleted key may go.
 *
 * A tombstone is needed as long as a snapshot, open or opening, is older and may show something
 * under it, or a dump has yet to see it. After that its slot needs no version any more, and a move
 * leaves such a slot behind. But nobody ever needs most tombstones. So a delete *drops* its
 * tombstone at once, if it can, and writes the link `GONE` in its place. The memory is reused while
 * it is still in the cache, and a worker that moves the slot later need not read it.
 *
 * A slot that is `GONE` is nobody's until the table moves. It is passed over like the slot of
 * another key with the same hash, and not linked again: a writer of another such key may have
 * passed it before, and be about to link in a later slot. So a key that comes back takes a new
 * slot. Two rules keep that sound and cheap:
 *
 * - A mover that was slow must not put the key, which it found in the table before, into this one
 *   again. It knows by the key's slot that others were faster, tombstone or not; from a slot that
 *   is `GONE` it could not tell. So nothing is dropped in a table before all have unpinned who were
 *   pinned when it became the root.
 * - A key that comes and goes would leave one slot after the other behind, and make a long run of
 *   them. So a tombstone is dropped only close to its home; further off the slot keeps its key, and
 *   the key its slot.
 *
 * (`tests/model/table.pml` checks the first with `GONE`.)
 *
 * @module
 */

import * as limbo from "../reclamation/limbo.ts";
import * as registry from "../reclamation/registry.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as horizons from "./horizon.ts";
import * as pruning from "./prune.ts";
import * as slots from "./slot.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ERA,
  H_ROOT,
  H_SNAPSHOTS,
  P_TOMBSTONES,
  REF_MASK,
  T_CAPACITY,
  T_ROOT_SINCE,
  T_SHIFT,
  V_PREV,
  V_STAMP,
} = layout;
const { compareAndSet, load, fixed } = access;
const { isOver, retire } = limbo;
const { isNeeded } = registry;
const { lowestHorizon } = horizons;
const { prune } = pruning;
const { drop, homePlace, placeOf, refOf } = slots;
const { contentRefs, settle } = versions;

/** Slots from home within which a tombstone is dropped at once: a cache line of them. */
const NEAR = 8;
/** Tombstones that a participant writes before it checks whether there are too many. */
export const TOMBSTONES_PER_LOOK = 256;

/** Whether nobody needs this tombstone any more. The caller is pinned. */
export function isDroppable(
  words: Words,
  base: number,
  tombstone: number,
  hash: number,
): boolean {
  if (settle(words, tombstone) < 0) return false; // a commit record decides about it
  prune(words, base, tombstone, hash);
  return isNeededByNone(words, tombstone, hash);
}

/** Whether nobody needs a tombstone, settled and pruned, nor what it replaced. */
function isNeededByNone(
  words: Words,
  tombstone: number,
  hash: number,
): boolean {
  if (load(words, H_SNAPSHOTS) === 0) return true; // then there is no horizon either
  // In this order: a dump sets its horizon before it passes anything, or closes its snapshot.
  return isUnneeded(words, tombstone, hash) &&
    lowestHorizon(words) >= fixed(words, tombstone * 4 + V_STAMP);
}

/**
 * Whether no snapshot, open or opening, can need a tombstone, settled and pruned, or what it
 * replaced. If there is nothing under it, an older snapshot sees the same without it.
 */
export function isUnneeded(
  words: Words,
  tombstone: number,
  hash: number,
): boolean {
  const at = tombstone * 4;
  return (load(words, at + V_PREV) & REF_MASK) === 0 ||
    !isNeeded(words, fixed(words, at + V_STAMP), hash);
}

/**
 * Drops the tombstone that the caller linked, settled and pruned, if that can be done already. The
 * caller is pinned.
 */
export function dropAtOnce(
  words: Words,
  base: number,
  table: number,
  slot: number,
  link: number,
): void {
  const tombstone = refOf(link);
  if (
    isNearHome(words, table, slot) && isRidOfMovers(words, table) &&
    isNeededByNone(words, tombstone, fixed(words, slot)) &&
    drop(words, slot, link)
  ) retire(words, base, tombstone, contentRefs(words, tombstone));
}

/**
 * Counts a tombstone that a participant has linked; says whether it is to look if there are too
 * many. No step of the protocol: its owner alone reads the count.
 */
export function countTombstone(words: Words, base: number): boolean {
  const count = words[base + P_TOMBSTONES] + 1;
  words[base + P_TOMBSTONES] = count;
  return count >= TOMBSTONES_PER_LOOK;
}

function isNearHome(words: Words, table: number, slot: number): boolean {
  const home = homePlace(fixed(words, slot), words[table + T_SHIFT]);
  return ((placeOf(table, slot) - home) & (words[table + T_CAPACITY] - 1)) <
    NEAR;
}

/** Whether all who may still move the table before this one have ended. */
function isRidOfMovers(words: Words, table: number): boolean {
  const since = load(words, table + T_ROOT_SINCE);
  if (since !== 0) return isOver(words, since);
  // The root is read first: a worker that moves slots into this table was pinned before it became
  // the root, and so before that era is over.
  if (load(words, H_ROOT) * 4 === table) {
    compareAndSet(words, table + T_ROOT_SINCE, 0, load(words, H_ERA));
  }
  return false;
}
