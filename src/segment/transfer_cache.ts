/**
 * The transfer cache: where free blocks change hands, a batch at a time.
 *
 * Each size class has a few *transfer words*. A word is 0, the first of a chain of batches, or
 * claimed by one participant (negative) for a few instructions. Nobody waits for that one, there
 * are others. Before it claims a word, a participant writes down in its own record what it is about
 * to do there, so that its recovery can finish or undo it (`reclamation/repair.ts`). Each
 * participant tries the words from another one on, so that they seldom meet.
 *
 * @module
 */

import { assert, CHECKED } from "./assert.ts";
import { countFree, isLong } from "./free_list.ts";
import {
  B_COUNT,
  B_NEXT,
  P_FREE,
  P_FREE_COUNT,
  P_TRANSIT_CUT,
  P_TRANSIT_OLD,
  P_TRANSIT_REF,
  P_TRANSIT_WORD,
  R_LINK,
  TRANSFER,
  TRANSFER_WAYS,
} from "./layout.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import type { SizeClasses } from "./size_classes.ts";
import {
  compareAndSet,
  load,
  own,
  poke,
  store,
  type Words,
} from "./atomics.ts";

/** The transfer cache, as the participant in one slot uses it. */
export class TransferCache {
  readonly #words: Words;
  readonly #classes: SizeClasses;
  readonly #slot: number;
  readonly #base: number;

  constructor(segment: Segment, slot: number) {
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = participantBase(slot);
  }

  /**
   * Claims a transfer word that `wanted` accepts; returns its index, or 0. `brought` is the batch
   * that is to be given, from its first block to `cut`; 0: one is taken.
   */
  #claim(
    c: number,
    wanted: (chain: number) => boolean,
    brought: number,
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
      poke(words, this.#base + P_TRANSIT_REF, brought);
      poke(words, this.#base + P_TRANSIT_CUT, cut);
      if (compareAndSet(words, index, chain, -(this.#slot + 1))) return index;
    }
    return 0;
  }

  /** Ends the claim of a transfer word: from here on this chain is there for all. */
  #release(index: number, chain: number): void {
    if (CHECKED) {
      const mine = -(this.#slot + 1);
      assert(this.#words[index] === mine, "one has a transfer word at a time");
    }
    store(this.#words, index, chain);
  }

  /** Takes a batch of the class; the own list must be empty. */
  take(c: number): boolean {
    const words = this.#words;
    if (CHECKED) {
      const list = words[this.#base + P_FREE + c];
      assert(list === 0, "a batch is taken for an empty list");
    }
    const index = this.#claim(c, (chain) => chain !== 0, 0, 0);
    if (index === 0) return false;
    const batch = own(words, this.#base + P_TRANSIT_OLD);
    const rest = own(words, batch * 4 + B_NEXT);
    words[this.#base + P_FREE_COUNT + c] = own(words, batch * 4 + B_COUNT);
    poke(words, this.#base + P_FREE + c, batch);
    this.#release(index, rest);
    return true;
  }

  /** Takes every batch of a class that it can get, in front of the own list. */
  takeAll(c: number): void {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    for (;;) {
      const index = this.#claim(c, (chain) => chain !== 0, 0, -1);
      if (index === 0) return;
      const batch = own(words, this.#base + P_TRANSIT_OLD);
      const rest = own(words, batch * 4 + B_NEXT);
      poke(words, this.#lastOf(batch) * 4 + R_LINK, own(words, list));
      poke(words, list, batch);
      countFree(words, this.#base, c, own(words, batch * 4 + B_COUNT));
      this.#release(index, rest);
    }
  }

  #lastOf(batch: number): number {
    let last = batch;
    for (
      let next = batch;
      next !== 0;
      next = own(this.#words, next * 4 + R_LINK)
    ) last = next;
    return last;
  }

  /** Gives the first batch of the own list; false when every word is claimed at the moment. */
  give(c: number): boolean {
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
    const index = this.#claim(c, () => true, head, cut);
    if (index === 0) return false;
    poke(words, head * 4 + B_NEXT, own(words, this.#base + P_TRANSIT_OLD));
    poke(words, list, own(words, cut * 4 + R_LINK));
    poke(words, cut * 4 + R_LINK, 0);
    this.#release(index, head);
    countFree(words, this.#base, c, -count);
    return true;
  }

  /** Gives a batch if the own list is long. */
  giveSurplus(c: number): void {
    if (isLong(this.#words, this.#base, c)) this.give(c);
  }
}
