/**
 * The policy of resizing: when a table grows, shrinks or is purged of tombstones, and how large the
 * next one is. Pure functions over counts; `table/resizer.ts` takes the counts and acts.
 *
 * @module
 */

import { crowded, slotLimit } from "./permit_batch.ts";
import { LEAST_SHIFT } from "./table_record.ts";

/** What is known of one table. */
export interface TableCounts {
  /** Its slots. */
  readonly capacity: number;
  /** Slots that are claimed, or may yet be with permits that are out: an upper bound. */
  readonly claimed: number;
  /** Entries in it. */
  readonly live: number;
}

/** A table that is fuller than this with live entries moves to one of twice the size. */
const FULLEST = 0.4;
/** A table that is emptier than this with claimed slots moves to a smaller one. */
const SPARSEST = 1 / 8;
/**
 * Capacity / this: the fewest permits that a next table must offer, so that the move ends long
 * before they are spent.
 */
const LEAST_PERMITS = 8;
/**
 * Capacity / this: dead slots that make a move to a table of the same size worth its while when
 * memory is short.
 */
const PURGE_WORTH = 32;

/**
 * The share of dead slots at which deletes start a move by themselves; inserts start one when the
 * table is crowded.
 */
export const DEAD_SHARE: number = 1 / 2;

/** Slots of keys that were deleted: with a tombstone, or none any more. */
export function deadSlots({ claimed, live }: TableCounts): number {
  return claimed - live;
}

/** Whether there are more dead slots than entries. */
export function isMostlyDead(counts: TableCounts): boolean {
  return deadSlots(counts) > counts.live;
}

/** Whether dead slots take at least this share of a table. */
export function hasDeadShare(counts: TableCounts, share: number): boolean {
  return deadSlots(counts) >= counts.capacity * share;
}

/** Whether a table is larger than what is in it, and what is expected, asks for. */
export function isSparse(
  { capacity, claimed }: TableCounts,
  expected: number,
  minCapacityShift: number,
): boolean {
  return capacity > 2 ** minCapacityShift &&
    claimed + expected < capacity * SPARSEST;
}

/** Dead slots that make a move to a table of the same size worth its while. */
export function purgeWorth(capacity: number): number {
  return capacity / PURGE_WORTH;
}

/**
 * The same for a move that begins while there are permits left. It waits until dead slots have
 * taken half of what entries leave: a move costs the same, however many it drops.
 */
export function earlyPurgeWorth({ capacity, live }: TableCounts): number {
  return Math.max((slotLimit(capacity) - live) / 2, purgeWorth(capacity));
}

/** log2 of the capacity that takes a number of entries without moving. */
export function minCapacityShiftFor(entries: number): number {
  let shift = LEAST_SHIFT;
  while (crowded(2 ** shift) <= entries) shift++;
  return shift;
}

/** log2 of the least capacity that a table with so many claimed slots can move to. */
function leastShift(claimed: number): number {
  let shift = LEAST_SHIFT;
  while (slotLimit(2 ** shift) - claimed < 2 ** shift / LEAST_PERMITS) shift++;
  return shift;
}

/**
 * log2 of the capacity that suits what lives, if the claimed slots can move there; else of the
 * least that they can move to.
 */
export function fittingShift(
  { claimed, live }: TableCounts,
  minCapacityShift: number,
): number {
  const suitable = Math.ceil(Math.log2(Math.max(1, live) / FULLEST));
  return Math.max(minCapacityShift, suitable, leastShift(claimed));
}

/** Whether a move would make the table smaller. */
export function canShrink(
  counts: TableCounts,
  minCapacityShift: number,
): boolean {
  return 2 ** fittingShift(counts, minCapacityShift) < counts.capacity;
}

/**
 * log2 of the larger capacities that a table can grow to, the most suitable first: it takes what is
 * expected, too. A smaller one is good as well, if there is no memory for it, as long as the
 * claimed slots can move there.
 */
export function growthShifts(
  counts: TableCounts,
  expected: number,
  minCapacityShift: number,
): number[] {
  const least = Math.max(
    Math.log2(counts.capacity) + 1,
    leastShift(counts.claimed),
  );
  const most = Math.max(
    fittingShift(counts, minCapacityShift),
    expected === 0 ? 0 : minCapacityShiftFor(counts.live + expected),
  );
  const shifts: number[] = [];
  for (let shift = most; shift >= least; shift--) shifts.push(shift);
  return shifts;
}

/**
 * Whether a larger table is worth its memory. It is not if the entries that this one takes, with
 * what they take on average, do not fit beside the larger one: it would only take memory from them.
 *
 * @param used What is in use beside this table, in refs.
 * @param left What is left for entries beside the larger one, in refs.
 */
export function isWorthGrowing(
  { capacity, claimed }: TableCounts,
  used: number,
  left: number,
): boolean {
  return claimed === 0 || left >= used / claimed * slotLimit(capacity);
}
