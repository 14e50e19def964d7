/**
 * Batches of slot permits: how many there are of a table, how many a participant takes at once, and
 * the steps that take them and give them back. What permits are for is said in `slot_permits.ts`;
 * this part of them is compiled for the kernel, too.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ROOT,
  P_PERMITS,
  P_PERMITS_FOR,
  T_CAPACITY,
  T_NEXT,
  T_NUMBER,
  T_PERMITS,
} = layout;
const { compareAndSet, load, own, poke, fixed } = access;

const MOST = 64;
/** A batch is at most this part of the table: 1 / 2 ** 8. */
const PART_SHIFT = 8;

/** Slots of a table that may ever be claimed: probing needs some that are empty. */
export function slotLimit(capacity: number): number {
  return capacity - capacity / 8;
}

/** Claimed slots at which a table starts to move: early enough for the move to end in time. */
export function crowded(capacity: number): number {
  return (capacity / 8) * 5;
}

/** Permits of which the last would make a table crowded. */
export function sparedPermits(words: Words, table: number): number {
  const capacity = words[table + T_CAPACITY];
  return slotLimit(capacity) - crowded(capacity) + 1;
}

/** Permits that are taken at once, and kept at most. */
export function batchFor(words: Words, table: number): number {
  const part = words[table + T_CAPACITY] >> PART_SHIFT;
  if (part > MOST) return MOST;
  return part < 1 ? 1 : part;
}

/**
 * Takes a batch of a table's permits, or what there is but for those to spare, for a participant
 * that has none at hand; false if there are no more, or they are closed. A worker that dies between
 * the two steps loses the batch, which does no harm. Lock-free.
 */
export function takePermits(
  words: Words,
  base: number,
  table: number,
  spared: number,
): boolean {
  const batch = batchFor(words, table);
  let left = load(words, table + T_PERMITS);
  while (left > spared) {
    const permits = left - spared < batch ? left - spared : batch;
    if (compareAndSet(words, table + T_PERMITS, left, left - permits)) {
      poke(words, base + P_PERMITS, permits);
      return true;
    }
    left = load(words, table + T_PERMITS);
  }
  return false;
}

/** Turns a participant to a table: permits for another go back, so that all are for this one. */
export function turnPermits(words: Words, base: number, table: number): void {
  const number = fixed(words, table + T_NUMBER);
  if (number === own(words, base + P_PERMITS_FOR)) return;
  giveBack(words, base);
  poke(words, base + P_PERMITS_FOR, number);
}

/**
 * Gives back a participant's permits for a table if they are many: the places of slots that it
 * dropped in the table before it.
 */
export function giveSurplus(words: Words, base: number, table: number): void {
  if (own(words, base + P_PERMITS) > batchFor(words, table)) {
    giveBack(words, base);
  }
}

/** Gives back all permits of a participant. */
export function giveBack(words: Words, base: number): void {
  const permits = own(words, base + P_PERMITS);
  poke(words, base + P_PERMITS, 0);
  if (permits > 0) returnPermits(words, permits);
}

/**
 * Gives permits back to the current table, or to the first one after it that is open. Permits of an
 * older table count as used in all tables since, so they are good for any of them. If all are
 * closed the permits are lost, which is safe.
 */
export function returnPermits(words: Words, permits: number): void {
  let table = load(words, H_ROOT) * 4;
  while (table !== 0 && !credit(words, table, permits)) {
    table = load(words, table + T_NEXT) * 4;
  }
}

/** Adds permits to those of a table; false when they are closed. */
function credit(words: Words, table: number, permits: number): boolean {
  let left = load(words, table + T_PERMITS);
  while (left >= 0) {
    if (compareAndSet(words, table + T_PERMITS, left, left + permits)) {
      return true;
    }
    left = load(words, table + T_PERMITS);
  }
  return false;
}
