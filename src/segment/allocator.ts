/**
 * Blocks of shared memory for one participant.
 *
 * What this room guarantees to its owner: `allocate` returns memory that no one else holds, or 0 when there is none; it
 * never waits. What every other worker may rely on: whatever is freed can be used again by anyone, and a worker that dies
 * at any point loses at most the one block in its hands.
 *
 * Chunks come from a common pool, claimed by a CAS on their descriptor. A chunk is cut into blocks of one size class, or a
 * run of chunks serves one large block. Freed blocks go on a list of their class that only their new owner touches; a list
 * that grows past two batches gives one to an *exchange word*, where any participant that runs dry takes it. An exchange
 * word is 0, a chain of batches, or claimed by one participant (negative) for a few instructions: nobody waits for
 * that one, there are others. The claimer first writes down in its own record what it is about to do, so that recovery
 * can finish or undo it.
 *
 * When the pool is empty, `consolidate` gathers the free blocks of each class and gives whole chunks back.
 *
 * Tables need long runs of chunks at a time when memory may be short, so they have a region of their own: the chunks from
 * the *ceiling* up are twice what the current table takes. A table lies at a multiple of its size from the top, so that the
 * other half takes a next table of the same size, and the region grows and shrinks with the table. Below the ceiling, entries
 * leave a few chunks to tombstones, a run that is long enough for the tombstone of the longest key, and as much as lies in the
 * place of the next table and has to be moved out of it (`table_region.ts`). A table grows only if all that is still there then.
 *
 * @module
 */

import { balanceChunks, changeChunk, ownerOf } from "./chunk_ledger.ts";
import * as lists from "./free_list.ts";
import * as layout from "./layout.ts";
import * as longKeys from "./long_key.ts";
import * as sections from "./section.ts";
import type { Segment } from "./segment.ts";
import type { SizeClasses } from "./size_classes.ts";
import {
  areFreeChunks,
  areSmallBlocks,
  chunksOfRegion,
  freeTablePlace,
  isFreeChunk,
  runLength,
} from "./table_region.ts";
import * as access from "./atomics.ts";
import type { Words } from "./atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  B_COUNT,
  B_NEXT,
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_FRESH,
  CHUNK_RUN,
  CHUNK_TAKING,
  TRANSFER,
  TRANSFER_WAYS,
  H_CEILING,
  H_CHUNK_HINT,
  H_LONG_KEY,
  H_LOW,
  H_PARTICIPANTS,
  MAX_CLASSES,
  P_CHUNK,
  P_FREE,
  P_FREE_COUNT,
  P_FREEING,
  P_HAND,
  P_GIVEN,
  P_TAKEN,
  P_TRANSIT_CUT,
  P_TRANSIT_OLD,
  P_TRANSIT_REF,
  P_TRANSIT_WORD,
  P_USED_REFS,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  R_LINK,
  REF_BYTES,
  V_STAMP,
} = layout;
const { add, compareAndSet, hint, load, own, poke, fixed, store } = access;
const {
  addBlock,
  beginFreeing,
  blockRefs,
  classFor,
  endFreeing,
  isLong,
  popBlock,
} = lists;
const { confirm, doubt, lower, raise, reservedChunks, reserveOf, take } =
  longKeys;
const { enter, leave } = sections;

/** What a block is for: entries leave some memory to tables and tombstones, so that deleting works when the map is full. */
export type Purpose = "entry" | "tombstone" | "table";

/** Chunks that entries leave to tombstones. */
export function leastReserve(chunkCount: number): number {
  return Math.max(4, chunkCount >> 6);
}

/** Allocation for the participant in one slot. */
export class Allocator {
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #classes: SizeClasses;
  readonly #slot: number;
  readonly #base: number;
  #freedSinceConsolidation = 0;
  #consolidationsToSkip = 0;
  #consolidationBackOff = 1;

