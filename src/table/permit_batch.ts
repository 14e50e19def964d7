/**
 * Batches of slot permits: how many there are of a table, how many a participant takes at once, and
 * the step that takes them. What permits are for is said in `slot_permits.ts`; this part of them is
 * compiled for the kernel, too.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { P_PERMITS, T_CAPACITY, T_PERMITS } = layout;
const { compareAndSet, load, poke } = access;

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
