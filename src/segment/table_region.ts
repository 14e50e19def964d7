/**
 * The region of tables: the chunks from the ceiling up, which have two places for a table. The
 * current one is in one of them, and the next goes to the other. Entries that are older than the
 * ceiling may lie there; they must be moved out first, so memory for that is kept below the
 * ceiling.
 *
 * Everything here only looks, and others work at the same time: what it says was true of each chunk
 * at some moment.
 *
 * @module
 */

import {
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_FRESH,
  CHUNK_RUN,
  CHUNK_TAKING,
  H_CEILING,
} from "./layout.ts";
import type { Segment } from "./segment.ts";
import { hint, load } from "./atomics.ts";

const RUN_LENGTH = CHUNK_BODY - 1;

/** Whether nobody has a chunk. */
export function isFreeChunk(segment: Segment, chunk: number): boolean {
  const state = stateOf(segment, chunk);
  return state === CHUNK_FRESH || state === CHUNK_FREE;
}

/** Whether nobody has any chunk from `first` up to `end`. */
export function areFreeChunks(
  segment: Segment,
  first: number,
  end: number,
): boolean {
  for (let chunk = first; chunk < end; chunk++) {
    if (!isFreeChunk(segment, chunk)) return false;
  }
  return true;
}

/** Whether nothing from `first` up to `end` belongs to a run of more than one chunk. */
export function areSmallBlocks(
  segment: Segment,
  first: number,
  end: number,
): boolean {
  for (let chunk = first; chunk < end; chunk++) {
    const state = stateOf(segment, chunk);
    if (state === CHUNK_BODY || runLength(state) > 1) return false;
  }
  return true;
}

/** The chunks of the run that begins with one in this state; 0: none begins there. */
export function runLength(state: number): number {
  return state > 0 && (state & CHUNK_RUN) !== 0 ? state & RUN_LENGTH : 0;
}

/** The first chunk of a free place for a table of `count` chunks; -1: neither is free. */
export function freeTablePlace(segment: Segment, count: number): number {
  const total = segment.chunkCount;
  const isFree = (first: number) =>
    first >= 0 && areFreeChunks(segment, first, first + count);
  return [total - count, total - 2 * count].find(isFree) ?? -1;
}

/** The place of the next table, from its first chunk to its end: where the current table is not. */
export function nextTablePlace(segment: Segment): [number, number] {
  const total = segment.chunkCount;
  const ceiling = load(segment.words, H_CEILING);
  const upper = (total + ceiling) / 2;
  const isTaken = upper < total && isTable(segment, upper) &&
    runLength(stateOf(segment, upper)) === total - upper;
  return isTaken ? [ceiling, upper] : [upper, total];
}

/**
 * Free chunks that entries cannot have, because they are in the region or because what is in the
 * next table's place will be moved to them. Tables do not count: one that leaves its place is not
 * moved. O(chunks of the region).
 */
export function chunksOfRegion(segment: Segment): number {
  const total = segment.chunkCount;
  const ceiling = load(segment.words, H_CEILING);
  const [first, end] = nextTablePlace(segment);
  let count = chunksInTheWay(segment, first, end);
  for (let chunk = ceiling; chunk < total; chunk++) {
    if (isFreeChunk(segment, chunk)) count++;
  }
  return count;
}

/** The chunks from `first` up to `end` that entries or tombstones have. */
function chunksInTheWay(segment: Segment, first: number, end: number): number {
  let count = 0;
  for (let chunk = headOf(segment, first); chunk < end;) {
    const state = stateOf(segment, chunk);
    const length = runLength(state);
    const isInUse = length > 0
      ? !isTable(segment, chunk)
      : state > 0 && state < CHUNK_TAKING;
    const next = chunk + Math.max(1, length);
    if (isInUse) count += Math.min(end, next) - Math.max(first, chunk);
    chunk = next;
  }
  return count;
}

/** The first chunk of the run that a chunk is in. */
function headOf(segment: Segment, chunk: number): number {
  while (chunk > 0 && stateOf(segment, chunk) === CHUNK_BODY) chunk--;
  return chunk;
}

/** Whether the run that begins here was allocated for a table. */
function isTable(segment: Segment, chunk: number): boolean {
  return hint(segment.words, segment.descriptor(chunk) + 1) < 0;
}

function stateOf(segment: Segment, chunk: number): number {
  return hint(segment.words, segment.descriptor(chunk));
}