  constructor(segment: Segment, slot: number) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
    for (let c = 0; c < MAX_CLASSES; c++) this.#recount(c);
  }

  /** Its last owner may have left something on a list, or died before it counted. Ends also where memory is damaged. */
  #recount(c: number): void {
    const words = this.#words;
    const most = words.length / 4;
    let count = 0;
    let ref = own(words, this.#base + P_FREE + c);
    for (; ref > 0 && count < most; ref = own(words, ref * 4 + R_LINK)) count++;
    words[this.#base + P_FREE_COUNT + c] = count;
  }

  /** The size of the block that `bytes` would get, in refs. */
  blockRefs(bytes: number): number {
    return blockRefs(this.#words, bytes);
  }

  /** The size of a run of chunks, in refs; 0 if the block shares its chunk with others. */
  runRefs(ref: number): number {
    const chunk = this.#segment.chunkOf(ref);
    const state = fixed(this.#words, this.#segment.descriptor(chunk));
    return runLength(state) * 2 ** this.#segment.chunkShift;
  }

  /** The number of chunks that a block of `bytes` takes if it is too large for a size class. */
  chunksFor(bytes: number): number {
    return Math.ceil(bytes / (REF_BYTES * 2 ** this.#segment.chunkShift));
  }

  /**
   * A block of at least `bytes`, which are less than 2 ** 32, or 0. Its contents are whatever they were. It is in hand until it is
   * linked or freed; the caller is in a section until then.
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
      purpose === "entry" && hint(this.#words, H_LOW) !== 0 && this.isLow()
    ) return 0;
    const c = classFor(this.#words, bytes);
    if (c < 0) return this.#allocateRun(this.chunksFor(bytes), purpose);
    const ref = this.#pop(c) || (this.#refill(c, purpose) ? this.#pop(c) : 0);
    if (ref !== 0) return ref;
    return purpose === "tombstone" ? this.#allocateLarger(c) : 0;
  }

  /** A block of any larger class: what deletes free themselves must be enough for their tombstones. */
  #allocateLarger(c: number): number {
    for (let larger = c + 1; larger < this.#classes.refs.length; larger++) {
      const ref = this.#pop(larger) ||
        (this.#take(larger) ? this.#pop(larger) : 0);
      if (ref !== 0) return ref;
    }
    return 0;
  }

  #pop(c: number): number {
    return popBlock(this.#words, this.#base, c);
  }

  /**
   * A block above the ceiling: what is kept for tombstones may be there, when the ceiling was lowered while entries took all that
   * is below. It is moved out of the way of tables later, as entries are that are there.
   */
  #allocateAbove(bytes: number): number {
    const c = classFor(this.#words, bytes);
    if (c < 0) return 0;
    const total = this.#segment.chunkCount;
    const ceiling = load(this.#words, H_CEILING);
    if (freeTablePlace(this.#segment, (total - ceiling) / 2) >= 0) return 0; // the table can move, without its tombstones
    this.#reserve(1, "tombstone");
    for (let chunk = ceiling; chunk < total; chunk++) {
      if (!this.#claimChunk(chunk, false)) continue;
      this.#beginChunk(c, chunk);
      if (this.isLow()) store(this.#words, H_LOW, 1);
      return this.#pop(c);
    }
    this.#balance();
    return 0;
  }

  /**
   * As {@linkcode allocate}, from what is kept for tombstones, too, below the ceiling, and not in
   * the chunks from `first` up to `end`.
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
   * A block that was allocated is in hand no more, nor a run that its owner has yet to link: it is on its way, to a queue this time.
   * Should it not come there, it goes to its list, or back to the pool.
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

  /** The place for a tombstone of so many bytes, from its first chunk to its end. */
  tombstonePlace(bytes: number): [number, number] {
    const ceiling = load(this.#words, H_CEILING);
    return [Math.max(0, ceiling - this.#runChunks(bytes)), ceiling];
  }

  /** Whether a block lies, or ends, where only tables should. */
  isHigh(ref: number): boolean {
    return this.isWithin(ref, load(this.#words, H_CEILING), Infinity);
  }

  /** Whether a block lies, or begins or ends, in the chunks from `first` up to `end`. */
  isWithin(ref: number, first: number, end: number): boolean {
    const chunk = this.#segment.chunkOf(ref);
    const state = fixed(this.#words, this.#segment.descriptor(chunk));
    const length = Math.max(1, runLength(state));
    return chunk < end && chunk + length > first;
  }

  /** A block of zeros for a table of at least `bytes`, or 0. What is in hand stays so. The caller is in a section. */
  allocateZeroed(bytes: number): number {
    if (bytes > this.#classes.largest * REF_BYTES) {
      return this.#allocateRun(this.chunksFor(bytes), "table");
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

  /** Frees a run that a dead participant had in its hands: at each step one record alone leads to it. */
  freeUnlinkedRun(ref: number, kind: "version" | "table"): void {
    enter(this.#words, this.#base);
    const descriptor = this.#segment.descriptor(this.#segment.chunkOf(ref));
    store(this.#words, descriptor + 1, ownerOf(this.#slot, kind));
    this.#free(ref, () => {});
    leave(this.#words, this.#base);
  }

  /** Gives a block back. The caller owns it and no one reads it any more. */
  free(ref: number): void {
    enter(this.#words, this.#base);
    this.#free(ref, () => {});
    leave(this.#words, this.#base);
  }

  /** As {@linkcode free}, for a block that is in a queue: `takeOut` takes it out of that, when it is written down where it goes. */
  freeFrom(ref: number, takeOut: () => void): void {
    enter(this.#words, this.#base);
    this.#free(ref, takeOut);
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
      this.#releaseRun(chunk, length);
      return;
    }
    const c = state - 1;
    beginFreeing(words, this.#base, c, ref);
    takeOut();
    addBlock(words, this.#base, c, ref);
    endFreeing(words, this.#base, ref);
    this.noteFreed(this.#classes.refs[c]);
    this.#giveSurplus(c);
  }

  /** Notes that so many refs were freed: what looking for whole free chunks depends on. */
  noteFreed(refs: number): void {
    this.#freedSinceConsolidation += refs;
  }

  #putBack(c: number, ref: number): void {
    addBlock(this.#words, this.#base, c, ref);
    this.#giveSurplus(c);
  }

  #giveSurplus(c: number): void {
    if (isLong(this.#words, this.#base, c)) this.#give(c);
  }

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
        if (this.#give(c)) continue;
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
      while (this.#cut(c)) {
        if (!this.#give(c)) return false;
      }
    }
    return this.#flush();
  }

  /** Takes over the free blocks and half-cut chunks of a dead participant: a block at a time, each in one hand at most. */
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
        this.#putBack(c, ref);
      }
      this.#adoptRest(c, base + P_CHUNK + c);
    }
  }

  #adoptRest(c: number, current: number): void {
    const words = this.#words;
    const chunk = own(words, current) - 1;
    if (chunk < 0) return;
    const cutAt = this.#segment.descriptor(chunk) + 1;
    const size = this.#classes.refs[c];
    const end = 2 ** this.#segment.chunkShift - size;
    for (let at = own(words, cutAt); at <= end; at += size) {
      poke(words, cutAt, at + size);
      // Before the last block is put back: the chunk may be given away with it, and be another's.
      if (at + size > end) poke(words, current, 0);
      this.#putBack(c, this.#segment.chunkRef(chunk) + at);
    }
    poke(words, current, 0);
  }

  /**
   * Chunks in the pool that nobody is about to take: at most as many as there were when it had read what was given back, which
   * therefore comes first. For one may give back what another one took. O(participants).
   */
  get freeChunks(): number {
    const given = this.#sum(P_GIVEN);
    const taken = this.#sum(P_TAKEN);
    return this.#segment.chunkCount - ((taken - given) | 0); // each wraps
  }

  /** What blocks in use take, but for a table of this many bytes, in refs. O(participants). */
  usedRefsBeside(bytes: number): number {
    const used = (this.#sum(P_USED_REFS) - this.blockRefs(bytes)) | 0; // each wraps
    return Math.max(0, used);
  }

  #sum(word: number): number {
    let sum = 0;
    const slots = load(this.#words, H_PARTICIPANTS);
    for (let slot = 0; slot < slots; slot++) {
      const index = PARTICIPANTS + slot * PARTICIPANT_WORDS + word;
      sum = (sum + load(this.#words, index)) | 0;
    }
    return sum;
  }

  /** Keeps the top of the segment for a table of this many bytes, and one more like it. */
  keepForTables(bytes: number): void {
    const total = this.#segment.chunkCount;
    store(
      this.#words,
      H_CEILING,
      Math.max(0, total - 2 * this.#runChunks(bytes)),
    );
  }

  /** What entries can have in all beside a table of this many bytes, in refs. */
  refsForEntries(bytes: number): number {
    const { chunkCount, chunkShift } = this.#segment;
    const chunks = chunkCount - 2 * this.#runChunks(bytes) -
      this.#tombstoneChunks;
    return chunks * 2 ** chunkShift;
  }

  /**
   * Whether there is room for a table of `bytes` that replaces one of `before` bytes, and is to be replaced in turn: so there must
   * be memory to clear the other of its places.
   */
  hasChunksForTable(bytes: number, before: number): boolean {
    const count = this.#runChunks(bytes);
    const isRoomy = () => {
      const free = this.freeChunks + this.#runChunks(before);
      const beside = free - 2 * count - this.#tombstoneChunks;
      // In no place of its own, it is in the way of the next table with nearly all of it.
      const hasPlace = () => freeTablePlace(this.#segment, count) >= 0;
      return (beside >= count || beside >= 0 && hasPlace()) && hasReserve();
    };
    // The tombstone of the longest key needs a run, which is below the lower ceiling then. Entries
    // that lie there are moved when it is needed, but it is no easier to find a run for large ones.
    const ceiling = this.#segment.chunkCount - 2 * count;
    const hasReserve = () => {
      const first = ceiling - reservedChunks(this.#words);
      return first >= 0 && areSmallBlocks(this.#segment, first, ceiling);
    };
    return isRoomy() || (this.consolidate() && isRoomy());
  }

  /** Whether one of the two places of a table of this many bytes is free. */
  hasTablePlace(bytes: number): boolean {
    const count = this.#runChunks(bytes);
    const isFree = () => freeTablePlace(this.#segment, count) >= 0;
    return isFree() || (this.consolidate() && isFree());
  }

  /**
   * Makes sure that a tombstone of this many bytes finds memory, whatever entries take from here on. False, and nothing
   * is changed, if entries have it now. It may be lowered again until the version that may need it
   * is written: so whoever is about to link that one asks again.
   */
  keepForTombstone(bytes: number): boolean {
    const count = this.#runChunks(bytes);
    if (count === 0) return true;
    enter(this.#words, this.#base);
    const isKept = this.#keepChunks(count);
    leave(this.#words, this.#base);
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
      const ceiling = load(words, H_CEILING);
      const first = ceiling - count;
      const missing = count - reserve.chunks;
      // Claimed, and not only looked at: who claims one after that sees that it is kept.
      const isMine = () => this.#claimRange(first, missing, false);
      if (first < 0 || !(isMine() || (this.consolidate() && isMine()))) {
        return false;
      }
      const isRaised = raise(words, reserve, count);
      this.#unclaim(first, missing);
      this.#balance();
      if (isRaised) return true;
    }
  }

  /**
   * Keeps no more for tombstones of long keys than is needed, if that is in doubt and nobody who
   * links such a key gets in between: then it stays in doubt. O(chunks) if it is.
   *
   * @param tombstoneBytes What a tombstone takes for the entry of a version; 0 if that is none.
   * Whatever it is told may lie there.
   */
  lowerReserve(tombstoneBytes: (ref: number) => number): void {
    const reserve = reserveOf(load(this.#words, H_LONG_KEY));
    if (!reserve.isDoubted) return;
    const taken = take(this.#words, reserve, this.#slot);
    if (taken === undefined) return;
    const { chunks, isSure } = this.#reserveNeeded(
      taken.chunks,
      tombstoneBytes,
    );
    lower(this.#words, taken, chunks, isSure);
  }

  /**
   * The chunks that the tombstone of the longest key takes, `most` of them at most; sure, unless
   * its version is not settled yet.
   */
  #reserveNeeded(
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
      const needed = Math.min(most, this.#runChunks(tombstoneBytes(ref)));
      if (needed > chunks) isSure = isSettled;
      else if (needed === chunks) isSure ||= isSettled;
      chunks = Math.max(chunks, needed);
    }
    return { chunks, isSure };
  }

  /** The chunks that a block takes which is too large for a size class; 0 if it is not. */
  #runChunks(bytes: number): number {
    return bytes > this.largestClassBytes ? this.chunksFor(bytes) : 0;
  }

  /** The chunks from here up are never for entries. */
  get entryLimit(): number {
    return this.#limit("entry");
  }

  /** The largest block that shares a chunk with others, in bytes. */
  get largestClassBytes(): number {
    return this.#classes.largest * REF_BYTES;
  }

  // ---- size classes -------------------------------------------------------------------------------------------------

  /** Puts at least one block on the empty list of a class, if it can. */
  #refill(c: number, purpose: Purpose): boolean {
    if (this.#take(c) || this.#cut(c)) return true;
    const chunk = this.#claimOne(purpose);
    if (chunk < 0) return this.#consolidateFor(c, purpose);
    return this.#beginChunk(c, chunk);
  }

  /** Cuts the first batch from a chunk that was claimed. */
  #beginChunk(c: number, chunk: number): boolean {
    this.#adoptChunk(c, chunk);
    return this.#cut(c);
  }

  /** From `TAKING` to the class, with the owner's record in between: at every point the chunk is someone's. */
  #adoptChunk(c: number, chunk: number): void {
    const descriptor = this.#segment.descriptor(chunk);
    poke(this.#words, descriptor + 1, 0);
    poke(this.#words, this.#base + P_CHUNK + c, chunk + 1);
    changeChunk(this.#segment, this.#slot, chunk, c + 1, 1);
  }

  /** Cuts one batch from the chunk in use. */
  #cut(c: number): boolean {
    const words = this.#words;
    const chunk = own(words, this.#base + P_CHUNK + c) - 1;
    if (chunk < 0) return false;
    const cutAt = this.#segment.descriptor(chunk) + 1;
    const size = this.#classes.refs[c];
    const start = this.#segment.chunkRef(chunk);
    const list = this.#base + P_FREE + c;
    let at = own(words, cutAt);
    const end = 2 ** this.#segment.chunkShift - size;
    let cut = 0;
    for (; cut < this.#classes.batch[c] && at <= end; cut++, at += size) {
      poke(words, (start + at) * 4 + R_LINK, own(words, list));
      poke(words, list, start + at); // by this step it is cut
      poke(words, cutAt, at + size);
    }
    this.#count(c, cut);
    if (at > end) poke(words, this.#base + P_CHUNK + c, 0);
    return cut > 0;
  }

  // ---- exchange -----------------------------------------------------------------------------------------------------

  /** Claims an exchange word that `wanted` accepts; returns its index, or 0. */
  #claimTransfer(
    c: number,
    wanted: (chain: number) => boolean,
    bring: number,
    cut: number,
  ): number {
    const words = this.#words;
    for (let way = 0; way < TRANSFER_WAYS; way++) {
      const index = TRANSFER + c * TRANSFER_WAYS +
        ((this.#slot + way) & (TRANSFER_WAYS - 1));
      const chain = load(words, index);
      if (chain < 0 || !wanted(chain)) continue;
      poke(words, this.#base + P_TRANSIT_WORD, index);
      poke(words, this.#base + P_TRANSIT_OLD, chain);
      poke(words, this.#base + P_TRANSIT_REF, bring);
      poke(words, this.#base + P_TRANSIT_CUT, cut);
      if (compareAndSet(words, index, chain, -(this.#slot + 1))) return index;
    }
    return 0;
  }

  /** Takes a batch of the class; the own list must be empty. */
  #take(c: number): boolean {
    const words = this.#words;
    const index = this.#claimTransfer(c, (chain) => chain !== 0, 0, 0);
    if (index === 0) return false;
    const batch = own(words, this.#base + P_TRANSIT_OLD);
    const rest = own(words, batch * 4 + B_NEXT);
    words[this.#base + P_FREE_COUNT + c] = own(words, batch * 4 + B_COUNT);
    poke(words, this.#base + P_FREE + c, batch);
    store(words, index, rest);
    return true;
  }

  /** Gives the first batch of the own list; false when every word is claimed at the moment. */
  #give(c: number): boolean {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    const head = own(words, list);
    let cut = head;
    let count = 1;
    while (count < this.#classes.batch[c]) {
      const next = own(words, cut * 4 + R_LINK);
      if (next === 0) break;
      cut = next;
      count++;
    }
    poke(words, head * 4 + B_COUNT, count);
    const index = this.#claimTransfer(c, () => true, head, cut);
    if (index === 0) return false;
    poke(words, head * 4 + B_NEXT, own(words, this.#base + P_TRANSIT_OLD));
    poke(words, list, own(words, cut * 4 + R_LINK));
    poke(words, cut * 4 + R_LINK, 0);
    store(words, index, head);
    this.#count(c, -count);
    return true;
  }

  /** Counts blocks that came to the own list, or left it. */
  #count(c: number, blocks: number): void {
    const index = this.#base + P_FREE_COUNT + c;
    this.#words[index] = this.#words[index] + blocks;
  }

  // ---- chunks -------------------------------------------------------------------------------------------------------

  /** A run for a table is zeroed. */
  #allocateRun(count: number, purpose: Purpose): number {
    const words = this.#words;
    let first = this.#claimRun(count, purpose);
    if (first < 0 && this.consolidate()) first = this.#claimRun(count, purpose);
    if (first < 0) return 0;
    for (let i = 1; i < count; i++) {
      store(words, this.#segment.descriptor(first + i), CHUNK_BODY);
    }
    const forTable = purpose === "table";
    if (!forTable) poke(words, this.#segment.chunkRef(first) * 4 + V_STAMP, 0);
    const owner = ownerOf(this.#slot, forTable ? "table" : "version");
    poke(words, this.#segment.descriptor(first) + 1, owner);
    const refs = count * 2 ** this.#segment.chunkShift;
    changeChunk(
      this.#segment,
      this.#slot,
      first,
      CHUNK_RUN | count,
      count,
      refs,
    );
    return this.#segment.chunkRef(first);
  }

  #claimRun(count: number, purpose: Purpose): number {
    if (purpose === "table") return this.#claimTable(count);
    return count === 1
      ? this.#claimOne(purpose)
      : this.#claimLow(count, purpose);
  }

  /**
   * Counts chunks as taken before they are claimed; false, and nothing is counted, if too few were left to tables and tombstones.
   * Whoever counts last sees what all count, so entries never take what is kept, however many take some at a time.
   */
  #reserve(count: number, purpose: Purpose): boolean {
    const taken = this.#base + P_TAKEN;
    store(this.#words, taken, own(this.#words, taken) + count);
    if (purpose !== "entry" || this.#leavesEnough) return true;
    this.#balance();
    return false;
  }

  /**
   * Whether tombstones have used up half of what is kept for them. A chunk that one of them takes has many blocks: if entries took
   * the rest, they would have all of it soon, and nothing could be deleted any more.
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

  get #leavesEnough(): boolean {
    const tableChunks = this.#segment.chunkCount -
      load(this.#words, H_CEILING);
    return this.freeChunks >= this.#tombstoneChunks + tableChunks ||
      this.spareChunks >= 0;
  }

  /** Counts no more as taken than what is in use: when nothing is at hand. */
  #balance(): void {
    balanceChunks(this.#words, this.#base);
  }

  /** Chunks that entries may take: those that are free, less what is kept for tables and tombstones. */
  get spareChunks(): number {
    return this.freeChunks - this.#tombstoneChunks -
      chunksOfRegion(this.#segment);
  }

  /** Chunks that are kept for tombstones. */
  get #tombstoneChunks(): number {
    return leastReserve(this.#segment.chunkCount) +
      reservedChunks(this.#words);
  }

  /** The chunks from here up are not for this purpose. What belongs to a table but is no run stays below the ceiling, too. */
  #limit(purpose: Purpose): number {
    const ceiling = load(this.#words, H_CEILING);
    return purpose === "entry"
      ? ceiling - reservedChunks(this.#words)
      : ceiling;
  }

  /** Claims the lowest free chunk; returns its index, or -1. */
  #claimOne(purpose: Purpose): number {
    if (!this.#reserve(1, purpose)) return -1;
    const words = this.#words;
    const limit = this.#limit(purpose);
    const hinted = hint(words, H_CHUNK_HINT);
    const start = hinted < limit ? hinted : 0;
    for (let step = 0; step < limit; step++) {
      const chunk = start + step < limit ? start + step : start + step - limit;
      if (!this.#claimChunk(chunk, false)) continue;
      poke(words, H_CHUNK_HINT, chunk + 1);
      return this.#keepBelowLimit(chunk, 1, purpose);
    }
    this.#balance();
    return -1;
  }

  /** Claims the lowest `count` free chunks side by side; returns the first, or -1. */
  #claimLow(count: number, purpose: Purpose): number {
    if (!this.#reserve(count, purpose)) return -1;
    const limit = this.#limit(purpose);
    let got = 0;
    for (let chunk = 0; chunk < limit; chunk++) {
      if (!this.#claimChunk(chunk, false)) {
        this.#unclaim(chunk - got, got);
        got = 0;
      } else if (++got === count) {
        return this.#keepBelowLimit(chunk - count + 1, count, purpose);
      }
    }
    this.#unclaim(limit - got, got);
    this.#balance();
    return -1;
  }

  /** Takes a claim back if the ceiling was lowered meanwhile, as whoever lowered it counts on the chunks. */
  #keepBelowLimit(first: number, count: number, purpose: Purpose): number {
    if (first + count <= this.#limit(purpose)) {
      if (purpose === "tombstone" && this.isLow()) store(this.#words, H_LOW, 1);
      return first;
    }
    this.#unclaim(first, count);
    this.#balance();
    return -1;
  }

  /**
   * Claims and zeroes `count` chunks for a table: at one of its two places, or else as high as it can without reaching into the
   * upper one, which can be cleared for the next table then.
   */
  #claimTable(count: number): number {
    const place = freeTablePlace(this.#segment, count);
    if (place >= 0 && this.#claimRange(place, count)) return place;
    const upper = this.#segment.chunkCount - count;
    let free = 0;
    for (let chunk = upper - 1; chunk >= 0; chunk--) {
      free = isFreeChunk(this.#segment, chunk) ? free + 1 : 0;
      if (free === count && this.#claimRange(chunk, count)) return chunk;
      if (free === count) free = 0;
    }
    return -1;
  }

  /** Claims these chunks, and zeroes them if that is wanted; or none of them. */
  #claimRange(first: number, count: number, zeroed = true): boolean {
    if (!areFreeChunks(this.#segment, first, first + count)) return false;
    this.#reserve(count, "table");
    for (let i = 0; i < count; i++) {
      if (this.#claimChunk(first + i, zeroed)) continue;
      this.#unclaim(first, i);
      this.#balance();
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

  #unclaim(first: number, count: number): void {
    for (let i = 0; i < count; i++) {
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
  }

  /** The head says who is at it until the last body is free, so that recovery can finish. */
  #releaseRun(first: number, length: number): void {
    const refs = length * 2 ** this.#segment.chunkShift;
    const mine = CHUNK_TAKING | this.#slot;
    changeChunk(this.#segment, this.#slot, first, mine, -length, -refs);
    poke(this.#words, this.#base + P_FREEING, 0); // before others can have it
    poke(this.#words, this.#segment.descriptor(first) + 1, 0); // likewise its name
    doubt(this.#words, length);
    this.#release(first, length);
    this.#balance();
  }

  /** Counted down only when they are free: there may be more free chunks for a moment than are counted, never fewer. */
  #release(first: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
    if (first < hint(this.#words, H_CHUNK_HINT)) {
      poke(this.#words, H_CHUNK_HINT, first);
    }
  }

  // ---- consolidation ------------------------------------------------------------------------------------------------

  #consolidateFor(c: number, purpose: Purpose): boolean {
    if (!this.consolidate()) return false;
    if (own(this.#words, this.#base + P_FREE + c) !== 0) return true;
    const chunk = this.#claimOne(purpose);
    return chunk >= 0 && this.#beginChunk(c, chunk);
  }

  /**
   * Gathers free blocks, and returns chunks whose blocks are all free to the pool; says whether there were any. Backs off
   * when it finds nothing and little was freed since, because it looks at every free block that it can get.
   *
   * @param anyway Looks, even if it found nothing the last times.
   */
  consolidate(anyway = false): boolean {
    const chunkRefs = 2 ** this.#segment.chunkShift;
    if (
      !anyway && this.#freedSinceConsolidation < chunkRefs &&
      this.#consolidationsToSkip > 0
    ) {
      this.#consolidationsToSkip--;
      return false;
    }
    this.#freedSinceConsolidation = 0;
    let found = false;
    enter(this.#words, this.#base);
    for (let c = 0; c < this.#classes.refs.length; c++) {
      found = this.#consolidateClass(c) || found;
    }
    leave(this.#words, this.#base);
    this.#consolidationBackOff = found
      ? 1
      : Math.min(1024, this.#consolidationBackOff * 2);
    this.#consolidationsToSkip = this.#consolidationBackOff;
    return found;
  }

  #consolidateClass(c: number): boolean {
    this.#takeAll(c);
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    const whole = this.#wholeChunks(c);
    // Marked first, unlinked then, freed last: recovery takes a marked chunk off the dead participant's lists.
    const mine = CHUNK_TAKING | this.#slot;
    for (const chunk of whole) {
      changeChunk(this.#segment, this.#slot, chunk, mine, -1);
    }
    const inUse = this.#base + P_CHUNK + c;
    if (whole.has(own(words, inUse) - 1)) poke(words, inUse, 0);
    const count = this.#base + P_FREE_COUNT + c;
    words[count] = unlinkChunks(this.#segment, list, whole);
    for (const chunk of whole) this.#release(chunk, 1);
    this.#balance();
    while (
      words[count] > this.#classes.batch[c] && this.#give(c)
    ) { /* one batch each time */ }
    return whole.size > 0;
  }

  /** The chunks whose blocks, as far as they are cut, are all on the own list. */
  #wholeChunks(c: number): Set<number> {
    const words = this.#words;
    const size = this.#classes.refs[c];
    const perChunk = Math.floor(2 ** this.#segment.chunkShift / size);
    const inUse = own(words, this.#base + P_CHUNK + c) - 1;
    const cutInUse = inUse < 0
      ? 0
      : own(words, this.#segment.descriptor(inUse) + 1) / size;
    const whole = new Set<number>();
    const counts = new Map<number, number>();
    let ref = own(words, this.#base + P_FREE + c);
    for (; ref !== 0; ref = own(words, ref * 4 + R_LINK)) {
      const chunk = this.#segment.chunkOf(ref);
      const count = (counts.get(chunk) ?? 0) + 1;
      counts.set(chunk, count);
      if (count === (chunk === inUse ? cutInUse : perChunk)) whole.add(chunk);
    }
    return whole;
  }

  /** Takes every batch of a class that it can get, in front of the own list. */
  #takeAll(c: number): void {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    for (;;) {
      const index = this.#claimTransfer(c, (chain) => chain !== 0, 0, -1);
      if (index === 0) return;
      const batch = own(words, this.#base + P_TRANSIT_OLD);
      const rest = own(words, batch * 4 + B_NEXT);
      let last = batch;
      for (
        let next = batch;
        next !== 0;
        next = own(words, next * 4 + R_LINK)
      ) last = next;
      poke(words, last * 4 + R_LINK, own(words, list));
      poke(words, list, batch);
      this.#count(c, own(words, batch * 4 + B_COUNT));
      store(words, index, rest);
    }
  }
}

/** Takes the blocks of the given chunks off a list; returns how many blocks stay. */
export function unlinkChunks(
  segment: Segment,
  list: number,
  chunks: ReadonlySet<number>,
): number {
  const words = segment.words;
  let at = list;
  let stay = 0;
  for (let ref = own(words, list); ref !== 0;) {
    const next = own(words, ref * 4 + R_LINK);
    if (chunks.has(segment.chunkOf(ref))) {
      poke(words, at, next);
    } else {
      at = ref * 4 + R_LINK;
      stay++;
    }
    ref = next;
  }
  return stay;
}
