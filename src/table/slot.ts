/**
 * Slots: what the two words of a slot mean, to everyone who probes a table, writes to it or moves
 * it. Every loop over slots goes by these rules.
 *
 * ```text
 * hash   0      EMPTY    nobody claimed the slot
 *        1      CLOSED   nobody claimed it, and a move shut it: nobody ever will
 *        else            claimed for keys with this hash, for good
 *
 * link   0               claimed, but not linked yet
 *        -1     MOVED    look in the next table; the bits of all flags are set
 *        DEAD | H_NO_KEY / 4
 *               GONE     had a key, and has none any more; leads to a version of no key
 *        else   bits 0 to 29: the ref of the newest version of the slot's key
 *               bit 30, FROZEN: being moved; still the value, but no more writes
 *               bit 31, DEAD: the version is a tombstone
 * ```
 *
 * What a probe for a hash makes of a slot, and what a mover of the table does with it:
 *
 * | slot                  | to read                   | to write                | to move        |
 * | --------------------- | ------------------------- | ----------------------- | -------------- |
 * | empty                 | ends: there is no key (*) | claimed, linked (*)     | CLOSED         |
 * | closed                | ends: the next table      | ends: the next table    | nothing        |
 * | of another hash       | goes on                   | goes on                 |                |
 * | claimed, not linked   | ends: there is no key (*) | linked (*)              | MOVED          |
 * | linked with the key   | ends: that version        | replaced                | frozen, copied |
 * | linked with another   | goes on                   | goes on                 | and MOVED      |
 * | frozen, with the key  | ends: that version        | moved; the next table   | copied, MOVED  |
 * | dead                  | as linked: a tombstone    | as linked               | MOVED, or as   |
 * |                       |                           |                         | linked (**)    |
 * | gone                  | goes on                   | goes on                 | MOVED          |
 * | moved                 | goes on, from here on (*) | likewise                | nothing        |
 *
 * (*) A slot that was moved does not say whose it was, so it may have been the key's: behind one of
 * this hash the end means the next table. A writer shuts the slot that it ends on before it goes
 * there, so that nobody brings the same key here after it. (**) It depends on whether somebody
 * needs the tombstone. (`tests/table/slot_test.ts` goes through all of them.)
 *
 * Places are counted from 0, and a probe goes from the home of its hash from place to place, round
 * the end of the table. So all who look for a key meet the same slots in the same order.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

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
  T_SLOTS,
} = layout;
const { compareAndSet, hint, load, own, poke, release } = access;

// ---- probing --------------------------------------------------------------------------------

/**
 * The place where the probes for a hash begin, in a table of 2 ** (32 - shift) slots. It is an
 * integer of 32 bits, as a table has at most 2 ** 31: V8 has to be told, or it goes on with a
 * float.
 */
export function homePlace(hash: number, shift: number): number {
  return (hash >>> shift) | 0;
}

/** The place after another one; `mask` is one less than the capacity. */
export function nextPlace(place: number, mask: number): number {
  return (place + 1) & mask;
}

/** Word index of the slot at a place: its hash; the link follows. */
export function slotAt(table: number, place: number): number {
  return table + T_SLOTS + place * SLOT_WORDS;
}

/** The place of a slot. */
export function placeOf(table: number, slot: number): number {
  return (slot - table - T_SLOTS) / SLOT_WORDS;
}

// ---- the hash -------------------------------------------------------------------------------

/**
 * The hash word of a slot, as a probe reads it. A hash that is there is there for good, so a plain
 * read does. That a slot is empty or closed means something only if it is so by now: then it is
 * read again, in order.
 */
export function readHash(words: Words, slot: number): number {
  const there = hint(words, slot);
  return isUnclaimed(there) ? load(words, slot) : there;
}

/** Whether a hash word says that the slot can be claimed. */
export function isEmpty(there: number): boolean {
  return there === EMPTY;
}

/** Whether it says that a move shut the slot. */
export function isClosed(there: number): boolean {
  return there === CLOSED;
}

