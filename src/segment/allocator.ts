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
 * @module
 */

import {
  B_COUNT,
  B_NEXT,
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_FRESH,
  CHUNK_RUN,
  CHUNK_TAKING,
  EXCHANGE,
  EXCHANGE_WAYS,
  H_CHUNK_HINT,
  H_FREE_CHUNKS,
  MAX_CLASSES,
  P_CHUNK,
  P_FREE,
  P_TRANSIT_CUT,
  P_TRANSIT_OLD,
  P_TRANSIT_REF,
  P_TRANSIT_WORD,
  P_USED_REFS,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  R_LINK,
  REF_BYTES,
  REF_SHIFT,
} from "./layout.ts";
import type { Segment } from "./segment.ts";
import type { SizeClasses } from "./size_classes.ts";
import { add, compareAndSet, load, peek, poke, store } from "./words.ts";
import type { Words } from "./words.ts";

/** Who asks: the pool's last chunks are kept for tables and tombstones, so that deleting works when the map is full. */
export type Purpose = "entry" | "reserve";

const RUN_LENGTH = CHUNK_BODY - 1;

/** Allocation for the participant in one slot. */
export class Allocator {
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #classes: SizeClasses;
  readonly #slot: number;
  readonly #base: number;
  /** Blocks on each list of this participant. */
  readonly #counts: Int32Array;
  /** Chunks that entries must leave free. */
  reserve = 0;
  #freedSinceConsolidation = 0;
  #consolidationsToSkip = 0;
  #consolidationBackOff = 1;

