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
const { H_LEASED, LEASE_WAYS } = layout;
const { compareAndSet, load, store } = access;
const { fingerprintOf, groupOf, hasLeases } = leases;

/** Bits of the number of a lease that tell those of one participant from each other. */
const COUNT_BITS = 5;
/** From 1 on: 0 is a free word. */
const MOST_COUNTS = 2 ** COUNT_BITS - 1;
/** The word of a lease that was not to be had: it is never good. */
const NONE = 0;

/** The leases of one participant. */
export class Leases {
  readonly #words: Words;
  readonly #slot: number;
  /** The words of those that have not ended. */
  readonly #taken = new Set<number>();
  #count = 0;

  /**
   * @param words The segment.
   * @param slot The number of the participant, below 128.
   */
  constructor(words: Words, slot: number) {
    this.#words = words;
    this.#slot = slot;
  }

  /**
   * Takes a lease for the keys of a hash; what the map has of the key is to be read after that. It
   * has to be ended. O(1), lock-free.
   */
  take(hash: number): Lease {
    const words = this.#words;
    if (!hasLeases(words)) store(words, H_LEASED, 1);
    const index = this.#indexFor(hash);
    const lease = this.#freshFor(hash);
    if (lease !== NONE) {
      this.#taken.add(lease);
      store(words, index, lease);
    }
    return new Lease(words, index, lease, this.#taken);
  }

  /** A free word of the group, or one after the other. */
  #indexFor(hash: number): number {
    const group = groupOf(hash);
    for (let i = 0; i < LEASE_WAYS; i++) {
      if (load(this.#words, group + i) === 0) return group + i;
    }
    return group + this.#count % LEASE_WAYS;
  }

  /**
   * What stands for a lease that can be told from all that have not ended: one that was revoked
   * must not be there again. If there are too many with such hashes, `NONE`.
   */
  #freshFor(hash: number): number {
    const mine = fingerprintOf(hash) | this.#slot << COUNT_BITS;
    for (let tries = 0; tries < MOST_COUNTS; tries++) {
      this.#count = this.#count % MOST_COUNTS + 1;
      if (!this.#taken.has(mine | this.#count)) return mine | this.#count;
    }
    return NONE;
  }
}

/** One lease. */
export class Lease {
  /** What stands for it in the segment, and where. */
  readonly word: number;
  readonly index: number;
  readonly #words: Words;
  readonly #taken: Set<number>;

  constructor(words: Words, index: number, word: number, taken: Set<number>) {
    this.#words = words;
    this.index = index;
    this.word = word;
    this.#taken = taken;
  }

  /** Whether nobody has written to the key since it was taken. May be false without a write. */
  get isGood(): boolean {
    return this.word !== NONE &&
      load(this.#words, this.index) === this.word;
  }

  /** Gives it back. */
  end(): void {
    if (this.word === NONE) return;
    compareAndSet(this.#words, this.index, this.word, 0);
    this.#taken.delete(this.word);
  }
}