/** Whether it is no hash: the slot is empty or closed. */
export function isUnclaimed(there: number): boolean {
  return (there & ~CLOSED) === EMPTY;
}

// ---- the link -------------------------------------------------------------------------------

/** The link of a slot, read in order: what it leads to was written before it. */
export function readLink(words: Words, slot: number): number {
  return load(words, slot + 1);
}

/** Whether a link says that no version was linked in the slot yet. */
export function isUnlinked(link: number): boolean {
  return link === 0;
}

/** Whether it says that the slot was moved. */
export function isMoved(link: number): boolean {
  return link === MOVED;
}

/** Whether it says that the slot had a key, and has none any more. */
export function isGone(link: number): boolean {
  return link === GONE;
}

/** Whether it says that the slot is being moved, or was: no more writes. */
export function isFrozen(link: number): boolean {
  return (link & FROZEN) !== 0;
}

/**
 * Whether it leads to a tombstone, or to the version of no key. The link says so as well as the
 * version, so that a mover of the slot need not read that, which is seldom in the cache.
 */
export function isDead(link: number): boolean {
  return (link & DEAD) !== 0 && link !== MOVED;
}

/** The version that a link leads to; 0 for one that is not linked. None for one that is moved. */
export function refOf(link: number): number {
  return link & REF_MASK;
}

/** The version that a link leads to, if that has a value; else 0. */
export function valueRefOf(link: number): number {
  return (link & DEAD) === 0 ? link & REF_MASK : 0;
}

/** The link to a tombstone. */
export function deadLink(tombstone: number): number {
  return tombstone | DEAD;
}

/** A frozen link as it is in the next table. */
export function thawed(link: number): number {
  return link & ~FROZEN;
}

// ---- steps ----------------------------------------------------------------------------------
// Each is one compare-and-set: false if others were faster.

/** Claims an empty slot for a hash. Only a mover may do so without a permit. */
export function claim(words: Words, slot: number, hash: number): boolean {
  return compareAndSet(words, slot, EMPTY, hash);
}

/**
 * Claims an empty slot with a permit that is at hand. The permit is spent first: a worker that dies
 * in between loses a permit, and claims no slot without one.
 */
export function claimWithPermit(
  words: Words,
  base: number,
  slot: number,
  hash: number,
): boolean {
  const permits = own(words, base + P_PERMITS);
  poke(words, base + P_PERMITS, permits - 1);
  if (claim(words, slot, hash)) return true;
  poke(words, base + P_PERMITS, permits);
  return false;
}

/** Shuts an empty slot: nobody may claim it any more. */
export function closeEmpty(words: Words, slot: number): boolean {
  return compareAndSet(words, slot, EMPTY, CLOSED);
}

/** Shuts a claimed slot that nobody linked: nobody may link there any more. */
export function closeUnlinked(words: Words, slot: number): boolean {
  return compareAndSet(words, slot + 1, 0, MOVED);
}

/** Links the first version, or a frozen one that is copied, in a claimed slot. */
export function linkFirst(words: Words, slot: number, link: number): boolean {
  return compareAndSet(words, slot + 1, 0, link);
}

/** Links a version in the place of another one of its key. */
export function relink(
  words: Words,
  slot: number,
  from: number,
  to: number,
): boolean {
  return compareAndSet(words, slot + 1, from, to);
}

/** Drops a tombstone that nobody needs: the slot is nobody's until the table moves. */
export function drop(words: Words, slot: number, link: number): boolean {
  return compareAndSet(words, slot + 1, link, GONE);
}

/** Drops what nobody needs, as part of a move. */
export function dropMoved(words: Words, slot: number, link: number): boolean {
  return compareAndSet(words, slot + 1, link, MOVED);
}

/** Freezes a link: this decides that it is copied. */
export function freezeLink(words: Words, slot: number, link: number): boolean {
  return compareAndSet(words, slot + 1, link, link | FROZEN);
}

/**
 * Says that a frozen link is in the next table by now. Others who copied it may have said so
 * already; nobody does anything else to a frozen link.
 */
export function markMoved(words: Words, slot: number): void {
  release(words, slot + 1, MOVED);
}
