/**
 * Sums of what the participants count, each in its own record: see `table/account.ts`.
 *
 * @module
 */

import { participantBase, sumHints } from "../segment/participants.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  COUNTERS,
  H_FLUSH,
  H_PARTICIPANTS,
  LOAD_COUNTERS,
  P_COUNTERS,
  P_LIVE_REFS,
  P_LOAD_COUNTERS,
  P_USED_REFS,
  REF_BYTES,
} = layout;
const { hint, load } = access;

/** A name of a counter. */
export type Counted =
  | (typeof layout.COUNTERS)[number]
  | (typeof layout.LOAD_COUNTERS)[number];

const SETS = P_COUNTERS / 2 + COUNTERS.indexOf("sets");
const DELETES = P_COUNTERS / 2 + COUNTERS.indexOf("deletes");

/**
 * A number that changes when this participant writes, or when somebody is short of memory. It is a
 * hint: two changes may cancel out.
 */
export function activityOf({ words, floats }: Segment, slot: number): number {
  const base = participantBase(slot);
  return floats[base / 2 + SETS] + floats[base / 2 + DELETES] +
    hint(words, base + P_USED_REFS) + hint(words, H_FLUSH);
}

/** The same for all participants. */
export function sumActivity(segment: Segment): number {
  let sum = 0;
  const slots = load(segment.words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) sum += activityOf(segment, slot);
  return sum;
}

/** One of `COUNTERS`, or of `LOAD_COUNTERS`, summed over all participants. O(participants). */
export function sumCounter(
  { words, floats }: Segment,
  counter: Counted,
): number {
  const place = placeOf(counter);
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum += floats[participantBase(slot) / 2 + place];
  }
  return sum;
}

/** Where a counter is in a record, as an f64. */
function placeOf(counter: Counted): number {
  const load = (LOAD_COUNTERS as readonly Counted[]).indexOf(counter);
  return load >= 0
    ? P_LOAD_COUNTERS / 2 + load
    : P_COUNTERS / 2 + (COUNTERS as readonly Counted[]).indexOf(counter);
}

/** Bytes that live entries take. */
export function liveBytesOf(segment: Segment): number {
  return sumHints(segment.words, P_LIVE_REFS) * REF_BYTES;
}

/** Bytes in use: entries, held and retired versions, tables, and the map's own records. */
export function usedBytesOf(segment: Segment): number {
  return (segment.firstChunk + sumHints(segment.words, P_USED_REFS)) *
    REF_BYTES;
}
