/**
 * The record of a table, as a block of memory: how large it is, and how one is made.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import { slotLimit } from "./permit_batch.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_CLOCK,
  H_TABLES,
  REF_BYTES,
  SLOT_WORDS,
  STRIDE,
  T_BORN,
  T_CAPACITY,
  T_NUMBER,
  T_PERMITS,
  T_SHIFT,
  T_SLOTS,
} = layout;
const { add, load, poke } = access;
const { enter, leave } = sections;

/** log2 of the smallest capacity. */
export const LEAST_SHIFT = 8;

/** Bytes of a table of so many slots. */
export function tableBytes(capacity: number): number {
  return (T_SLOTS + capacity * SLOT_WORDS + capacity / STRIDE) * 4;
}

/** Allocates an empty table of 2 ** shift slots; 0 if there is no memory for it. */
export function allocateTable(participant: Participant, shift: number): number {
  const words = participant.segment.words;
  const capacity = 2 ** shift;
  enter(words, participant.base);
  const ref = participant.allocator.allocateZeroed(tableBytes(capacity));
  leave(words, participant.base);
  if (ref === 0) return 0;
  const table = ref * 4;
  poke(words, table + T_SHIFT, 32 - shift);
  poke(words, table + T_CAPACITY, capacity);
  poke(words, table + T_NUMBER, add(words, H_TABLES, 1) + 1);
  poke(words, table + T_BORN, load(words, H_CLOCK));
  poke(words, table + T_PERMITS, slotLimit(capacity));
  return ref;
}

/** Whether a ref leads to the record of a table that lies within the segment. */
export function isTable(segment: Segment, ref: number): boolean {
  const { words, firstChunk } = segment;
  if (ref < firstChunk || ref * 4 + T_SLOTS > words.length) return false;
  const table = ref * 4;
  const shift = 32 - words[table + T_SHIFT];
  return 2 ** shift >= STRIDE && shift < 31 &&
    words[table + T_CAPACITY] === 2 ** shift &&
    ref * REF_BYTES + tableBytes(2 ** shift) <= words.length * 4;
}
