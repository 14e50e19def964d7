/**
 * Blocks of shared memory for one participant.
 *
 * What its owner may rely on: `allocate` returns memory that no one else holds, or 0 when there is
 * none; it never waits. What every other worker may rely on: what is freed can be used again by
 * anyone, and a worker that dies at any point loses at most the one block in its hands.
 *
 * It works on four things, each with a file of its own:
 *
 * - the participant's free lists, one for each size class, which only their owner touches
 *   (`free_list.ts`). A list that grows past two batches gives one to the others;
 * - the transfer cache, where a participant that runs dry takes it (`transfer_cache.ts`);
 * - the pool of chunks. A chunk is cut into blocks of one size class (`chunk_cutter.ts`), or a run
 *   of chunks serves one large block (`chunk_pool.ts`). What entries must leave to tables and
 *   tombstones is in `chunk_limits.ts`, `table_memory.ts` and `tombstone_reserve.ts`;
 * - when the pool is empty, consolidation makes whole chunks of free blocks (`consolidation.ts`).
 *
 * @module
 */

import { ChunkCutter } from "./chunk_cutter.ts";
import { ownerOf } from "./chunk_ledger.ts";
import { ChunkLimits, type Purpose } from "./chunk_limits.ts";
import { ChunkPool } from "./chunk_pool.ts";
import { Consolidation } from "./consolidation.ts";
import * as lists from "./free_list.ts";
import * as layout from "./layout.ts";
import * as sections from "./section.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import type { SizeClasses } from "./size_classes.ts";
import { TableMemory } from "./table_memory.ts";
import { freeTablePlace, runLength } from "./table_region.ts";
import { TombstoneReserve } from "./tombstone_reserve.ts";
import { TransferCache } from "./transfer_cache.ts";
import * as access from "./atomics.ts";
import type { Words } from "./atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_LOW,
  MAX_CLASSES,
  P_CHUNK,
  P_FREE,
  P_FREEING,
  P_HAND,
  R_LINK,
} = layout;
const { hint, own, poke, fixed, store } = access;
const {
  addBlock,
  beginFreeing,
  blockRefs,
  classAt,
  classFor,
  endFreeing,
  popBlock,
  recount,
} = lists;
const { enter, leave } = sections;

export type { Purpose };

/** Allocation for the participant in one slot. */
export class Allocator {
  /** What each purpose may take. */
  readonly limits: ChunkLimits;
  /** What is kept for tables. */
  readonly tables: TableMemory;
  /** What is kept for the tombstone of the longest key. */
  readonly reserve: TombstoneReserve;
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #classes: SizeClasses;
  readonly #slot: number;
  readonly #base: number;
  readonly #pool: ChunkPool;
  readonly #transfer: TransferCache;
  readonly #cutter: ChunkCutter;
  readonly #consolidation: Consolidation;

  constructor(segment: Segment, slot: number) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = participantBase(slot);
    const limits = new ChunkLimits(segment);
    const pool = new ChunkPool(segment, slot, limits);
    const transfer = new TransferCache(segment, slot);
    const consolidation = new Consolidation(segment, slot, pool, transfer);
    this.limits = limits;
    this.#pool = pool;
    this.#transfer = transfer;
    this.#cutter = new ChunkCutter(segment, slot);
    this.#consolidation = consolidation;
    this.tables = new TableMemory(segment, limits, consolidation);
    this.reserve = new TombstoneReserve(
      segment,
      slot,
      limits,
      pool,
      consolidation,
    );
    for (let c = 0; c < MAX_CLASSES; c++) recount(this.#words, this.#base, c);
  }

  // ---- allocating -------------------------------------------------------------------------------

  /**
   * A block of at least `bytes`, which are less than 2 ** 32, or 0. It may contain anything. It is
   * in hand until it is linked or freed; the caller is in a section until then.
   */
  allocate(bytes: number, purpose: Purpose = "entry"): number {
    const ref = this.#allocateInPlace(bytes, purpose);
    return ref === 0 && purpose === "tombstone"
      ? this.#allocateAbove(bytes)
      : ref;
  }

