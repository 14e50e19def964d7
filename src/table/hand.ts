/**
 * The hands of eviction: they go round the slots of the table, a cache line at a time.
 *
 * All share one number, the lines that were taken. Its bits in reverse order say which line that
 * is: so each line is taken once in a round, and those of any stretch of the round are spread
 * evenly over the table. A hand that went from slot to slot would leave the table denser before it
 * and sparser behind it, which makes probes long. A table that grows or shrinks has the same lines
 * at the same fractions of the round.
 *
 * A worker that stops in the middle of a line has taken it from the others for this round: its
 * entries stay for a round more.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { H_HAND, SLOT_WORDS, T_CAPACITY } = layout;
const { partOf } = machine;
const { add } = access;

/** Slots of a cache line: 64 bytes. */
export const LINE_SLOTS: number = 16 / SLOT_WORDS;
/** The highest hash, as an unsigned number. */
const LAST_HASH = -1;

/**
 * Takes the next line of a table; returns the place of its first slot. O(1), wait-free.
 *
 * @param words The segment.
 * @param table The table.
 * @param last The line is among those for the hashes, as unsigned numbers, up to this.
 */
export function nextLine(
  words: Words,
  table: number,
  last: number = LAST_HASH,
): number {
  const lines = (words[table + T_CAPACITY] / LINE_SLOTS) | 0;
  const among = partOf(lines, last) + 1;
  return partOf(among, reversed(add(words, H_HAND, 1))) * LINE_SLOTS;
}

/** The bits of a number in reverse order. */
function reversed(number: number): number {
  let bits = number;
  bits = ((bits >>> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return (bits >>> 16) | (bits << 16);
}