  constructor(segment: Segment, slot: number) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
    this.#counts = new Int32Array(MAX_CLASSES);
  }

  /** The size of the block that `bytes` would get, in refs. */
  blockRefs(bytes: number): number {
    const refs = (bytes + REF_BYTES - 1) >>> REF_SHIFT;
    if (refs <= this.#classes.largest) {
      return this.#classes.refs[this.#classes.of[refs]];
    }
    return this.chunksFor(bytes) * 2 ** this.#segment.chunkShift;
  }

  /** The number of chunks that a block of `bytes` takes if it is too large for a size class. */
  chunksFor(bytes: number): number {
    return Math.ceil(bytes / (REF_BYTES * 2 ** this.#segment.chunkShift));
  }

  /** A block of at least `bytes`, which are less than 2 ** 32, or 0. Its contents are whatever they were. */
  allocate(bytes: number, purpose: Purpose = "entry"): number {
    const refs = (bytes + REF_BYTES - 1) >>> REF_SHIFT;
    if (refs > this.#classes.largest) {
      return this.#allocateRun(this.chunksFor(bytes), purpose, false);
    }
    const c = this.#classes.of[refs];
    const list = this.#base + P_FREE + c;
    const ref = peek(this.#words, list) || this.#refill(c, purpose);
    if (ref === 0) return 0;
    poke(this.#words, list, peek(this.#words, ref * 4 + R_LINK));
    this.#counts[c]--;
    this.#countUsed(this.#classes.refs[c]);
    return ref;
  }

  /** A block of zeros of at least `bytes`, or 0. */
  allocateZeroed(bytes: number, purpose: Purpose): number {
    if (bytes > this.#classes.largest * REF_BYTES) {
      return this.#allocateRun(this.chunksFor(bytes), purpose, true);
    }
    const ref = this.allocate(bytes, purpose);
    if (ref !== 0) {
      this.#words.fill(0, ref * 4, ref * 4 + this.blockRefs(bytes) * 4);
    }
    return ref;
  }

  /** Gives a block back. The caller owns it and no one reads it any more. */
  free(ref: number): void {
    const words = this.#words;
    const chunk = this.#segment.chunkOf(ref);
    const state = peek(words, this.#segment.descriptor(chunk));
    if ((state & CHUNK_RUN) !== 0) {
      const length = state & RUN_LENGTH;
      this.#countUsed(-length * 2 ** this.#segment.chunkShift);
      this.#releaseChunks(chunk, length);
      return;
    }
    const c = state - 1;
    this.#countUsed(-this.#classes.refs[c]);
    this.#freedSinceConsolidation += this.#classes.refs[c];
    this.#putBack(c, ref);
  }

  #putBack(c: number, ref: number): void {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    poke(words, ref * 4 + R_LINK, peek(words, list));
    poke(words, list, ref);
    if (++this.#counts[c] >= 2 * this.#classes.batch[c]) this.#give(c);
  }

  /** Gives all free blocks to the others; says whether nothing is left. */
  flush(): boolean {
    let empty = true;
    for (let c = 0; c < this.#classes.refs.length; c++) {
      const list = this.#base + P_FREE + c;
      while (peek(this.#words, list) !== 0) {
        if (this.#give(c)) continue;
        empty = false;
        break;
      }
    }
    return empty;
  }

  /** Gives everything up: the free blocks, and what is left of the chunks that are being cut. */
  surrender(): boolean {
    for (let c = 0; c < this.#classes.refs.length; c++) {
      while (this.#cut(c)) {
        if (!this.#give(c)) return false;
      }
    }
    return this.flush();
  }

  /** Takes over the free blocks and half-cut chunks of a dead participant: a block at a time, each in one hand at most. */
  adopt(base: number): void {
    const words = this.#words;
    for (let c = 0; c < this.#classes.refs.length; c++) {
      const list = base + P_FREE + c;
      for (let ref = peek(words, list); ref !== 0; ref = peek(words, list)) {
        poke(words, list, peek(words, ref * 4 + R_LINK));
        this.#putBack(c, ref);
      }
      this.#adoptRest(c, base + P_CHUNK + c);
    }
  }

  #adoptRest(c: number, current: number): void {
    const words = this.#words;
    const chunk = peek(words, current) - 1;
    if (chunk < 0) return;
    const cutAt = this.#segment.descriptor(chunk) + 1;
    const size = this.#classes.refs[c];
    const end = 2 ** this.#segment.chunkShift - size;
    for (let at = peek(words, cutAt); at <= end; at += size) {
      poke(words, cutAt, at + size);
      this.#putBack(c, this.#segment.chunkRef(chunk) + at);
    }
    poke(words, current, 0);
  }

  /** Chunks in the pool: exact when nobody allocates. */
  get freeChunks(): number {
    return load(this.#words, H_FREE_CHUNKS);
  }

  #countUsed(refs: number): void {
    const index = this.#base + P_USED_REFS;
    poke(this.#words, index, peek(this.#words, index) + refs);
  }

  // ---- size classes -------------------------------------------------------------------------------------------------

  /** Puts at least one block on the empty list of a class and returns the first, or 0. */
  #refill(c: number, purpose: Purpose): number {
    const list = this.#base + P_FREE + c;
    if (this.#take(c) || this.#cut(c)) return peek(this.#words, list);
    const chunk = this.#claimChunks(1, purpose, 0);
    if (chunk < 0) return this.#consolidateFor(c, purpose);
    this.#adoptChunk(c, chunk);
    this.#cut(c);
    return peek(this.#words, list);
  }

  /** From `TAKING` to the class, with the owner's record in between: at every point the chunk is someone's. */
  #adoptChunk(c: number, chunk: number): void {
    const descriptor = this.#segment.descriptor(chunk);
    poke(this.#words, descriptor + 1, 0);
    poke(this.#words, this.#base + P_CHUNK + c, chunk + 1);
    store(this.#words, descriptor, c + 1);
  }

  /** Cuts one batch from the chunk in use. */
  #cut(c: number): boolean {
    const words = this.#words;
    const chunk = peek(words, this.#base + P_CHUNK + c) - 1;
    if (chunk < 0) return false;
    const cutAt = this.#segment.descriptor(chunk) + 1;
    const size = this.#classes.refs[c];
    const start = this.#segment.chunkRef(chunk);
    const list = this.#base + P_FREE + c;
    let at = peek(words, cutAt);
    const end = 2 ** this.#segment.chunkShift - size;
    let cut = 0;
    for (; cut < this.#classes.batch[c] && at <= end; cut++, at += size) {
      poke(words, cutAt, at + size);
      poke(words, (start + at) * 4 + R_LINK, peek(words, list));
      poke(words, list, start + at);
    }
    this.#counts[c] += cut;
    if (at > end) poke(words, this.#base + P_CHUNK + c, 0);
    return cut > 0;
  }

  // ---- exchange -----------------------------------------------------------------------------------------------------

  /** Claims an exchange word that `wanted` accepts; returns its index, or 0. */
  #claimExchange(
    c: number,
    wanted: (chain: number) => boolean,
    bring: number,
    cut: number,
  ): number {
    const words = this.#words;
    for (let way = 0; way < EXCHANGE_WAYS; way++) {
      const index = EXCHANGE + c * EXCHANGE_WAYS +
        ((this.#slot + way) & (EXCHANGE_WAYS - 1));
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
    const index = this.#claimExchange(c, (chain) => chain !== 0, 0, 0);
    if (index === 0) return false;
    const batch = peek(words, this.#base + P_TRANSIT_OLD);
    const rest = peek(words, batch * 4 + B_NEXT);
    this.#counts[c] = peek(words, batch * 4 + B_COUNT);
    poke(words, this.#base + P_FREE + c, batch);
    store(words, index, rest);
    return true;
  }

  /** Gives the first batch of the own list; false when every word is claimed at the moment. */
  #give(c: number): boolean {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    const head = peek(words, list);
    let cut = head;
    let count = 1;
    while (count < this.#classes.batch[c]) {
      const next = peek(words, cut * 4 + R_LINK);
      if (next === 0) break;
      cut = next;
      count++;
    }
    poke(words, head * 4 + B_COUNT, count);
    const index = this.#claimExchange(c, () => true, head, cut);
    if (index === 0) return false;
    poke(words, head * 4 + B_NEXT, peek(words, this.#base + P_TRANSIT_OLD));
    poke(words, list, peek(words, cut * 4 + R_LINK));
    poke(words, cut * 4 + R_LINK, 0);
    store(words, index, head);
    this.#counts[c] -= count;
    return true;
  }

  // ---- chunks -------------------------------------------------------------------------------------------------------

  #allocateRun(count: number, purpose: Purpose, zeroed: boolean): number {
    const words = this.#words;
    const claim = () =>
      count === 1
        ? this.#claimChunks(1, purpose, zeroed ? 1 : 0)
        : this.#claimRun(count, purpose, zeroed);
    let first = claim();
    if (first < 0 && this.consolidate()) first = claim();
    if (first < 0) return 0;
    for (let i = 1; i < count; i++) {
      store(words, this.#segment.descriptor(first + i), CHUNK_BODY);
    }
    store(words, this.#segment.descriptor(first), CHUNK_RUN | count);
    this.#countUsed(count * 2 ** this.#segment.chunkShift);
    return this.#segment.chunkRef(first);
  }

  #mayTake(count: number, purpose: Purpose): boolean {
    return load(this.#words, H_FREE_CHUNKS) - count >=
      (purpose === "entry" ? this.reserve : 0);
  }

  /** Claims one chunk from the bottom; returns its index, or -1. */
  #claimChunks(count: 1, purpose: Purpose, zeroed: 0 | 1): number {
    if (!this.#mayTake(count, purpose)) return -1;
    const words = this.#words;
    const total = this.#segment.chunkCount;
    const hint = Math.min(peek(words, H_CHUNK_HINT), total);
    for (let step = 0; step < total; step++) {
      const chunk = hint + step < total ? hint + step : hint + step - total;
      if (!this.#claimChunk(chunk, zeroed === 1)) continue;
      poke(words, H_CHUNK_HINT, chunk + 1);
      add(words, H_FREE_CHUNKS, -1);
      return chunk;
    }
    return -1;
  }

  #claimChunk(chunk: number, zeroed: boolean): boolean {
    const words = this.#words;
    const descriptor = this.#segment.descriptor(chunk);
    const state = peek(words, descriptor);
    if (state !== CHUNK_FRESH && state !== CHUNK_FREE) return false;
    const mine = CHUNK_TAKING | this.#slot;
    if (!compareAndSet(words, descriptor, state, mine)) return false;
    if (zeroed && state === CHUNK_FREE) {
      const start = this.#segment.chunkRef(chunk) * 4;
      words.fill(0, start, start + 2 ** this.#segment.chunkShift * 4);
    }
    return true;
  }

  /**
   * Claims `count` chunks side by side; returns the first, or -1. Tables look from the top of the segment and
   * large values from the bottom, so that neither breaks up the space of the other.
   */
  #claimRun(count: number, purpose: Purpose, fromTop: boolean): number {
    if (!this.#mayTake(count, purpose)) return -1;
    const total = this.#segment.chunkCount;
    let got = 0;
    for (let step = 0; step < total; step++) {
      const chunk = fromTop ? total - 1 - step : step;
      if (!this.#claimChunk(chunk, fromTop)) {
        this.#unclaim(fromTop ? chunk + 1 : chunk - got, got);
        got = 0;
        continue;
      }
      if (++got === count) {
        add(this.#words, H_FREE_CHUNKS, -count);
        return fromTop ? chunk : chunk - count + 1;
      }
    }
    this.#unclaim(fromTop ? 0 : total - got, got);
    return -1;
  }

  #unclaim(first: number, count: number): void {
    for (let i = 0; i < count; i++) {
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
  }

  /** Counted before they are free: the counter may be too high for a moment, never too low. */
  #releaseChunks(first: number, count: number): void {
    add(this.#words, H_FREE_CHUNKS, count);
    // The head says who is at it until the last body is free, so that recovery can finish.
    store(
      this.#words,
      this.#segment.descriptor(first),
      CHUNK_TAKING | this.#slot,
    );
    for (let i = count - 1; i >= 0; i--) {
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
    if (first < peek(this.#words, H_CHUNK_HINT)) {
      poke(this.#words, H_CHUNK_HINT, first);
    }
  }

  // ---- consolidation ------------------------------------------------------------------------------------------------

  #consolidateFor(c: number, purpose: Purpose): number {
    if (!this.consolidate()) return 0;
    const list = this.#base + P_FREE + c;
    if (peek(this.#words, list) !== 0) return peek(this.#words, list);
    const chunk = this.#claimChunks(1, purpose, 0);
    if (chunk < 0) return 0;
    this.#adoptChunk(c, chunk);
    this.#cut(c);
    return peek(this.#words, list);
  }

  /**
   * Gathers free blocks, and returns chunks whose blocks are all free to the pool; says whether there were any. Backs off
   * when it finds nothing and little was freed since, because it looks at every free block that it can get.
   */
  consolidate(): boolean {
    const chunkRefs = 2 ** this.#segment.chunkShift;
    if (
      this.#freedSinceConsolidation < chunkRefs &&
      this.#consolidationsToSkip > 0
    ) {
      this.#consolidationsToSkip--;
      return false;
    }
    this.#freedSinceConsolidation = 0;
    let found = false;
    for (let c = 0; c < this.#classes.refs.length; c++) {
      found = this.#consolidateClass(c) || found;
    }
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
    const perChunk = Math.floor(
      2 ** this.#segment.chunkShift / this.#classes.refs[c],
    );
    const inUse = peek(words, this.#base + P_CHUNK + c) - 1;
    const whole = new Set<number>();
    const counts = new Map<number, number>();
    for (
      let ref = peek(words, list);
      ref !== 0;
      ref = peek(words, ref * 4 + R_LINK)
    ) {
      const chunk = this.#segment.chunkOf(ref);
      const count = (counts.get(chunk) ?? 0) + 1;
      counts.set(chunk, count);
      if (count === perChunk && chunk !== inUse) whole.add(chunk);
    }
    // Marked first, unlinked then, freed last: recovery takes a marked chunk off the dead participant's lists.
    for (const chunk of whole) {
      store(
        words,
        this.#segment.descriptor(chunk),
        CHUNK_TAKING | this.#slot,
      );
    }
    this.#counts[c] = unlinkChunks(this.#segment, list, whole);
    for (const chunk of whole) this.#releaseChunks(chunk, 1);
    while (
      this.#counts[c] > this.#classes.batch[c] && this.#give(c)
    ) { /* one batch each time */ }
    return whole.size > 0;
  }

  /** Takes every batch of a class that it can get, in front of the own list. */
  #takeAll(c: number): void {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    for (;;) {
      const index = this.#claimExchange(c, (chain) => chain !== 0, 0, -1);
      if (index === 0) return;
      const batch = peek(words, this.#base + P_TRANSIT_OLD);
      const rest = peek(words, batch * 4 + B_NEXT);
      let last = batch;
      for (
        let next = batch;
        next !== 0;
        next = peek(words, next * 4 + R_LINK)
      ) last = next;
      poke(words, last * 4 + R_LINK, peek(words, list));
      poke(words, list, batch);
      this.#counts[c] += peek(words, batch * 4 + B_COUNT);
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
  for (let ref = peek(words, list); ref !== 0;) {
    const next = peek(words, ref * 4 + R_LINK);
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