  /** As {@linkcode allocate}, where that purpose has its place. */
  #allocateInPlace(bytes: number, purpose: Purpose): number {
    if (
      purpose === "entry" && hint(this.#words, H_LOW) !== 0 &&
      this.limits.isLow()
    ) return 0;
    const c = classFor(this.#words, bytes);
    if (c < 0) return this.#allocateRun(bytes, purpose);
    const ref = this.#pop(c) || (this.#refill(c, purpose) ? this.#pop(c) : 0);
    if (ref !== 0) return ref;
    return purpose === "tombstone" ? this.#allocateLarger(c) : 0;
  }

  #pop(c: number): number {
    return popBlock(this.#words, this.#base, c);
  }

  /** Puts at least one block on the empty list of a class, if it can. */
  #refill(c: number, purpose: Purpose): boolean {
    if (this.#transfer.take(c) || this.#cutter.cut(c)) return true;
    const chunk = this.#pool.claimOne(purpose);
    if (chunk < 0) return this.#consolidateFor(c, purpose);
    return this.#cutter.begin(c, chunk);
  }

  #consolidateFor(c: number, purpose: Purpose): boolean {
    if (!this.consolidate()) return false;
    if (own(this.#words, this.#base + P_FREE + c) !== 0) return true;
    const chunk = this.#pool.claimOne(purpose);
    return chunk >= 0 && this.#cutter.begin(c, chunk);
  }

  /** A block of a larger class: what deletes free must be enough for their tombstones. */
  #allocateLarger(c: number): number {
    for (let larger = c + 1; larger < this.#classes.refs.length; larger++) {
      const ref = this.#pop(larger) ||
        (this.#transfer.take(larger) ? this.#pop(larger) : 0);
      if (ref !== 0) return ref;
    }
    return 0;
  }

  /** A run of chunks; for a table it is zeroed. */
  #allocateRun(bytes: number, purpose: Purpose): number {
    const count = this.#segment.chunksFor(bytes);
    let first = this.#pool.claim(count, purpose);
    if (first < 0 && this.consolidate()) {
      first = this.#pool.claim(count, purpose);
    }
    return first < 0 ? 0 : this.#pool.beginRun(first, count, purpose);
  }

  /**
   * A block above the ceiling: what is kept for tombstones may be there, when the ceiling was
   * lowered while entries took all that is below. It is moved out of the way of tables later, as
   * entries are that are there.
   */
  #allocateAbove(bytes: number): number {
    const c = classFor(this.#words, bytes);
    if (c < 0) return 0;
    const { ceiling } = this.limits;
    const half = (this.#segment.chunkCount - ceiling) / 2;
    // If the table can move, it does so first, without its tombstones.
    if (freeTablePlace(this.#segment, half) >= 0) return 0;
    const chunk = this.#pool.claimAbove(ceiling);
    if (chunk < 0) return 0;
    this.#cutter.begin(c, chunk);
    this.limits.noteLow();
    return this.#pop(c);
  }

  /**
   * As {@linkcode allocate}, from what is kept for tombstones, too, below the ceiling, and not in
   * the chunks from `first` up to `end`. A block that lies elsewhere goes to `setAside`.
   */
  allocateOutside(
    first: number,
    end: number,
    bytes: number,
    setAside: (ref: number) => void,
  ): number {
    for (;;) {
      const ref = this.#allocateInPlace(bytes, "tombstone");
      if (ref === 0) return 0;
      if (!this.isHigh(ref) && !this.isWithin(ref, first, end)) return ref;
      this.#leaveHand(ref);
      setAside(ref);
      poke(this.#words, this.#base + P_FREEING, 0);
    }
  }

  /**
   * A block that was allocated is in hand no more, nor a run that its owner has yet to link: it is
   * on its way, to a queue this time. Should it not come there, it goes to its list, or back to the
   * pool.
   */
  #leaveHand(ref: number): void {
    const words = this.#words;
    const descriptor = this.#segment.descriptor(this.#segment.chunkOf(ref));
    const state = own(words, descriptor);
    if (runLength(state) === 0) beginFreeing(words, this.#base, state - 1, ref);
    else poke(words, this.#base + P_FREEING, ref);
    poke(words, this.#base + P_HAND, 0);
    if (runLength(state) > 0) poke(words, descriptor + 1, 0);
  }

  /**
   * A block of zeros for a table of at least `bytes`, or 0. What is in hand stays so. The caller is
   * in a section.
   */
  allocateZeroed(bytes: number): number {
    if (bytes > this.#segment.largestClassBytes) {
      return this.#allocateRun(bytes, "table");
    }
    const hand = this.#base + P_HAND;
    const before = own(this.#words, hand);
    const ref = this.allocate(bytes, "table");
    poke(this.#words, hand, before);
    if (ref !== 0) {
      this.#words.fill(0, ref * 4, ref * 4 + this.blockRefs(bytes) * 4);
    }
    return ref;
  }

  // ---- freeing ----------------------------------------------------------------------------------

  /** Gives a block back. The caller owns it and no one reads it any more. */
  free(ref: number): void {
    enter(this.#words, this.#base);
    this.#free(ref, () => {});
    leave(this.#words, this.#base);
  }

  /**
   * As {@linkcode free}, for a block that is in a queue: `takeOut` takes it out of that, when it is
   * written down where it goes.
   */
  freeFrom(ref: number, takeOut: () => void): void {
    enter(this.#words, this.#base);
    this.#free(ref, takeOut);
    leave(this.#words, this.#base);
  }

  /**
   * Frees a run that a dead participant had in its hands: at each step exactly one record leads to
   * it.
   */
  freeUnlinkedRun(ref: number, kind: "version" | "table"): void {
    enter(this.#words, this.#base);
    const descriptor = this.#segment.descriptor(this.#segment.chunkOf(ref));
    store(this.#words, descriptor + 1, ownerOf(this.#slot, kind));
    this.#free(ref, () => {});
    leave(this.#words, this.#base);
  }

  #free(ref: number, takeOut: () => void): void {
    const words = this.#words;
    const chunk = this.#segment.chunkOf(ref);
    const state = fixed(words, this.#segment.descriptor(chunk));
    const length = runLength(state);
    if (length > 0) {
      poke(words, this.#base + P_FREEING, ref);
      const hand = this.#base + P_HAND;
      if (Math.abs(own(words, hand)) === ref) poke(words, hand, 0);
      takeOut();
      this.#pool.releaseRun(chunk, length);
      return;
    }
    const c = state - 1;
    beginFreeing(words, this.#base, c, ref);
    takeOut();
    addBlock(words, this.#base, c, ref);
    endFreeing(words, this.#base, ref);
    this.noteFreed(this.#classes.refs[c]);
    this.#transfer.giveSurplus(c);
  }

  /** Notes that so many refs were freed: it decides when consolidation is worth while. */
  noteFreed(refs: number): void {
    this.#consolidation.noteFreed(refs);
  }

  /** Gives whole chunks of free blocks back to the pool: see {@linkcode Consolidation.run}. */
  consolidate(anyway = false): boolean {
    return this.#consolidation.run(anyway);
  }

  // ---- giving everything away, and taking it over -----------------------------------------------

  /** Gives all free blocks to the others; says whether nothing is left. */
  flush(): boolean {
    enter(this.#words, this.#base);
    const empty = this.#flush();
    leave(this.#words, this.#base);
    return empty;
  }

  #flush(): boolean {
    let empty = true;
    for (let c = 0; c < this.#classes.refs.length; c++) {
      const list = this.#base + P_FREE + c;
      while (own(this.#words, list) !== 0) {
        if (this.#transfer.give(c)) continue;
        empty = false;
        break;
      }
    }
    return empty;
  }

  /** Gives everything up: the free blocks, and what is left of the chunks that are being cut. */
  giveAll(): boolean {
    enter(this.#words, this.#base);
    const empty = this.#giveAll();
    leave(this.#words, this.#base);
    return empty;
  }

  #giveAll(): boolean {
    for (let c = 0; c < this.#classes.refs.length; c++) {
      while (this.#cutter.cut(c)) {
        if (!this.#transfer.give(c)) return false;
      }
    }
    return this.#flush();
  }

  /**
   * Takes over the free blocks and half-cut chunks of a dead participant: a block at a time, each
   * in one hand at most.
   */
  adopt(base: number): void {
    enter(this.#words, this.#base);
    this.#adopt(base);
    leave(this.#words, this.#base);
  }

  #adopt(base: number): void {
    const words = this.#words;
    for (let c = 0; c < this.#classes.refs.length; c++) {
      const list = base + P_FREE + c;
      for (let ref = own(words, list); ref !== 0; ref = own(words, list)) {
        poke(words, list, own(words, ref * 4 + R_LINK));
        this.#put(c, ref);
      }
      this.#cutter.cutRest(c, base + P_CHUNK + c, (ref) => this.#put(c, ref));
    }
  }

  #put(c: number, ref: number): void {
    addBlock(this.#words, this.#base, c, ref);
    this.#transfer.giveSurplus(c);
  }

  // ---- questions --------------------------------------------------------------------------------

  /** The size of the block that `bytes` would get, in refs. */
  blockRefs(bytes: number): number {
    return blockRefs(this.#words, bytes);
  }

  /** The size of a block in use, in refs. */
  refsOf(ref: number): number {
    const c = classAt(this.#words, ref);
    return c >= 0 ? this.#classes.refs[c] : this.runRefs(ref);
  }

  /** The size of a run of chunks, in refs; 0 if the block shares its chunk with others. */
  runRefs(ref: number): number {
    return runLength(this.#stateOf(ref)) * 2 ** this.#segment.chunkShift;
  }

  /** Whether a block lies, or ends, where only tables should. */
  isHigh(ref: number): boolean {
    return this.isWithin(ref, this.limits.ceiling, Infinity);
  }

  /** Whether a block lies, or begins or ends, in the chunks from `first` up to `end`. */
  isWithin(ref: number, first: number, end: number): boolean {
    const chunk = this.#segment.chunkOf(ref);
    const length = Math.max(1, runLength(this.#stateOf(ref)));
    return chunk < end && chunk + length > first;
  }

  #stateOf(ref: number): number {
    const chunk = this.#segment.chunkOf(ref);
    return fixed(this.#words, this.#segment.descriptor(chunk));
  }
}
