/**
 * The chunk pool: the chunks that nobody has. One participant takes chunks from it and gives them
 * back.
 *
 * A chunk is claimed by a CAS on its descriptor, which then names the claimer (`CHUNK_TAKING`), and
 * is given back by a store. In between it becomes one of two things: it is cut into blocks of one
 * size class (`chunk_cutter.ts`), or it is part of a run of chunks that serves one large block.
 * A chunk that a dead participant has claimed and not used is found by its name, and freed
 * (`reclamation/repair.ts`).
 *
 * Chunks are counted as taken before they are claimed, and as given back after they are free. So
 * there may be more free chunks for a moment than are counted, and never fewer.
 *
 * @module
 */

import { assert, CHECKED } from "./assert.ts";
import { balanceChunks, changeChunk, ownerOf } from "./chunk_ledger.ts";
import type { ChunkLimits, Purpose } from "./chunk_limits.ts";
import {
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_FRESH,
  CHUNK_RUN,
  CHUNK_TAKING,
  H_CHUNK_HINT,
  P_FREEING,
  P_TAKEN,
  V_STAMP,
} from "./layout.ts";
import { doubt } from "./long_key.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import { areFreeChunks, freeTablePlace, isFreeChunk } from "./table_region.ts";
import {
  compareAndSet,
  hint,
  own,
  poke,
  store,
  type Words,
} from "./atomics.ts";

/** The pool, as the participant in one slot uses it. */
export class ChunkPool {
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #limits: ChunkLimits;
  readonly #slot: number;
  readonly #base: number;

