import {
  assert,
  assertEquals,
  assertGreater,
  assertStrictEquals,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { assertSound } from "../testing/inspection.ts";

function limited(
  maxEntries: number,
  policy?: "random",
): SharedMap<string, unknown> {
  return SharedMap.create({
    maxBytes: 2 ** 22,
    onFull: "evict",
    maxEntries,
    policy,
  });
}

type Map = SharedMap<string, unknown>;

const INSERTIONS: Record<string, (map: Map, key: string) => unknown> = {
  "set a number": (map, key) => map.set(key, 1),
  "set a string": (map, key) => map.set(key, "x".repeat(50)),
  "set an object": (map, key) => map.set(key, { a: [1] }),
  "set a large value": (map, key) => map.set(key, "x".repeat(20_000)),
  "set with an expiry": (map, key) => map.set(key, 1, { ttl: 60_000 }),
  "setMany": (map, key) => map.setMany([[key, 1], [`${key}'`, 2]]),
  "swap": (map, key) => map.swap(key, 1),
  "getOrInsert": (map, key) => map.getOrInsert(key, 1),
  "getOrInsertComputed": (map, key) => map.getOrInsertComputed(key, () => 1),
  "compareAndSet": (map, key) => map.compareAndSet(key, undefined, 1),
  "update": (map, key) => map.update(key, () => 1),
  "increment": (map, key) => map.increment(key),
  "a key that is not Latin-1": (map, key) => map.set(`${key}\u{1f600}`, 1),
  "a long key": (map, key) => map.set(key + "y".repeat(500), 1),
};

Deno.test("a map with maxEntries never has more, however they are inserted", async (t) => {
  for (const [name, insert] of Object.entries(INSERTIONS)) {
    await t.step(name, () => {
      using map = limited(60);
      for (let i = 0; i < 300; i++) {
        insert(map, `key ${i}`);
        assert(map.size <= 60, `${map.size} after ${i}`);
      }
      assertGreater(map.size, 55);
      assertGreater(map.stats().evicted, 200);
      assertSound(map);
    });
  }
});

for (const policy of [undefined, "random"] as const) {
  for (const most of [1, 2, 7, 1000]) {
    Deno.test(`a map with maxEntries ${most} is full, and no more, by ${policy ?? "default"}`, () => {
      using map = limited(most, policy);
      for (let i = 0; i < 3 * most + 50; i++) {
        map.set(`key ${i}`, i);
        assert(map.size <= most, `${map.size} after ${i}`);
      }
      assertGreater(map.size, most - 4);
      assertSound(map);
    });
  }
}

Deno.test("maxEntries: an update, and a deletion, evict nothing", () => {
  using map = limited(100);
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  for (let i = 0; i < 100; i++) {
    map.set(`key ${i}`, "another value");
    map.increment("counter of another map", 0);
    map.delete("counter of another map");
  }
  // The counter was one too many each time that it was inserted.
  assertGreater(map.size, 96);
  for (let i = 0; i < 100; i++) map.set("key 99", i);
  const { evicted } = map.stats();
  for (let i = 0; i < 100; i++) map.set("key 99", i);
  assertStrictEquals(map.stats().evicted, evicted);
});

Deno.test("maxEntries: what an open snapshot shows is evicted, and the snapshot shows it", () => {
  using map = limited(100);
  for (let i = 0; i < 100; i++) map.set(`old ${i}`, i);
  using snapshot = map.snapshot();
  for (let i = 0; i < 300; i++) map.set(`new ${i}`, i);
  assert(map.size <= 100);
  assertEquals(snapshot.size, 100);
  assertStrictEquals(snapshot.get("old 0"), 0);
});

Deno.test("maxEntries holds for what another attachment inserts, and for a map that has been restored to more", () => {
  using map = limited(50);
  using other = SharedMap.attach<string, unknown>(map.handle);
  for (let i = 0; i < 200; i++) (i % 2 ? map : other).set(`key ${i}`, i);
  assert(map.size <= 50);
  assertStrictEquals(map.size, other.size);
});

Deno.test("without onFull: evict, maxEntries and policy are refused", () => {
  for (const options of [{ maxEntries: 5 }, { policy: "random" }] as const) {
    try {
      SharedMap.create(options);
    } catch (error) {
      assert(error instanceof TypeError);
      assert(error.message.includes(Object.keys(options)[0]), error.message);
      assert(error.message.includes("evict"), error.message);
      continue;
    }
    assert(false, "it was not refused");
  }
});
