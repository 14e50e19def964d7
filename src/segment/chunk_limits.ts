/**
 * Who may take how many chunks, and which.
 *
 * Tables need long runs of chunks at a time when memory may be short, so they have a region of
 * their own: the chunks from the *ceiling* up are twice what the current table takes. A table lies
 * at a multiple of its size from the top, so that the other half takes a next table of the same
 * size, and the region grows and shrinks with the table. Below the ceiling, entries leave a few
 * chunks to tombstones, so that deleting works in a full map; a run that is long enough for the
 * tombstone of the longest key (`long_key.ts`); and as much as lies in the place of the next table
 * and has to be moved out of it (`table_region.ts`).
 *
 * Everything here looks at what others change at the same time. A claim is safe all the same,
 * because it is counted before these questions are asked: see `ChunkPool`.
 *
 * @module
 */

import { H_CEILING, H_LOW, P_GIVEN, P_TAKEN } from "./layout.ts";
import { reservedChunks } from "./long_key.ts";
import { sumOver } from "./participants.ts";
import type { Segment } from "./segment.ts";
import { chunksOfRegion } from "./table_region.ts";
import { load, store, type Words } from "./atomics.ts";

/** What a block is for. Entries leave some memory to tables and tombstones. */
export type Purpose = "entry" | "tombstone" | "table";

/** Chunks that entries leave to tombstones. */
export function leastReserve(chunkCount: number): number {
  return Math.max(4, chunkCount >> 6);
}

/** The limits of one segment. Each question is O(participants), or O(chunks of the region). */
export class ChunkLimits {
  readonly #segment: Segment;
  readonly #words: Words;

  constructor(segment: Segment) {
    this.#segment = segment;
    this.#words = segment.words;
  }

  /** The first of the chunks that belong to tables. */
  get ceiling(): number {
    return load(this.#words, H_CEILING);
  }

  /**
   * The chunks from here up are not for this purpose. What belongs to a table but is no run stays
   * below the ceiling, too.
   */
  end(purpose: Purpose): number {
    const { ceiling } = this;
    return purpose === "entry"
      ? ceiling - reservedChunks(this.#words)
      : ceiling;
  }

  /**
   * Chunks in the pool that nobody is about to take: at most as many as there were when this had
   * read what was given back. That is read first, because one participant may give back what
   * another one took.
   */
  get freeChunks(): number {
    const given = sumOver(this.#words, P_GIVEN);
    const taken = sumOver(this.#words, P_TAKEN);
    return this.#segment.chunkCount - ((taken - given) | 0); // each wraps
  }

  /** Chunks that are kept for tombstones. */
  get tombstoneChunks(): number {
    return leastReserve(this.#segment.chunkCount) +
      reservedChunks(this.#words);
  }

  /** Chunks that entries may take: those that are free, less what is kept for others. */
  get spareChunks(): number {
    return this.freeChunks - this.tombstoneChunks -
      chunksOfRegion(this.#segment);
  }

  /** Whether what entries have taken so far leaves enough to tables and tombstones. */
  get leavesEnough(): boolean {
    const tableChunks = this.#segment.chunkCount - this.ceiling;
    return this.freeChunks >= this.tombstoneChunks + tableChunks ||
      this.spareChunks >= 0;
  }

  /**
   * Whether tombstones have used up half of what is kept for them. A chunk that one of them takes
   * has many blocks: if entries took the rest, they would soon have all of it, and nothing could be
   * deleted any more.
   */
  isLow(): boolean {
    const least = -(leastReserve(this.#segment.chunkCount) >> 1);
    if (this.spareChunks < least) return true;
    store(this.#words, H_LOW, 0);
    // Again: a tombstone may have taken a chunk before, and said so before that.
    if (this.spareChunks >= least) return false;
    store(this.#words, H_LOW, 1);
    return true;
  }

  /** Says so to all, if tombstones have used up half of it: a tombstone has taken a chunk. */
  noteLow(): void {
    if (this.isLow()) store(this.#words, H_LOW, 1);
  }
}