  constructor(segment: Segment, slot: number, limits: ChunkLimits) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#limits = limits;
    this.#slot = slot;
    this.#base = participantBase(slot);
  }

  // ---- claiming ---------------------------------------------------------------------------------

  /** Claims `count` chunks side by side; returns the first, or -1. Those for a table are zeroed. */
  claim(count: number, purpose: Purpose): number {
    if (purpose === "table") return this.#claimTable(count);
    return count === 1
      ? this.claimOne(purpose)
      : this.#claimLowest(count, purpose);
  }

  /** Claims the lowest free chunk; returns its index, or -1. */
  claimOne(purpose: Purpose): number {
    if (!this.#reserve(1, purpose)) return -1;
    const words = this.#words;
    const end = this.#limits.end(purpose);
    const hinted = hint(words, H_CHUNK_HINT);
    const start = hinted < end ? hinted : 0;
    for (let step = 0; step < end; step++) {
      const chunk = start + step < end ? start + step : start + step - end;
      if (!this.#claimChunk(chunk, false)) continue;
      poke(words, H_CHUNK_HINT, chunk + 1);
      return this.#keepBelowEnd(chunk, 1, purpose);
    }
    this.balance();
    return -1;
  }

  /** Claims the lowest `count` free chunks side by side; returns the first, or -1. */
  #claimLowest(count: number, purpose: Purpose): number {
    if (!this.#reserve(count, purpose)) return -1;
    const end = this.#limits.end(purpose);
    let got = 0;
    for (let chunk = 0; chunk < end; chunk++) {
      if (!this.#claimChunk(chunk, false)) {
        this.unclaim(chunk - got, got);
        got = 0;
      } else if (++got === count) {
        return this.#keepBelowEnd(chunk - count + 1, count, purpose);
      }
    }
    this.unclaim(end - got, got);
    this.balance();
    return -1;
  }

  /** Takes a claim back if the ceiling was lowered meanwhile: a table needs the chunks. */
  #keepBelowEnd(first: number, count: number, purpose: Purpose): number {
    if (first + count <= this.#limits.end(purpose)) {
      if (purpose === "tombstone") this.#limits.noteLow();
      return first;
    }
    this.unclaim(first, count);
    this.balance();
    return -1;
  }

  /** Claims a chunk for a tombstone in the region of tables; returns its index, or -1. */
  claimAbove(ceiling: number): number {
    this.#reserve(1, "tombstone");
    for (let chunk = ceiling; chunk < this.#segment.chunkCount; chunk++) {
      if (this.#claimChunk(chunk, false)) return chunk;
    }
    this.balance();
    return -1;
  }

  /**
   * Claims and zeroes `count` chunks for a table: at one of its two places, or else as high as it
   * can without reaching into the upper one, which can be cleared for the next table then.
   */
  #claimTable(count: number): number {
    const place = freeTablePlace(this.#segment, count);
    if (place >= 0 && this.claimRange(place, count)) return place;
    const upper = this.#segment.chunkCount - count;
    let free = 0;
    for (let chunk = upper - 1; chunk >= 0; chunk--) {
      free = isFreeChunk(this.#segment, chunk) ? free + 1 : 0;
      if (free === count && this.claimRange(chunk, count)) return chunk;
      if (free === count) free = 0;
    }
    return -1;
  }

  /** Claims these chunks, and zeroes them if that is wanted; or none of them. */
  claimRange(first: number, count: number, zeroed = true): boolean {
    if (!areFreeChunks(this.#segment, first, first + count)) return false;
    this.#reserve(count, "table");
    for (let i = 0; i < count; i++) {
      if (this.#claimChunk(first + i, zeroed)) continue;
      this.unclaim(first, i);
      this.balance();
      return false;
    }
    return true;
  }

  #claimChunk(chunk: number, zeroed: boolean): boolean {
    const words = this.#words;
    const descriptor = this.#segment.descriptor(chunk);
    const state = hint(words, descriptor);
    if (state !== CHUNK_FRESH && state !== CHUNK_FREE) return false;
    const mine = CHUNK_TAKING | this.#slot;
    if (!compareAndSet(words, descriptor, state, mine)) return false;
    if (zeroed && state === CHUNK_FREE) {
      const start = this.#segment.chunkRef(chunk) * 4;
      words.fill(0, start, start + 2 ** this.#segment.chunkShift * 4);
    }
    return true;
  }

  /** Gives chunks back that were claimed and not used. The caller balances then. */
  unclaim(first: number, count: number): void {
    for (let i = 0; i < count; i++) {
      if (CHECKED) this.#checkInHand(first + i);
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
  }

  // ---- counting ---------------------------------------------------------------------------------

  /**
   * Counts chunks as taken before they are claimed; false, and nothing is counted, if too few were
   * left to tables and tombstones. The last one to count sees what all count, so entries never take
   * what is kept, however many take some at a time.
   */
  #reserve(count: number, purpose: Purpose): boolean {
    const taken = this.#base + P_TAKEN;
    store(this.#words, taken, own(this.#words, taken) + count);
    if (purpose !== "entry" || this.#limits.leavesEnough) return true;
    this.balance();
    return false;
  }

  /** Counts no more as taken than what is in use: when nothing is at hand. */
  balance(): void {
    balanceChunks(this.#words, this.#base);
  }

  // ---- runs -------------------------------------------------------------------------------------

  /** Makes a run of chunks that were claimed; returns its ref. The head names who allocated it. */
  beginRun(first: number, count: number, purpose: Purpose): number {
    const segment = this.#segment;
    const words = this.#words;
    for (let i = 1; i < count; i++) {
      store(words, segment.descriptor(first + i), CHUNK_BODY);
    }
    const isTable = purpose === "table";
    if (!isTable) poke(words, segment.chunkRef(first) * 4 + V_STAMP, 0);
    const owner = ownerOf(this.#slot, isTable ? "table" : "version");
    poke(words, segment.descriptor(first) + 1, owner);
    const refs = count * 2 ** segment.chunkShift;
    changeChunk(segment, this.#slot, first, CHUNK_RUN | count, count, refs);
    return segment.chunkRef(first);
  }

  /** Frees a run. The head says who is at it until the last body is free: recovery can finish. */
  releaseRun(first: number, length: number): void {
    const words = this.#words;
    const refs = length * 2 ** this.#segment.chunkShift;
    const mine = CHUNK_TAKING | this.#slot;
    changeChunk(this.#segment, this.#slot, first, mine, -length, -refs);
    poke(words, this.#base + P_FREEING, 0); // before others can have it
    poke(words, this.#segment.descriptor(first) + 1, 0); // likewise its name
    doubt(words, length);
    this.release(first, length);
    this.balance();
  }

  /** Frees chunks that are in this participant's hands; it counts them as given back after that. */
  release(first: number, count: number): void {
    if (CHECKED) this.#checkInHand(first, count);
    for (let i = count - 1; i >= 0; i--) {
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
    if (first < hint(this.#words, H_CHUNK_HINT)) {
      poke(this.#words, H_CHUNK_HINT, first);
    }
  }

  /** A chunk is in this participant's hands, and bodies of one run follow it. */
  #checkInHand(first: number, count = 1): void {
    const stateOf = (chunk: number) =>
      this.#words[this.#segment.descriptor(chunk)];
    const mine = CHUNK_TAKING | this.#slot;
    assert(stateOf(first) === mine, "a chunk is freed by the one who has it");
    for (let i = 1; i < count; i++) {
      assert(stateOf(first + i) === CHUNK_BODY, "a run is freed whole");
    }
  }
}
