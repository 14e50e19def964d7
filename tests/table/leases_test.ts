import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { LEASE_WAYS, LEASE_WORDS, LEASES } from "../../src/segment/layout.ts";
import { Leases } from "../../src/table/lease.ts";
import * as tableLeases from "../../src/table/leases.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { seeded } from "../testing/random.ts";

const { hasLeases, revoke, revokeAll } = tableLeases;
/** The number of the participant of the tests. */
const SLOT = 127;

function leasesIn(words: Words): Leases {
  return new Leases(words, SLOT);
}

function wordsOf(map: SharedMap<never, never>) {
  return attachmentOf(map).segment.words;
}

function countLeases(words: Int32Array): number {
  return words.subarray(LEASES, LEASES + LEASE_WORDS)
    .filter((lease) => lease !== 0).length;
}

Deno.test("Lease is good until its key is written", () => {
  using map = SharedMap.create<string, number>();
  const words = wordsOf(map as never);
  const leases = leasesIn(words);
  assertStrictEquals(hasLeases(words), false);
  for (const hash of [1, -1, 0x7fffffff, -0x80000000, 0x12345678]) {
    const lease = leases.take(hash);
    assert(hasLeases(words));
    assert(lease.isGood);
    revoke(words, hash);
    assert(!lease.isGood);
    lease.end();
    const again = leases.take(hash);
    revokeAll(words);
    assert(!again.isGood);
    const ended = leases.take(hash);
    ended.end();
    assert(!ended.isGood);
  }
  assertStrictEquals(countLeases(words), 0);
});

Deno.test(
  "Lease stays good whatever is written to keys with other hashes",
  seeded((random) => {
    using map = SharedMap.create<string, number>();
    const words = wordsOf(map as never);
    const leases = leasesIn(words);
    for (let i = 0; i < 200; i++) {
      const hash = random.below(2 ** 32) | 0;
      const lease = leases.take(hash);
      // They differ in one bit, of those that a lease knows.
      for (let bit = 4; bit < 32; bit++) revoke(words, hash ^ 2 ** bit);
      assert(lease.isGood);
      lease.end();
    }
    assertStrictEquals(countLeases(words), 0);
  }),
);

Deno.test("Leases of a group give way to each other when there are too many", () => {
  using map = SharedMap.create<string, number>();
  const words = wordsOf(map as never);
  const leases = leasesIn(words);
  const taken = Array.from(
    { length: 3 * LEASE_WAYS },
    (_, i) => leases.take(i << 4),
  );
  assertEquals(
    taken.map((lease) => lease.isGood).filter((isGood) => isGood).length,
    LEASE_WAYS,
  );
  assertStrictEquals(countLeases(words), LEASE_WAYS);
  for (const lease of taken) lease.end();
  assertStrictEquals(countLeases(words), 0);
});

Deno.test("Leases of one key and one participant are told from each other", () => {
  using map = SharedMap.create<string, number>();
  const words = wordsOf(map as never);
  const leases = leasesIn(words);
  let last = leases.take(7);
  for (let i = 0; i < 30; i++) {
    revoke(words, 7);
    const next = leases.take(7);
    assert(!last.isGood && next.isGood);
    last = next;
  }
});

Deno.test("Lease that was revoked is never good again, however many are taken before it ends", () => {
  using map = SharedMap.create<string, number>();
  const words = wordsOf(map as never);
  for (const slot of [0, SLOT]) {
    for (const hash of [0, 7]) { // hash 0 in slot 0 has nothing but its own number
      const leases = new Leases(words, slot);
      const first = leases.take(hash);
      revoke(words, hash);
      for (let i = 0; i < 70; i++) {
        const next = leases.take(hash);
        assert(next.isGood && !first.isGood);
        next.end();
      }
      const taken = Array.from({ length: 70 }, () => leases.take(hash));
      assert(!first.isGood);
      assertEquals(taken.filter(({ isGood }) => isGood).length, LEASE_WAYS);
      for (const lease of taken) lease.end();
      first.end();
      assertStrictEquals(countLeases(words), 0);
      assert(leases.take(hash).isGood); // those that have ended give way
      revoke(words, hash);
    }
  }
});
