/**
 * Taking leases: see `leases.ts`.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as leases from "./leases.ts";

// Constants of its own: `layout.ts` says why.
const { H_LEASED, LEASE_WAYS, P_LEASE } = layout;
const { compareAndSet, load, poke, store } = access;
const { fingerprintOf, groupOf, hasLeases } = leases;

/** Bits of the number of a lease that tell those of one participant from each other. */
const COUNT_BITS = 5;

/** The leases of one participant. */
export class Leases {
  readonly #words: Words;
  readonly #base: number;
  readonly #slot: number;
  #count = 0;

  /**
   * @param words The segment.
   * @param base Where the record of the participant begins.
   * @param slot The number of the participant, below 128.
   */
  constructor(words: Words, base: number, slot: number) {
    this.#words = words;
    this.#base = base;
    this.#slot = slot;
    this.writeUnder(undefined); // the last owner may have died in it
  }

  /**
   * Takes a lease for the keys of a hash; what the map has of the key is to be read after that.
   * O(1), lock-free.
   */
  take(hash: number): Lease {
    const words = this.#words;
    if (!hasLeases(words)) store(words, H_LEASED, 1);
    this.#count = this.#count % (2 ** COUNT_BITS - 1) + 1; // never 0: that is a free word
    const number = this.#slot << COUNT_BITS | this.#count;
    const lease = fingerprintOf(hash) | number;
    const index = this.#indexFor(hash);
    store(words, index, lease);
    return new Lease(words, index, lease);
  }

  /** A free word of the group, or one after the other. */
  #indexFor(hash: number): number {
    const group = groupOf(hash);
    for (let i = 0; i < LEASE_WAYS; i++) {
      if (load(this.#words, group + i) === 0) return group + i;
    }
    return group + this.#count % LEASE_WAYS;
  }

  /** From now on this participant's writes leave this lease alone; undefined: none. */
  writeUnder(lease: Lease | undefined): void {
    poke(this.#words, this.#base + P_LEASE, lease?.word ?? 0);
  }
}

/** One lease. */
export class Lease {
  /** What stands for it in the segment. */
  readonly word: number;
  readonly #words: Words;
  readonly #index: number;

  constructor(words: Words, index: number, word: number) {
    this.#words = words;
    this.#index = index;
    this.word = word;
  }

  /** Whether nobody has written to the key since it was taken. May be false without a write. */
  get isGood(): boolean {
    return load(this.#words, this.#index) === this.word;
  }

  /** Gives it back. */
  end(): void {
    compareAndSet(this.#words, this.#index, this.word, 0);
  }
}
