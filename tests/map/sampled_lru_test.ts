import { assert, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { MapTime } from "./map_time.ts";

const ENTRIES = 1_000;

function cache(options: { maxEntries?: number; track?: boolean } = {}) {
  return SharedMap.create<string, unknown>({
    maxBytes: 2 ** 22,
    onFull: "evict",
    policy: "lru",
    maxEntries: ENTRIES,
    ...options,
  });
}

type Cache = ReturnType<typeof cache>;

function keptOf(map: Cache, keys: readonly string[]): number {
  const there = new Set(map.keys());
  return keys.filter((key) => there.has(key)).length;
}

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name} ${i}`);

for (const track of [false, true]) {
  Deno.test(`what was used least recently goes first, tracked: ${track}`, () => {
    using map = cache({ track });
    const [read, left] = [numbered("read", 500), numbered("left", 500)];
    for (let i = 0; i < 500; i++) map.set(read[i], i).set(left[i], `${i}`);
    for (const key of read) map.get(key);
    for (let i = 0; i < 400; i++) map.set(`new ${i}`, i);
    // About 480 and 118, give or take 6 in two of three runs; by chance, 335 of each.
    assert(keptOf(map, read) > 440, `${keptOf(map, read)} of what was read`);
    assert(keptOf(map, left) < 160, `${keptOf(map, left)} of the others`);
  });
}

Deno.test("what was asked for often does not stay for that", () => {
  using map = cache();
  const often = numbered("often", 200);
  for (const key of often) {
    map.set(key, 1);
    for (let i = 0; i < 20; i++) map.get(key);
  }
  for (let i = 0; i < 3 * ENTRIES; i++) map.set(`new ${i}`, i);
  assert(keptOf(map, often) < 20, `${keptOf(map, often)}`);
});

Deno.test("to write an entry is to use it", () => {
  using map = cache();
  const written = numbered("written", 100);
  for (const key of written) map.set(key, 0);
  for (let i = 0; i < 3 * ENTRIES; i++) {
    map.set(`new ${i}`, i);
    map.set(written[i % 100], i);
  }
  assert(keptOf(map, written) > 97, `${keptOf(map, written)}`);
});

Deno.test("what has expired goes first of what is met", () => {
  using time = new MapTime();
  using map = cache();
  const [brief, lasting] = [numbered("brief", 500), numbered("lasting", 500)];
  for (const key of lasting) map.set(key, 1);
  for (const key of brief) map.set(key, 1, { ttl: 1_000 });
  time.now += 2_000; // no background sweeps meanwhile
  for (let i = 0; i < 200; i++) map.set(`new ${i}`, i);
  // About 480, give or take 5; by chance, 415.
  assert(keptOf(map, lasting) > 450, `${keptOf(map, lasting)}`);
});

Deno.test("a map that evicts by LRU is bound by memory alone, too", () => {
  using map = SharedMap.create<string, string>({
    maxBytes: 2 ** 21,
    onFull: "evict",
    policy: "lru",
  });
  const read = numbered("read", 100);
  for (const key of read) map.set(key, "x".repeat(100));
  for (let i = 0; map.stats().evicted < 20_000; i++) {
    map.set(`written ${i}`, "x".repeat(100));
    map.get(read[i % read.length]);
  }
  const kept = read.filter((key) => map.has(key)).length;
  assert(kept > 95, `${kept} of 100 were kept`);
});

Deno.test("a worker that attaches evicts by the policy of the map", () => {
  using map = cache();
  using other = SharedMap.attach<string, unknown>(map.handle);
  const read = numbered("read", 300);
  for (const key of read) map.set(key, 1);
  for (let i = 0; i < 3 * ENTRIES; i++) {
    other.set(`new ${i}`, i);
    map.get(read[i % 300]);
  }
  assert(keptOf(map, read) > 270, `${keptOf(map, read)}`);
  assertStrictEquals(map.size <= ENTRIES, true);
});
