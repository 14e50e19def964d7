/**
 * Leases: how a worker that loads a value finds out that its key was written meanwhile.
 *
 * A program reads a value from a database, which takes time, and puts it into the map. If the value
 * changes in the database meanwhile, the program writes the new one to the map, or deletes the key.
 * What is on its way is older than that, and must not be in the map afterwards. But to delete what
 * is not there leaves no trace in the table, and what was written may be evicted again. So both
 * leave one here.
 *
 * A worker takes a lease before it looks at the key, and reads the database after that. When the
 * value has come, it links a version, and then looks whether the lease is still there; if not, it
 * takes its version away again. Each write of a key revokes its lease before it looks at the key,
 * or links anything. So either the write comes to the key after the version was linked, and sees
 * it, or the worker finds its lease revoked. A write that had revoked before the lease was taken
 * was told of a change that the worker then finds in the database.
 *
 * A lease is one word: a fingerprint of the key, and a number that tells it from other leases.
 * Those of a group of hashes share a few words; if all are taken, the oldest one goes. A lease may
 * be lost to another key's, or be revoked by a write of another key with the same fingerprint. Then
 * a value is not kept, which does no harm. Nor does a worker that dies: the lease that it leaves
 * gives way to others.
 *
 * The leases of Nishtala et al., "Scaling Memcache at Facebook" (NSDI 2013), do the same between
 * servers. `tests/model/leases.pml` checks the order of these steps.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { H_LEASED, LEASE_WAYS, LEASE_WORDS, LEASES } = layout;
const { compareAndSet, load, store } = access;

/** Bits of the number of a lease; the others are the fingerprint. */
const NUMBER_BITS = 12;
const FINGERPRINT = -1 << NUMBER_BITS;
/** The highest bits of a hash are its group, the next ones its fingerprint. */
const GROUP_BITS = Math.log2(LEASE_WORDS / LEASE_WAYS);

/** The leases of one participant. */
export class Leases {
  readonly #words: Words;
  readonly #slot: number;
  #count = 0;

  /** @param slot The number of the participant, below 128. */
  constructor(words: Words, slot: number) {
    this.#words = words;
    this.#slot = slot;
  }

  /**
   * Takes a lease for the keys of a hash; what the map has of the key is to be read after that.
   * O(1), lock-free.
   */
  take(hash: number): Lease {
    const words = this.#words;
    if (load(words, H_LEASED) === 0) store(words, H_LEASED, 1);
    this.#count = this.#count % (2 ** 5 - 1) + 1; // never 0: that is a free word
    const lease = fingerprintOf(hash) | this.#slot << 5 | this.#count;
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
}

/** One lease. */
export class Lease {
  readonly #words: Words;
  readonly #index: number;
  readonly #lease: number;

  constructor(words: Words, index: number, lease: number) {
    this.#words = words;
    this.#index = index;
    this.#lease = lease;
  }

  /** Whether nobody has written to the key since it was taken. May be false without a write. */
  get isGood(): boolean {
    return load(this.#words, this.#index) === this.#lease;
  }

  /** Gives it back. */
  end(): void {
    compareAndSet(this.#words, this.#index, this.#lease, 0);
  }
}

/** Whether anybody has ever taken a lease: if not, there is nothing to revoke. */
export function hasLeases(words: Words): boolean {
  return load(words, H_LEASED) !== 0;
}

/** Revokes the leases of a hash: to be called before a key is looked at in order to write it. */
export function revoke(words: Words, hash: number): void {
  const group = groupOf(hash);
  const fingerprint = fingerprintOf(hash);
  for (let i = 0; i < LEASE_WAYS; i++) {
    const lease = load(words, group + i);
    if (lease === 0 || (lease & FINGERPRINT) !== fingerprint) continue;
    compareAndSet(words, group + i, lease, 0); // if it fails, it was revoked, or gave way
  }
}

/** Revokes all leases. */
export function revokeAll(words: Words): void {
  for (let i = 0; i < LEASE_WORDS; i++) {
    if (load(words, LEASES + i) !== 0) store(words, LEASES + i, 0);
  }
}

function groupOf(hash: number): number {
  return LEASES + (hash >>> (32 - GROUP_BITS)) * LEASE_WAYS;
}

function fingerprintOf(hash: number): number {
  return (hash << GROUP_BITS) & FINGERPRINT;
}
