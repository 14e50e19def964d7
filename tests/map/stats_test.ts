import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { SharedMap } from "../../mod.ts";

const KEYS =
  "entries liveBytes weight usedBytes reservedBytes hits misses sets deletes expired evicted retries transactions conflicts loads loadFailures loadTime migrations reclaimed heldVersions openSnapshots participants recoveries";

function numbers(): SharedMap<string, number> {
  return SharedMap.create<string, number>({ maxBytes: 2 ** 21 });
}

Deno.test("SharedMap.stats() is a plain object of numbers, with the names that are promised", () => {
  using map = numbers();
  const stats = map.stats();
  assertEquals(Object.keys(stats).sort(), KEYS.split(" ").sort());
  assertStrictEquals(Object.getPrototypeOf(stats), Object.prototype);
  for (const [name, value] of Object.entries(stats)) {
    assertStrictEquals(typeof value, "number", name);
    assert(Number.isInteger(value) && value >= 0, `${name} ${value}`);
  }
  assertEquals(JSON.parse(JSON.stringify(stats)), stats);
});

Deno.test("SharedMap.stats() of a fresh map counts nothing", () => {
  using map = numbers();
  const { usedBytes, ...rest } = map.stats();
  assertGreater(usedBytes, 0);
  assertEquals(rest, {
    entries: 0,
    weight: 0,
    liveBytes: 0,
    reservedBytes: 2 ** 21,
    hits: 0,
    misses: 0,
    sets: 0,
    deletes: 0,
    expired: 0,
    evicted: 0,
    retries: 0,
    transactions: 0,
    conflicts: 0,
    loads: 0,
    loadFailures: 0,
    loadTime: 0,
    migrations: 0,
    reclaimed: 0,
    heldVersions: 0,
    openSnapshots: 0,
    participants: 1,
    recoveries: 0,
  });
});

Deno.test("SharedMap.stats() counts each read as a hit or a miss", () => {
  using map = numbers();
  map.set("a", 1);
  const reads: [string, (key: string) => unknown][] = [
    ["get", (key) => map.get(key)],
    ["has", (key) => map.has(key)],
    ["getMany", (key) => map.getMany([key])],
  ];
  for (const [name, read] of reads) {
    const before = map.stats();
    read("a");
    read("a");
    read("b");
    const after = map.stats();
    assertEquals(
      [after.hits - before.hits, after.misses - before.misses],
      [2, 1],
      name,
    );
  }
});

Deno.test("SharedMap.stats() counts a read of getOrInsert…() once", () => {
  using map = numbers();
  const inserts: [string, (key: string) => unknown][] = [
    ["getOrInsert", (key) => map.getOrInsert(key, 1)],
    ["getOrInsertComputed", (key) => map.getOrInsertComputed(key, () => 1)],
  ];
  for (const [name, insert] of inserts) {
    const before = map.stats();
    insert(name);
    insert(name);
    const after = map.stats();
    assertEquals(
      [
        after.hits - before.hits,
        after.misses - before.misses,
        after.sets - before.sets,
      ],
      [1, 1, 1],
      name,
    );
  }
});

Deno.test("SharedMap.stats().sets counts values written", () => {
  using map = numbers();
  const counts: [() => unknown, number][] = [
    [() => map.set("a", 1), 1],
    [() => map.set("a", 1), 1],
    [() => map.swap("a", 2), 1],
    [() => map.setMany([["b", 1], ["c", 2]]), 2],
    [() => map.update("a", () => 1), 1],
    [() => map.update("x", () => undefined), 0],
    [() => map.increment("a"), 1],
    [() => map.compareAndSet("a", 2, 3), 1],
    [() => map.compareAndSet("a", 2, 4), 0],
    [() => map.getOrInsert("a", 1), 0],
    [() => map.delete("a"), 0],
  ];
  for (const [i, [write, count]] of counts.entries()) {
    const before = map.stats().sets;
    write();
    assertStrictEquals(map.stats().sets - before, count, `write ${i}`);
  }
});

Deno.test("SharedMap.stats().deletes counts entries deleted by callers", () => {
  using map = numbers();
  const refill = () => map.setMany([["a", 1], ["b", 2], ["c", 3]]);
  const counts: [() => unknown, number][] = [
    [() => map.delete("a"), 1],
    [() => map.delete("absent"), 0],
    [() => map.take("a"), 1],
    [() => map.take("absent"), 0],
    [() => map.compareAndDelete("a", 1), 1],
    [() => map.compareAndDelete("a", 2), 0],
    [() => map.update("a", () => undefined), 1],
    [() => map.clear(), 3],
  ];
  for (const [i, [remove, count]] of counts.entries()) {
    refill();
    const before = map.stats().deletes;
    remove();
    assertStrictEquals(map.stats().deletes - before, count, `removal ${i}`);
  }
});

