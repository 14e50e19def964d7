/**
 * Moving slots to the next table, one at a time: `table/migration.ts` says when, and what a slot goes through.
 *
 * Whoever moves slots has turned its permits to the next table before, so that it can keep the places that it gains.
 *
 * @module
 */

import * as limbo from "../reclamation/limbo.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as hashing from "./hash.ts";
import * as tombstones from "./tombstone.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  CLOSED,
  DEAD,
  EMPTY,
  FROZEN,
  GONE,
  MOVED,
  P_PERMITS,
  REF_MASK,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_SHIFT,
  T_SLOTS,
} = layout;
const { compareAndSet, load, own, poke, release } = access;
const { retire } = limbo;
const { homeSlot } = hashing;
const { isDroppable } = tombstones;
const { contentRefs, sameKey } = versions;

/** Moves `count` slots from `first` on. False: the next table was full, which its room rules out. Lock-free. */
export function moveSlots(
  words: Words,
  base: number,
  table: number,
  first: number,
  count: number,
): boolean {
  const end = first + count * SLOT_WORDS;
  for (let slot = first; slot < end; slot += SLOT_WORDS) {
    if (!moveSlot(words, base, table, slot)) return false;
  }
  return true;
}

/** Moves one slot, whatever state it is in and whoever else is at it. */
function moveSlot(
  words: Words,
  base: number,
  table: number,
  slot: number,
): boolean {
  for (;;) {
    const hash = load(words, slot);
    if (hash === CLOSED) return true;
    if (hash === EMPTY) {
      if (compareAndSet(words, slot, EMPTY, CLOSED)) return true;
      continue;
    }
    const link = load(words, slot + 1);
    if (link === MOVED) return true;
    if (link === 0) {
      if (closeUnlinked(words, base, slot)) return true;
      continue;
    }
    if ((link & FROZEN) === 0) {
      if ((link & DEAD) !== 0 && canDrop(words, base, link, hash)) {
        if (!compareAndSet(words, slot + 1, link, MOVED)) continue;
        if (link !== GONE) retireVersion(words, base, link & REF_MASK);
        gainPlace(words, base);
        return true;
      }
      if (!compareAndSet(words, slot + 1, link, link | FROZEN)) continue;
    }
    const next = load(words, table + T_NEXT) * 4;
    if (!copy(words, next, hash, link & ~FROZEN)) return false;
    // By now it is visible in the next table. Another helper may have got here first; nobody does anything else to a frozen link.
    release(words, slot + 1, MOVED);
    return true;
  }
}

function retireVersion(words: Words, base: number, ref: number): void {
  retire(words, base, ref, contentRefs(words, ref));
}

/** Shuts a claimed slot that nobody linked; its place goes to the next table. */
export function closeUnlinked(
  words: Words,
  base: number,
  slot: number,
): boolean {
  if (!compareAndSet(words, slot + 1, 0, MOVED)) return false;
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
  return link === GONE || isDroppable(words, base, link & REF_MASK, hash);
}

/** Links a frozen version in the next table, unless that was done or the next table is itself long being moved; false: it is full. */
function copy(words: Words, next: number, hash: number, link: number): boolean {
  const capacity = words[next + T_CAPACITY];
  const slots = next + T_SLOTS;
  let i = homeSlot(hash, words[next + T_SHIFT]);
  for (let probes = 0; probes < capacity;) {
    const slot = slots + i * SLOT_WORDS;
    const there = load(words, slot);
    if (there === CLOSED) return true;
    if (there === EMPTY) {
      compareAndSet(words, slot, EMPTY, hash);
      continue; // claimed, by this worker or another: look again
    }
    if (there === hash) {
      const linked = load(words, slot + 1);
      if (linked === MOVED) return true;
      if (linked === 0) {
        if (compareAndSet(words, slot + 1, 0, link)) return true;
        continue; // linked meanwhile: perhaps with another key
      }
      if (sameKey(words, linked & REF_MASK, link & REF_MASK)) return true;
    }
    i = (i + 1) & (capacity - 1);
    probes++;
  }
  return false;
}
