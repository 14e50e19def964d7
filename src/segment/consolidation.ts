/**
 * Consolidation: gathers the free blocks of each class, and gives chunks whose blocks are all free
 * back to the pool. It looks at every free block that it can get, so it is for when the pool is
 * empty, or much was freed.
 *
 * @module
 */

import { changeChunk } from "./chunk_ledger.ts";
import type { ChunkPool } from "./chunk_pool.ts";
import { noteFreed } from "./free_list.ts";
import {
  CHUNK_TAKING,
  P_CHUNK,
  P_FREE,
  P_FREE_COUNT,
  P_FREED,
  R_LINK,
} from "./layout.ts";
import { enter, leave } from "./section.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import type { SizeClasses } from "./size_classes.ts";
import type { TransferCache } from "./transfer_cache.ts";
import { own, poke, type Words } from "./atomics.ts";

/** As many calls at most are skipped after one that found nothing. */
const MOST_SKIPPED = 1024;

/** Consolidation by the participant in one slot. */
export class Consolidation {
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #classes: SizeClasses;
  readonly #pool: ChunkPool;
  readonly #transfer: TransferCache;
  readonly #slot: number;
  readonly #base: number;
  #toSkip = 0;
  #backOff = 1;

  constructor(
    segment: Segment,
    slot: number,
    pool: ChunkPool,
    transfer: TransferCache,
  ) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#pool = pool;
    this.#transfer = transfer;
    this.#slot = slot;
    this.#base = participantBase(slot);
    this.#words[this.#base + P_FREED] = 0;
  }

  /** As `noteFreed()` in `free_list.ts`. */
  noteFreed(refs: number): void {
    noteFreed(this.#words, this.#base, refs);
  }

  /**
   * Gives whole chunks back to the pool; says whether there were any. Backs off when it finds none
   * and little was freed since.
   *
   * @param anyway Looks, even if it found nothing the last times.
   */
  run(anyway = false): boolean {
    const freed = this.#base + P_FREED;
    const isWorthwhile = anyway ||
      this.#words[freed] >= 2 ** this.#segment.chunkShift;
    if (!isWorthwhile && this.#toSkip > 0) {
      this.#toSkip--;
      return false;
    }
    this.#words[freed] = 0;
    let found = false;
    enter(this.#words, this.#base);
    for (let c = 0; c < this.#classes.refs.length; c++) {
      found = this.#consolidate(c) || found;
    }
    leave(this.#words, this.#base);
    this.#backOff = found ? 1 : Math.min(MOST_SKIPPED, this.#backOff * 2);
    this.#toSkip = this.#backOff;
    return found;
  }

  #consolidate(c: number): boolean {
    this.#transfer.takeAll(c);
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    const whole = this.#wholeChunks(c);
    // Marked first, unlinked then, freed last: recovery takes a marked chunk off the dead
    // participant's lists.
    const mine = CHUNK_TAKING | this.#slot;
    for (const chunk of whole) {
      changeChunk(this.#segment, this.#slot, chunk, mine, -1);
    }
    const inUse = this.#base + P_CHUNK + c;
    if (whole.has(own(words, inUse) - 1)) poke(words, inUse, 0);
    const count = this.#base + P_FREE_COUNT + c;
    words[count] = unlinkChunks(this.#segment, list, whole);
    for (const chunk of whole) this.#pool.release(chunk, 1);
    this.#pool.balance();
    while (
      words[count] > this.#classes.batch[c] && this.#transfer.give(c)
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
