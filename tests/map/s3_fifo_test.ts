import { assert, assertEquals, assertGreater } from "@std/assert";
import { stub } from "@std/testing/mock";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_QUEUE_WORDS } from "../../src/segment/layout.ts";
import { stringKeys } from "../../src/codec/keys.ts";
import { hasExpired } from "../../src/table/version.ts";

const HASHES = 2 ** 32;

function caching(maxEntries: number): SharedMap<string, number> {
  return SharedMap.create<string, number>({
    value: "number",
    maxBytes: 2 ** 20,
    onFull: "evict",
    maxEntries,
  });
}

type Map = SharedMap<string, number>;

/** What the map would evict next; undefined: it chooses nothing. */
function choose(
  map: Map,
  isEvictable: (key: string) => boolean = () => true,
  limit = HASHES,
): string | undefined {
  const attachment = attachmentOf(map);
  const { evictionPolicy, segment, table } = attachment;
  const keyOf = (ref: number) => stringKeys.read(segment, ref);
  return attachment.pinned(() => {
    const ref = evictionPolicy.choose({
      segment,
      table,
      limit,
      isEvictable: (ref) => isEvictable(keyOf(ref)),
    });
    return ref === 0 ? undefined : keyOf(ref);
  });
}

function readTwice(map: Map, key: string): void {
  map.get(key);
  map.get(key);
}

function count(map: Map, kind: string): number {
  return [...map.keys()].filter((key) => key.startsWith(kind)).length;
}

Deno.test("S3Fifo chooses the oldest entry that was not read twice, while the small queue is full", () => {
  using map = caching(100);
  for (let i = 0; i < 100; i++) map.set(`k${i}`, i);
  // What was inserted before that is in the main part: the queue held no more.
  const oldest = 100 - attachmentOf(map).segment.words[H_QUEUE_WORDS];
  const key = (i: number) => `k${oldest + i}`;
  readTwice(map, key(0));
  map.get(key(1)); // once is not enough
  const chosen = [choose(map), choose(map), choose(map)];
  assertEquals(chosen, [key(1), key(2), key(3)]);
});

Deno.test("S3Fifo chooses nothing in an empty map, and nothing that is not evictable", () => {
  using map = caching(100);
  assertEquals(choose(map), undefined);
  for (let i = 0; i < 50; i++) map.set(`k${i}`, i);
  for (let i = 0; i < 20; i++) {
    assertEquals(choose(map, () => false), undefined);
  }
  const chosen = choose(map, (key) => key === "k30");
  assert(chosen === undefined || chosen === "k30");
});

Deno.test("S3Fifo chooses an entry even if all were read", () => {
  using map = caching(100);
  for (let i = 0; i < 60; i++) map.set(`k${i}`, i);
  for (let i = 0; i < 60; i++) {
    for (let n = 0; n < 4; n++) map.get(`k${i}`);
  }
  assert(choose(map) !== undefined);
});

Deno.test("S3Fifo keeps its choices among the hashes below a limit", () => {
  using map = caching(400);
  for (let i = 0; i < 400; i++) map.set(`k${i}`, i);
  const { key, segment: { words } } = attachmentOf(map);
  assert(words.length > 0);
  for (let i = 0; i < 50; i++) {
    const chosen = choose(map, () => true, HASHES / 2);
    if (chosen === undefined) continue;
    key.packLatin1(chosen);
    // Those that stand behind the last home are met, too, and those that stand round the end.
    const hash = key.hash >>> 0;
    assert(hash < HASHES * 0.52 || hash > HASHES * 0.98, chosen);
    map.delete(chosen);
  }
  assert(map.size < 400);
});

Deno.test("what is asked for once does not push out what is read", () => {
  using map = caching(1000);
  for (let i = 0; i < 1000; i++) map.set(`hot ${i}`, i);
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 1000; i++) map.get(`hot ${i}`);
    for (let i = 0; i < 1000; i++) map.set(`once ${round} ${i}`, i);
  }
  assertGreater(count(map, "hot"), 850, "of the 900 that have room");
});

Deno.test("a key that comes back soon after it was evicted outlasts new ones", () => {
  using map = caching(1000);
  for (let i = 0; i < 1500; i++) map.set(`first ${i}`, i);
  const gone = Array.from({ length: 1500 }, (_, i) => `first ${i}`)
    .filter((key) => !map.has(key)).slice(0, 400);
  assertEquals(gone.length, 400);
  for (const key of gone) map.set(key, 1);
  for (let i = 0; i < 600; i++) map.set(`later ${i}`, i);
  const left = gone.filter((key) => map.has(key)).length;
  assertGreater(left, 300, "of 400");
  assertGreater(left, 2 * count(map, "later"));
});

Deno.test("S3Fifo takes what has expired when it meets it, however often it was read", () => {
  let now = 1000;
  using _ = stub(Date, "now", () => now);
  using map = caching(1000);
  for (let i = 0; i < 500; i++) {
    map.set(`short ${i}`, i, { ttl: 10 });
    for (let n = 0; n < 4; n++) map.get(`short ${i}`);
    map.set(`long ${i}`, i);
    for (let n = 0; n < 4; n++) map.get(`long ${i}`);
  }
  now = 2000;
  const { evictionPolicy, segment, table } = attachmentOf(map);
  let expired = 0;
  for (let i = 0; i < 100; i++) {
    const ref = attachmentOf(map).pinned(() =>
      evictionPolicy.choose({
        segment,
        table,
        limit: HASHES,
        isEvictable: () => true,
      })
    );
    if (ref !== 0 && hasExpired(segment.words, ref)) expired++;
  }
  assertGreater(expired, 90, "of 100");
});

Deno.test("entries that were deleted leave nothing in the way of an eviction", () => {
  using map = caching(100);
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 100; i++) map.set(`${round} ${i}`, i);
    for (let i = 0; i < 90; i++) map.delete(`${round} ${i}`);
  }
  for (let i = 0; i < 500; i++) map.set(`last ${i}`, i);
  assertGreater(map.size, 90);
  assert(map.size <= 100);
});
