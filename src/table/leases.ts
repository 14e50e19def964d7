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
 * value has come, it links a version that does not count yet, and then looks whether the lease is
 * still there. That decides whether the version counts, in one step and once: a commit record says
 * so (`commit_record.ts`), and all who meet the version look at the lease in the same way, also
 * those who recover the worker after its death.
 *
 * Each write of a key revokes its lease before it looks at the key, or links anything. If it comes
 * to the key after the version was linked, it sees to it that this is decided, and deletes or
 * replaces what counts. If it comes before, the lease was revoked before the version was linked:
 * so all who decide find that out. A write that had revoked before the lease was taken was told of
 * a change that the worker then finds in the database.
 *
 * A lease is one word: a fingerprint of the key, and a number that tells it from other leases
 * (`lease.ts`). Those of a group of hashes share a few words; if all are taken, one goes. A lease
 * may be lost to another key's, or be revoked by a write of another key with the same fingerprint.
 * Then a value is not kept, which does no harm. Nor does a worker that dies: the lease that it
 * leaves gives way to others.
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
/** The highest bits of a hash say the group, the next ones are its fingerprint. */
const GROUP_BITS = 8;

/** Revokes the leases of a hash: to be called before a key is looked at in order to write it. */
export function revoke(words: Words, hash: number): void {
  if (load(words, H_LEASED) !== 0) revokeAlike(words, hash);
}

function revokeAlike(words: Words, hash: number): void {
  const group = groupOf(hash);
  const fingerprint = fingerprintOf(hash);
  for (let i = 0; i < LEASE_WAYS; i++) {
    const lease = load(words, group + i);
    if (lease === 0 || (lease & FINGERPRINT) !== fingerprint) continue;
    compareAndSet(words, group + i, lease, 0); // if it fails, it was revoked, or gave way
  }
}

/** Whether anybody has ever taken a lease: if not, there is nothing to revoke. */
export function hasLeases(words: Words): boolean {
  return load(words, H_LEASED) !== 0;
}

/** Revokes all leases. */
export function revokeAll(words: Words): void {
  if (!hasLeases(words)) return;
  for (let i = 0; i < LEASE_WORDS; i++) {
    if (load(words, LEASES + i) !== 0) store(words, LEASES + i, 0);
  }
}

/** The first of the words for the leases of a hash. */
export function groupOf(hash: number): number {
  return LEASES + (hash >>> (32 - GROUP_BITS)) * LEASE_WAYS;
}

/** What the leases of a hash begin with. */
export function fingerprintOf(hash: number): number {
  return (hash << GROUP_BITS) & FINGERPRINT;
}
