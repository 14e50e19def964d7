/**
 * Memory for tables: how much is kept for them, and whether there is enough for the next one.
 *
 * @module
 */

import type { ChunkLimits } from "./chunk_limits.ts";
import type { Consolidation } from "./consolidation.ts";
import { blockRefs } from "./free_list.ts";
import { H_CEILING, P_USED_REFS } from "./layout.ts";
import { reservedChunks } from "./long_key.ts";
import { sumOver } from "./participants.ts";
import type { Segment } from "./segment.ts";
import { areSmallBlocks, freeTablePlace } from "./table_region.ts";
import { store, type Words } from "./atomics.ts";

/** The memory for tables of a segment. */
export class TableMemory {
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #limits: ChunkLimits;
  readonly #consolidation: Consolidation;

  constructor(
    segment: Segment,
    limits: ChunkLimits,
    consolidation: Consolidation,
  ) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#limits = limits;
    this.#consolidation = consolidation;
  }

  /** Keeps the top of the segment for a table of this many bytes, and one more like it. */
  keep(bytes: number): void {
    const ceiling = this.#segment.chunkCount -
      2 * this.#segment.runChunks(bytes);
    store(this.#words, H_CEILING, Math.max(0, ceiling));
  }

  /** What blocks in use take, but for a table of this many bytes, in refs. O(participants). */
  usedRefsBeside(bytes: number): number {
    const used = sumOver(this.#words, P_USED_REFS);
    return Math.max(0, (used - blockRefs(this.#words, bytes)) | 0); // each wraps
  }

  /** What entries can have in all beside a table of this many bytes, in refs. */
  refsForEntries(bytes: number): number {
    const { chunkCount, chunkShift } = this.#segment;
    const chunks = chunkCount - 2 * this.#segment.runChunks(bytes) -
      this.#limits.tombstoneChunks;
    return chunks * 2 ** chunkShift;
  }

  /**
   * Whether there are chunks for a table of `bytes` that replaces one of `before` bytes, and is to
   * be replaced in turn: so there must be memory to clear the other of its places.
   */
  hasChunks(bytes: number, before: number): boolean {
    const segment = this.#segment;
    const count = segment.runChunks(bytes);
    const isEnough = () => {
      const free = this.#limits.freeChunks + segment.runChunks(before);
      const beside = free - 2 * count - this.#limits.tombstoneChunks;
      // In no place of its own, it is in the way of the next table with nearly all of it.
      const hasPlace = () => freeTablePlace(segment, count) >= 0;
      return (beside >= count || beside >= 0 && hasPlace()) &&
        this.#leavesReserve(count);
    };
    return isEnough() || (this.#consolidation.run() && isEnough());
  }

  /**
   * The tombstone of the longest key needs a run, which is below the lower ceiling then. Entries
   * that lie there are moved when it is needed, but it is no easier to find a run for large ones.
   */
  #leavesReserve(count: number): boolean {
    const ceiling = this.#segment.chunkCount - 2 * count;
    const first = ceiling - reservedChunks(this.#words);
    return first >= 0 && areSmallBlocks(this.#segment, first, ceiling);
  }

  /** Whether one of the two places of a table of this many bytes is free. */
  hasPlace(bytes: number): boolean {
    const count = this.#segment.runChunks(bytes);
    const isFree = () => freeTablePlace(this.#segment, count) >= 0;
    return isFree() || (this.#consolidation.run() && isFree());
  }
}
