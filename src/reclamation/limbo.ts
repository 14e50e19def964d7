/**
 * Limbo: records that were unlinked, until no reader can be left; and versions, nodes and trees
 * that open snapshots need. Two queues in the participant's record, which a survivor adopts when it
 * dies.
 *
 * What is retired bears the global era, read after it was unlinked. All who could reach it were
 * pinned by then, and so have unpinned when the era is two steps further.
 *
 * @module
 */

import * as assertions from "../segment/assert.ts";
import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import * as tallies from "../segment/tally.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as trees from "./tree.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ERA,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_HELD_TAIL,
  P_LIMBO_HEAD,
  P_LIMBO_TAIL,
  P_RECORD_WEIGHT,
  P_RETIRED,
  R_LINK,
  R_STAMP,
} = layout;
const { assert, CHECKED } = assertions;
const { addBlock, beginFreeing, classAt, endFreeing, isLong } = blocks;
const { tally } = tallies;
const { load, own, poke } = access;
const { descend, isTreeStamp, treeStamp } = trees;

/** Steps of the era before what was retired is free; one step is 2. */
const GRACE = 4;
const SIGN = -0x80000000;

/** Whether all who were pinned at a moment of this era, however long ago, have unpinned. */
export function isOver(words: Words, era: number): boolean {
  const steps = load(words, H_ERA) - era;
  return ((steps | 0) ^ SIGN) >= (GRACE ^ SIGN); // as unsigned numbers: the era wraps
}

/** Takes a record that was just unlinked. It takes about so many refs, if that is known. */
export function retire(
  words: Words,
  base: number,
  ref: number,
  refs: number,
): void {
  putInLimbo(words, base, ref, load(words, H_ERA), refs);
}

/** As `retire`, for the root of a tree, with all that hangs from it. */
export function retireTree(
  words: Words,
  base: number,
  root: number,
  refs: number,
): void {
  putInLimbo(words, base, root, treeStamp(load(words, H_ERA)), refs);
}

/**
 * As `retireTree`, for the root of a tree that others may link once more before they unpin: it
 * stays for two grace periods. After the first one nobody is left who may link it; after the
 * second, nobody who met it then.
 */
export function retireLate(
  words: Words,
  base: number,
  root: number,
  refs: number,
): void {
  const stamp = treeStamp((load(words, H_ERA) + GRACE) | 0);
  putInLimbo(words, base, root, stamp, refs);
}

/** Takes over a record that another participant had retired: it stays as long, at least. */
export function retireAgain(
  words: Words,
  base: number,
  ref: number,
  refs: number,
): void {
  const before = own(words, ref * 4 + R_STAMP) | 1; // no tree by now
  const era = load(words, H_ERA);
  const stamp = ((before - era) | 0) > 0 ? before : era;
  putInLimbo(words, base, ref, stamp, refs);
}

function putInLimbo(
  words: Words,
  base: number,
  ref: number,
  stamp: number,
  refs: number,
): void {
  poke(words, ref * 4 + R_STAMP, stamp);
  append(words, base + P_LIMBO_HEAD, base + P_LIMBO_TAIL, ref);
  countRetired(words, base, refs);
}

/** Keeps a version, or a node, that an open snapshot needs, until none does. It died at `death`. */
export function hold(
  words: Words,
  base: number,
  ref: number,
  death: number,
): void {
  poke(words, ref * 4 + R_STAMP, death);
  append(words, base + P_HELD_HEAD, base + P_HELD_TAIL, ref);
  tally(words, base + P_HELD_COUNT, 1);
  countRetired(words, base, 0);
}

/** As `hold`, for the root of a tree, with all that hangs from it. */
export function holdTree(
  words: Words,
  base: number,
  root: number,
  death: number,
): void {
  hold(words, base, root, ~death);
}

/** Whether the stamp of what is held is that of a tree. */
export function isHeldTree(stamp: number): boolean {
  return stamp < 0;
}

/** When what is held died, from its stamp. */
export function deathOf(stamp: number): number {
  return stamp < 0 ? ~stamp : stamp;
}

/** The version that is held behind another one; the first one, if that is 0; 0: there is none. */
export function heldAfter(words: Words, base: number, before: number): number {
  return own(
    words,
    before === 0 ? base + P_HELD_HEAD : before * 4 + R_LINK,
  );
}

/** Takes the version that is held behind another one, the first one if that is 0, off its queue. */
export function releaseHeld(words: Words, base: number, before: number): void {
  const next = own(words, heldAfter(words, base, before) * 4 + R_LINK);
  if (next === 0) poke(words, base + P_HELD_TAIL, before);
  poke(words, before === 0 ? base + P_HELD_HEAD : before * 4 + R_LINK, next);
  if (CHECKED) {
    assert(words[base + P_HELD_COUNT] > 0, "what is held was counted");
  }
  tally(words, base + P_HELD_COUNT, -1);
}

/**
 * The oldest retired record, if it has no reader left; 0: there is none. Of a tree it is one of the
 * leaves, which is the first in limbo from then on.
 */
export function firstToFree(words: Words, base: number, era: number): number {
  const ref = own(words, base + P_LIMBO_HEAD);
  if (ref === 0) return 0;
  const stamp = own(words, ref * 4 + R_STAMP);
  if (((era - stamp) | 0) < GRACE) return 0; // the lowest bit changes nothing
  return isTreeStamp(stamp) ? descend(words, base, ref) : ref;
}

/** Takes the oldest retired record out of limbo. */
export function leaveLimbo(words: Words, base: number): void {
  removeFirst(words, base + P_LIMBO_HEAD, base + P_LIMBO_TAIL);
}

/**
 * Puts blocks that have no reader left on their free lists, `most` of them at most; returns how
 * many. Stops before one that is a run of chunks, or whose list is long by now: the caller frees
 * that one, and goes on.
 */
export function drain(words: Words, base: number, most: number): number {
  const era = load(words, H_ERA);
  for (let freed = 0; freed < most; freed++) {
    const first = firstToFree(words, base, era);
    if (first === 0) return freed;
    const c = classAt(words, first);
    if (c < 0 || isLong(words, base, c)) return freed;
    beginFreeing(words, base, c, first);
    leaveLimbo(words, base);
    addBlock(words, base, c, first);
    endFreeing(words, base, first);
  }
  return most;
}

function append(words: Words, head: number, tail: number, ref: number): void {
  poke(words, ref * 4 + R_LINK, 0);
  const last = own(words, tail);
  if (CHECKED) {
    assert(
      (words[head] === 0) === (last === 0),
      "a queue has both ends or none",
    );
    assert(last !== ref, "a record is in one queue, and once");
  }
  if (last === 0) poke(words, head, ref);
  else poke(words, last * 4 + R_LINK, ref);
  poke(words, tail, ref);
}

function removeFirst(words: Words, head: number, tail: number): void {
  const next = own(words, own(words, head) * 4 + R_LINK);
  if (next === 0) poke(words, tail, 0);
  poke(words, head, next);
}

/** No step of the protocol: its owner alone reads it. */
function countRetired(words: Words, base: number, refs: number): void {
  const weight = words[base + P_RECORD_WEIGHT] + refs;
  words[base + P_RETIRED] = words[base + P_RETIRED] + weight;
}