Deno.test("SharedMap.stats() agrees with size and with what was written", () => {
  using map = SharedMap.create<string, Uint8Array>({ maxBytes: 2 ** 22 });
  let bytes = 0;
  for (let i = 0; i < 1000; i++) {
    map.set(`k${i}`, new Uint8Array(i));
    bytes += i;
  }
  const { entries, liveBytes, usedBytes } = map.stats();
  assertStrictEquals(entries, 1000);
  assertStrictEquals(entries, map.size);
  assertGreater(liveBytes, bytes);
  assertLess(liveBytes, (bytes + 1000 * 48) * 1.2);
  assertGreater(usedBytes, liveBytes);
  for (let i = 0; i < 1000; i += 2) map.delete(`k${i}`);
  assertStrictEquals(map.size, 500);
  assertLess(map.stats().liveBytes, liveBytes * 0.55);
  map.clear();
  assertStrictEquals(map.stats().liveBytes, 0);
  assertStrictEquals(map.stats().entries, 0);
});

Deno.test("SharedMap.stats().liveBytes follows every way to change an entry", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 21 });
  const small = () => map.set("a", 1);
  small();
  const { liveBytes } = map.stats();
  const big = "x".repeat(1000);
  const changes: (() => unknown)[] = [
    () => map.set("a", big),
    () => map.swap("a", big),
    () => map.update("a", () => big),
    () => map.compareAndSet("a", 1, big),
  ];
  for (const change of changes) {
    change();
    assertGreater(map.stats().liveBytes, liveBytes);
    small();
    assertStrictEquals(map.stats().liveBytes, liveBytes);
  }
  map.take("a");
  assertStrictEquals(map.stats().liveBytes, 0);
});

Deno.test("SharedMap.stats() counts snapshots, participants, migrations, held and expired", () => {
  let now = 1000;
  using _ = stub(Date, "now", () => now);
  using map = numbers();
  const other = SharedMap.attach<string, number>(map.handle);
  const snapshots = [map.snapshot(), other.snapshot()];
  assertStrictEquals(map.stats().openSnapshots, 2);
  assertStrictEquals(map.stats().participants, 2);
  snapshots[0].close();
  other.close();
  assertStrictEquals(map.stats().openSnapshots, 0);
  assertStrictEquals(map.stats().participants, 1);
  map.set("a", 1);
  using _snapshot = map.snapshot();
  map.set("a", 2);
  assertStrictEquals(map.stats().heldVersions, 1);
  for (let i = 0; i < 2000; i++) map.set(`k${i}`, i);
  assertGreater(map.stats().migrations, 0);
  for (let i = 0; i < 2000; i++) map.set(`k${i}`, i);
  assertGreater(map.stats().reclaimed, 0);
  map.set("short", 1, { ttl: 5 });
  now += 10;
  assertStrictEquals(map.get("short"), undefined);
});

Deno.test("SharedMap.stats() are those of the whole map, in whichever attachment", () => {
  using map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  map.set("a", 1);
  other.set("b", 2);
  map.get("a");
  other.get("x");
  assertEquals(map.stats(), other.stats());
  const { sets, hits, misses, entries } = map.stats();
  assertEquals([sets, hits, misses, entries], [2, 1, 1, 2]);
});

Deno.test("SharedMap.stats() keeps the counts of attachments that were closed", () => {
  using map = numbers();
  const other = SharedMap.attach<string, number>(map.handle);
  for (let i = 0; i < 100; i++) other.set(`k${i}`, i);
  const { entries, sets, liveBytes, usedBytes } = map.stats();
  other.close();
  const after = map.stats();
  assertEquals(
    [after.entries, after.sets, after.liveBytes],
    [entries, sets, liveBytes],
  );
  assert(after.usedBytes <= usedBytes);
  using third = SharedMap.attach<string, number>(map.handle);
  for (let i = 0; i < 100; i++) third.delete(`k${i}`);
  assertStrictEquals(map.size, 0);
  assertStrictEquals(map.stats().liveBytes, 0);
});
