import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { LEASE_WAYS, LEASE_WORDS, LEASES } from "../../src/segment/layout.ts";
import {
  hasLeases,
  Leases,
  revoke,
  revokeAll,
} from "../../src/table/leases.ts";
import { seeded } from "../testing/random.ts";

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
  const leases = new Leases(words, 3);
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
    const leases = new Leases(words, 127);
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
  const leases = new Leases(words, 0);
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
  const leases = new Leases(words, 0);
  let last = leases.take(7);
  for (let i = 0; i < 30; i++) {
    revoke(words, 7);
    const next = leases.take(7);
    assert(!last.isGood && next.isGood);
    last = next;
  }
});
