/**
 * Keeping memory for the tombstone of the longest key. `long_key.ts` has the word that says how
 * much is kept, and the rules for it; here a participant raises and lowers it.
 *
 * @module
 */

import type { ChunkLimits } from "./chunk_limits.ts";
import type { ChunkPool } from "./chunk_pool.ts";
import type { Consolidation } from "./consolidation.ts";
import { H_LONG_KEY, V_STAMP } from "./layout.ts";
import { confirm, lower, raise, reserveOf, take } from "./long_key.ts";
import { enter, leave } from "./section.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import { runLength } from "./table_region.ts";
import { add, load, type Words } from "./atomics.ts";

/** The reserve, as the participant in one slot keeps it. */
export class TombstoneReserve {
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #limits: ChunkLimits;
  readonly #pool: ChunkPool;
  readonly #consolidation: Consolidation;
  readonly #slot: number;

  constructor(
    segment: Segment,
    slot: number,
    limits: ChunkLimits,
    pool: ChunkPool,
    consolidation: Consolidation,
  ) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#limits = limits;
    this.#pool = pool;
    this.#consolidation = consolidation;
    this.#slot = slot;
  }

  /** The place for a tombstone of so many bytes, from its first chunk to its end. */
  place(bytes: number): [number, number] {
    const { ceiling } = this.#limits;
    return [Math.max(0, ceiling - this.#segment.runChunks(bytes)), ceiling];
  }

  /**
   * Makes sure that a tombstone of this many bytes finds memory, whatever entries take from here
   * on. False, and nothing is changed, if entries have it now. What is kept may be lowered again
   * until the version that may need it is written: so a writer asks again before it links that one.
   */
  keep(bytes: number): boolean {
    const count = this.#segment.runChunks(bytes);
    if (count === 0) return true;
    const base = participantBase(this.#slot);
    enter(this.#words, base);
    const isKept = this.#keepChunks(count);
    leave(this.#words, base);
    return isKept;
  }

  #keepChunks(count: number): boolean {
    const words = this.#words;
    for (;;) {
      // Not by a mere read: what the caller wrote before must be there for all to see by now.
      const reserve = reserveOf(add(words, H_LONG_KEY, 0));
      if (count <= reserve.chunks) {
        if (confirm(words, reserve)) return true;
        continue;
      }
      const first = this.#limits.ceiling - count;
      const missing = count - reserve.chunks;
      // Claimed, and not only looked at: a later claim sees that it is kept.
      const isMine = () => this.#pool.claimRange(first, missing, false);
      if (first < 0 || !(isMine() || (this.#consolidation.run() && isMine()))) {
        return false;
      }
      const isRaised = raise(words, reserve, count);
      this.#pool.unclaim(first, missing);
      this.#pool.balance();
      if (isRaised) return true;
    }
  }

  /**
   * Keeps no more for tombstones of long keys than is needed, if that is in doubt and nobody links
   * such a key meanwhile: then it stays in doubt. O(chunks) if it is.
   *
   * @param tombstoneBytes What a tombstone takes for the entry of a version; 0 if that is none.
   * It is asked of memory in which anything may lie.
   */
  lower(tombstoneBytes: (ref: number) => number): void {
    const reserve = reserveOf(load(this.#words, H_LONG_KEY));
    if (!reserve.isDoubted) return;
    const taken = take(this.#words, reserve, this.#slot);
    if (taken === undefined) return;
    const { chunks, isSure } = this.#needed(taken.chunks, tombstoneBytes);
    lower(this.#words, taken, chunks, isSure);
  }

  /**
   * The chunks that the tombstone of the longest key takes, `most` of them at most; sure, unless
   * its version is not settled yet.
   */
  #needed(
    most: number,
    tombstoneBytes: (ref: number) => number,
  ): { chunks: number; isSure: boolean } {
    const segment = this.#segment;
    const words = this.#words;
    let chunks = 0;
    let isSure = true;
    for (let chunk = 0; chunk < segment.chunkCount;) {
      if (chunks === most && isSure) break;
      const descriptor = segment.descriptor(chunk);
      const length = runLength(load(words, descriptor));
      const ref = segment.chunkRef(chunk);
      chunk += Math.max(1, length);
      // A version is no shorter than its tombstone.
      if (length === 0 || length < chunks) continue;
      if (load(words, descriptor + 1) < 0) continue; // a table
      // Until it is set, the key may be that of whatever lay here before.
      const isSettled = load(words, ref * 4 + V_STAMP) !== 0;
      const needed = Math.min(most, segment.runChunks(tombstoneBytes(ref)));
      if (needed > chunks) isSure = isSettled;
      else if (needed === chunks) isSure ||= isSettled;
      chunks = Math.max(chunks, needed);
    }
    return { chunks, isSure };
  }
}
