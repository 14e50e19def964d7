/**
 * Strides: the parts of a table that a worker moves at a time, beside what it is about.
 *
 * They are handed out by a counter, and each has a word that says when all of it was moved. What a
 * slow or dead helper did not finish others find by that word, and do again: `table/migration.ts`.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as moves from "./move.ts";
import * as slots from "./slot.ts";

// Constants of its own: `layout.ts` says why.
const { P_SEEN, SLOT_WORDS, STRIDE, T_CAPACITY, T_CURSOR, V_STAMP } = layout;
const { add, hint, store, touch } = access;
const { moveSlots } = moves;
const { isDead, refOf, slotAt } = slots;

/** Strides that one call moves at most, and one for how many there are (1: 2 ** 0). */
const MOST_STRIDES = 16;
const MOVED_SHIFT = 6;

/** The strides of a table. */
export function strideCount(words: Words, table: number): number {
  return words[table + T_CAPACITY] / STRIDE;
}

/** The word that says whether a stride of a table was moved. */
export function doneWord(words: Words, table: number, stride: number): number {
  return slotAt(table, words[table + T_CAPACITY]) + stride;
}

/**
 * Moves some strides of a table that nobody has begun: one of a small table, more of a large one,
 * since what else a write does beside a move takes about as long as a stride. Lock-free.
 *
 * @returns Whether there may be more. Else somebody began each of them, and whoever sees that is to
 * end the move; or the next table was full, which its permits rule out.
 */
export function moveSome(words: Words, base: number, table: number): boolean {
  const strides = strideCount(words, table);
  const share = (strides + (1 << MOVED_SHIFT) - 1) >> MOVED_SHIFT;
  for (
    let left = share < MOST_STRIDES ? share : MOST_STRIDES;
    left > 0;
    left--
  ) {
    const stride = add(words, table + T_CURSOR, 1);
    if (stride >= strides) return false;
    if (!moveStride(words, base, table, stride)) return false;
    if (stride === strides - 1) return false;
  }
  return true;
}

/** Moves one stride, whoever has begun it. False: the next table was full. Lock-free. */
export function moveStride(
  words: Words,
  base: number,
  table: number,
  stride: number,
): boolean {
  const first = slotAt(table, stride * STRIDE);
  touchTombstones(words, base, first);
  if (!moveSlots(words, base, table, first, STRIDE)) return false;
  store(words, doneWord(words, table, stride), 1);
  return true;
}

/**
 * Brings the tombstones of a stride into the cache, all at the same time: most were written long
 * ago.
 */
function touchTombstones(words: Words, base: number, firstSlot: number): void {
  const end = firstSlot + STRIDE * SLOT_WORDS;
  let seen = 0;
  for (let slot = firstSlot; slot < end; slot += SLOT_WORDS) {
    const link = hint(words, slot + 1);
    if (isDead(link)) seen |= touch(words, refOf(link) * 4 + V_STAMP);
  }
  words[base + P_SEEN] = seen;
}
