/**
 * Moving slots to the next table. `table/migration.ts` says when, and what a slot goes through;
 * `table/strides.ts` moves many.
 *
 * A worker turns its permits to the next table first, so that it can keep the places that it gains
 * by what it drops; when it has many, it gives them to all.
 *
 * @module
 */

import * as limbo from "../reclamation/limbo.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as batches from "./permit_batch.ts";
import * as slots from "./slot.ts";
import * as tombstones from "./tombstone.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { P_PERMITS, SLOT_WORDS, T_CAPACITY, T_NEXT, T_SHIFT } = layout;
const { load, own, poke } = access;
const { retire } = limbo;
const { enter, leave } = sections;
const { giveSurplus, turnPermits } = batches;
const {
  claim,
  closeEmpty,
  closeUnlinked,
  dropMoved,
  freezeLink,
  homePlace,
  isClosed,
  isDead,
  isEmpty,
  isFrozen,
  isGone,
  isMoved,
  isUnlinked,
  linkFirst,
  markMoved,
  nextPlace,
  readLink,
  refOf,
  slotAt,
  thawed,
} = slots;
const { isDroppable } = tombstones;
const { contentRefs, sameKey } = versions;

/**
 * Moves `count` slots from `first` on. False: the next table was full, which its permits rule out.
 * Lock-free.
 */
export function moveSlots(
  words: Words,
  base: number,
  table: number,
  first: number,
  count: number,
): boolean {
  const next = load(words, table + T_NEXT) * 4;
  enter(words, base);
  turnPermits(words, base, next);
  const end = first + count * SLOT_WORDS;
  let slot = first;
  while (slot < end && moveSlot(words, base, table, slot)) slot += SLOT_WORDS;
  giveSurplus(words, base, next);
  leave(words, base);
  return slot === end;
}

/** Moves one slot, whatever state it is in and however many workers do. */
function moveSlot(
  words: Words,
  base: number,
  table: number,
  slot: number,
): boolean {
  for (;;) {
    const hash = load(words, slot);
    if (isClosed(hash)) return true;
    if (isEmpty(hash)) {
      if (closeEmpty(words, slot)) return true;
      continue;
    }
    const link = readLink(words, slot);
    if (isMoved(link)) return true;
    if (isUnlinked(link)) {
      if (shutUnlinked(words, base, slot)) return true;
      continue;
    }
    if (!isFrozen(link)) {
      if (isDead(link) && canDrop(words, base, link, hash)) {
        if (!dropMoved(words, slot, link)) continue;
        if (!isGone(link)) retireVersion(words, base, refOf(link));
        gainPlace(words, base);
        return true;
      }
      if (!freezeLink(words, slot, link)) continue;
    }
    const next = load(words, table + T_NEXT) * 4;
    if (!copy(words, next, hash, thawed(link))) return false;
    markMoved(words, slot);
    return true;
  }
}

function retireVersion(words: Words, base: number, ref: number): void {
  retire(words, base, ref, contentRefs(words, ref));
}

/** Shuts a claimed slot of a table that nobody linked; its place goes to the next table. */
export function giveUpUnlinked(
  words: Words,
  base: number,
  table: number,
  slot: number,
): boolean {
  const next = load(words, table + T_NEXT) * 4;
  enter(words, base);
  turnPermits(words, base, next);
  const isShut = shutUnlinked(words, base, slot);
  giveSurplus(words, base, next);
  leave(words, base);
  return isShut;
}

function shutUnlinked(words: Words, base: number, slot: number): boolean {
  if (!closeUnlinked(words, slot)) return false;
  gainPlace(words, base);
  return true;
}

/** A slot of this table was dropped: its place is free in the next one. */
function gainPlace(words: Words, base: number): void {
  poke(words, base + P_PERMITS, own(words, base + P_PERMITS) + 1);
}

function canDrop(
  words: Words,
  base: number,
  link: number,
  hash: number,
): boolean {
  return isGone(link) || isDroppable(words, base, refOf(link), hash);
}

/**
 * Links a frozen version in the next table, unless that was done, or the next table is itself being
 * moved by now; false: it is full.
 */
function copy(words: Words, next: number, hash: number, link: number): boolean {
  const mask = words[next + T_CAPACITY] - 1;
  let place = homePlace(hash, words[next + T_SHIFT]);
  for (let probes = 0; probes <= mask;) {
    const slot = slotAt(next, place);
    const there = load(words, slot);
    if (isClosed(there)) return true;
    if (isEmpty(there)) {
      claim(words, slot, hash);
      continue; // claimed, by this worker or another: look again
    }
    if (there === hash) {
      const linked = readLink(words, slot);
      if (isMoved(linked)) return true;
      if (isUnlinked(linked)) {
        if (linkFirst(words, slot, link)) return true;
        continue; // linked meanwhile: perhaps with another key
      }
      if (sameKey(words, refOf(linked), refOf(link))) return true;
    }
    place = nextPlace(place, mask);
    probes++;
  }
  return false;
}
