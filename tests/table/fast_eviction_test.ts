import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { partOf, remainder } from "../../src/segment/intrinsics.ts";
import {
  KEY_SCRATCH_WORDS,
  P_DELETED,
  P_KEY,
} from "../../src/segment/layout.ts";
import { ANY_ENTRY, FREES_MEMORY } from "../../src/table/eviction_rule.ts";
import { MOST_CHOICES } from "../../src/table/fast_eviction.ts";
import { hasExpired, versionBytes } from "../../src/table/version.ts";
import { forSeeds } from "../testing/random.ts";

type Map = SharedMap<string, unknown>;
const ENTRIES = 200;

/** A map that evicts, as a second participant sees it, with entries of one size. */
function forBoth(test: (map: Map) => void): void {
  for (const hasKernel of [true, false]) {
    using maker: Map = SharedMap.create({
      maxBytes: 2 ** 20,
      onFull: "evict",
      maxEntries: 1000,
    });
    const { buffer, memory } = maker.handle;
    using map: Map = SharedMap.attach(
      hasKernel ? { buffer, memory } : { buffer },
    );
    assertStrictEquals(
      attachmentOf(map).segment.kernel !== undefined,
      hasKernel,
    );
    for (let i = 0; i < ENTRIES; i++) map.set(`key:${i + 1000}`, i);
    map.delete("key:1000"); // so that there are blocks at hand for tombstones
    test(map);
  }
}

function evictSome(
  map: Map,
  rule: number,
  entries: number,
  refs: number,
): number {
  const { fastPath, participant } = attachmentOf(map);
  return attachmentOf(map).pinned(() =>
    fastPath.evictSome(participant.base, rule, entries, refs)
  );
}

Deno.test("evictSome() evicts as many as are enough, and no more than it has choices", () => {
  forBoth((map) => {
    for (const wanted of [1, 2, MOST_CHOICES, MOST_CHOICES + 3]) {
      const before = map.size;
      const gone = evictSome(map, ANY_ENTRY, wanted, 0);
      assertStrictEquals(gone, Math.min(wanted, MOST_CHOICES));
      assertStrictEquals(map.size, before - gone);
    }
  });
});

Deno.test("evictSome() evicts until so much memory is free", () => {
  forBoth((map) => {
    const { allocator } = attachmentOf(map).participant;
    const refs = allocator.blockRefs(versionBytes("key:1000".length, 8, false));
    assertStrictEquals(evictSome(map, FREES_MEMORY, 1, 2 * refs), 2);
    assertStrictEquals(evictSome(map, FREES_MEMORY, 1, 2 * refs + 1), 3);
  });
});

Deno.test("evictSome() leaves what has expired, and says which version that is", () => {
  forBoth((map) => {
    const { participant: { base }, segment: { words } } = attachmentOf(map);
    map.clear();
    const { now } = Date;
    for (let i = 0; i < 50; i++) map.set(`key:${i + 2000}`, i, { ttl: 1000 });
    Date.now = () => now() + 2000;
    try {
      assertStrictEquals(evictSome(map, ANY_ENTRY, 3, 0), ~0);
      assert(hasExpired(words, words[base + P_DELETED]));
    } finally {
      Date.now = now;
    }
  });
});

Deno.test("evictSome() leaves what a snapshot shows, unless any entry may go", () => {
  forBoth((map) => {
    using snapshot = map.snapshot();
    assertStrictEquals(evictSome(map, FREES_MEMORY, 3, 0), 0);
    assertStrictEquals(evictSome(map, ANY_ENTRY, 3, 0), 3);
    assertStrictEquals([...snapshot.keys()].length, ENTRIES - 1);
  });
});

Deno.test("evictSome() leaves the key in the scratch alone", () => {
  forBoth((map) => {
    const { participant: { base }, segment: { words } } = attachmentOf(map);
    words.fill(-7, base + P_KEY, base + P_KEY + KEY_SCRATCH_WORDS);
    assertStrictEquals(evictSome(map, ANY_ENTRY, 3, 0), 3);
    assertEquals(
      [...words.subarray(base + P_KEY, base + P_KEY + KEY_SCRATCH_WORDS)],
      Array(KEY_SCRATCH_WORDS).fill(-7),
    );
  });
});

Deno.test("partOf() and remainder() take numbers as unsigned ones, and are exact", () => {
  forSeeds(20, (random) => {
    for (let i = 0; i < 200; i++) {
      const count = 1 + random.below(2 ** (1 + random.below(31)) - 1);
      const hash = random.below(2 ** 32) | 0;
      const unsigned = BigInt(hash >>> 0);
      const part = Number((BigInt(count) * unsigned) >> 32n);
      assertStrictEquals(partOf(count, hash), part, `${count} ${hash}`);
      const rest = Number(unsigned % BigInt(count));
      assertStrictEquals(remainder(hash, count), rest, `${hash} ${count}`);
    }
  });
});
