import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { MapTime } from "./map_time.ts";

function numbers(maxBytes = 2 ** 24): SharedMap<number, number> {
  return SharedMap.create<number, number>({
    key: "number",
    value: "number",
    maxBytes,
  });
}

function filled(count: number): SharedMap<number, number> {
  const map = numbers();
  for (let i = 0; i < count; i++) map.set(i, -i);
  return map;
}

Deno.test("SharedMap iterates over every entry once, in tables of every size", () => {
  for (const count of [0, 1, 2, 100, 150, 1000, 20_000]) {
    using map = filled(count);
    const expected = new Map(
      Array.from({ length: count }, (_, i) => [i, 0 - i]),
    );
    const entries = [...map];
    assertStrictEquals(entries.length, count);
    assertEquals(new Map(entries), expected);
    assertEquals(new Map(map.entries()), expected);
    assertEquals(new Set(map.keys()), new Set(expected.keys()));
    assertStrictEquals([...map.values()].length, count);
    const seen = new Map<number, number>();
    map.forEach((value, key, of) => {
      assertStrictEquals(of, map);
      seen.set(key, value);
    });
    assertEquals(seen, expected);
  }
});

Deno.test("SharedMap's iterators are iterable, and end for good", () => {
  using map = filled(3);
  const keys = map.keys();
  assertStrictEquals(keys[Symbol.iterator](), keys);
  assertStrictEquals([...keys].length, 3);
  map.set(100, 1);
  assertEquals(keys.next(), { value: undefined, done: true });
  const entries = map.entries();
  assertEquals(entries.next().done, false);
  entries.return?.();
  assertEquals(entries.next().done, true);
});

Deno.test("SharedMap's iterators, and those of its snapshots, have the helpers of all iterators", () => {
  using map = filled(300);
  using snapshot = map.snapshot();
  for (const shown of [map, snapshot]) {
    for (const iterator of [shown.keys(), shown.values(), shown.entries()]) {
      assert(iterator instanceof Iterator);
      assertStrictEquals(iterator[Symbol.iterator](), iterator);
      iterator[Symbol.dispose]();
      assertStrictEquals(iterator.next().done, true);
    }
    const evens = shown.keys().filter((n) => n % 2 === 0);
    assertStrictEquals(evens.toArray().length, 150);
    assertStrictEquals(shown.values().reduce((a, b) => a + b), -44_850);
    assert(shown.entries().every(([key, value]) => key + value === 0));
    const some = shown[Symbol.iterator]();
    assertStrictEquals(some.take(5).toArray().length, 5);
    assertStrictEquals(some.next().done, true, "closed by take()");
  }
});

Deno.test("SharedMap's iterators give the keys in one order", () => {
  using map = filled(2000);
  const keys = [...map.keys()];
  assertEquals([...map.values()], keys.map((key) => 0 - key));
  assertEquals([...map].map(([key]) => key), keys);
});

Deno.test("SharedMap's iterators give entries that nobody can change the map with", () => {
  using map = SharedMap.create<string, { n: number }>({ maxBytes: 2 ** 20 });
  map.set("a", { n: 1 });
  for (const entry of map) {
    entry[0] = "b";
    entry[1].n = 2;
  }
  assertEquals([...map], [["a", { n: 1 }]]);
});

/** Iterates over the keys below `count` while `disturb` runs after each step. */
function iterateDisturbed(
  count: number,
  disturb: (map: SharedMap<number, number>, step: number) => void,
): number[] {
  using map = filled(count);
  const seen: number[] = [];
  for (const key of map.keys()) {
    seen.push(key);
    disturb(map, seen.length);
  }
  return seen;
}

function checkOnce(seen: number[], stayed: (key: number) => boolean): void {
  assertStrictEquals(new Set(seen).size, seen.length, "no key twice");
  const found = new Set(seen);
  for (let key = 0; key < 3000; key++) {
    if (stayed(key)) assert(found.has(key), `${key} was there throughout`);
  }
}

Deno.test("SharedMap iterates over each key that stays exactly once while the table grows", () => {
  const seen = iterateDisturbed(3000, (map, step) => {
    if (step > 1000) return;
    for (let i = 0; i < 30; i++) map.set(1e6 + step * 30 + i, 0);
  });
  checkOnce(seen, () => true);
});

Deno.test("SharedMap iterates over each key that stays exactly once while others are deleted and the table shrinks", () => {
  const seen = iterateDisturbed(3000, (map, step) => {
    for (let i = 0; i < 3; i++) {
      const key = (step * 3 + i) % 3000;
      if (key % 10 !== 0) map.delete(key);
    }
  });
  checkOnce(seen, (key) => key % 10 === 0);
});

Deno.test("SharedMap iterates over each key that stays exactly once while all are overwritten", () => {
  const seen = iterateDisturbed(3000, (map, step) => {
    for (let i = 0; i < 5; i++) map.set((step * 5 + i) % 3000, step);
  });
  checkOnce(seen, () => true);
});

Deno.test("SharedMap iterates over each key that stays exactly once while it grows and shrinks in turn", () => {
  const seen = iterateDisturbed(3000, (map, step) => {
    if (step % 100 !== 0) return;
    const grow = step % 200 === 0;
    for (let i = 0; i < 8000; i++) {
      if (grow) map.set(1e6 + i, 0);
      else map.delete(1e6 + i);
    }
  });
  checkOnce(seen, () => true);
});

Deno.test("SharedMap may be cleared, and written, while it is iterated over", () => {
  using map = filled(3000);
  let steps = 0;
  for (const _ of map) if (steps++ === 0) map.clear();
  assert(steps < 3000);
  assertStrictEquals(map.size, 0);
  for (let i = 0; i < 100; i++) map.set(i, i);
  for (const [key] of map) map.delete(key);
  assertStrictEquals(map.size, 0);
});

Deno.test("SharedMap: an iterator that is left alone keeps no memory", () => {
  using map = numbers(2 ** 20);
  for (let i = 0; i < 1000; i++) map.set(i, i);
  const iterators = Array.from({ length: 100 }, () => map.entries());
  for (const iterator of iterators) iterator.next();
  for (let i = 0; i < 50_000; i++) map.set(i % 1000, i);
  for (const iterator of iterators) {
    assertStrictEquals([...iterator].length, 999);
  }
});

Deno.test("SharedMap.clear() deletes everything, in tables of every size", () => {
  for (const count of [0, 1, 100, 5000, 50_000]) {
    using map = filled(count);
    map.clear();
    assertStrictEquals(map.size, 0);
    assertEquals([...map], []);
    for (let i = 0; i < count; i += 7) assertStrictEquals(map.has(i), false);
    map.set(1, 2);
    assertEquals([...map], [[1, 2]]);
  }
});

Deno.test("SharedMap shrinks its table after mass deletes, in the background", async () => {
  using time = new MapTime();
  using map = numbers(2 ** 24);
  const fresh = map.stats().usedBytes;
  for (let i = 0; i < 50_000; i++) map.set(i, i);
  for (let i = 0; i < 50_000; i++) map.delete(i);
  time.tick(10_000);
  const { usedBytes } = map.stats();
  assert(usedBytes < fresh + 10_000, `${usedBytes - fresh} bytes more`);
  await time.runMicrotasks();
});

Deno.test("SharedMap reuses the slots of deleted keys without growing", () => {
  using map = numbers(2 ** 22);
  for (let i = 0; i < 1000; i++) map.set(i, i);
  for (let i = 0; i < 20_000; i++) { // a window that moves over the keys
    map.set(1000 + i, i);
    map.delete(i);
  }
  const { usedBytes } = map.stats();
  for (let i = 20_000; i < 120_000; i++) {
    map.set(1000 + i, i);
    map.delete(i);
  }
  assert(map.stats().usedBytes < usedBytes + 200_000);
  assertStrictEquals(map.size, 1000);
});

Deno.test("SharedMap.forEach() refuses what is no function", () => {
  using map = filled(1);
  for (const fn of [undefined, null, 5]) {
    assertThrows(() => map.forEach(fn as never), TypeError, "fn");
  }
  assertThrows(
    () =>
      map.forEach(() => {
        throw new Error("boom");
      }),
    Error,
    "boom",
  );
});

Deno.test("SharedMap.getMany() and setMany() refuse what is not iterable, and entries that are no pairs", () => {
  using map = SharedMap.create<string, number>({ value: "number" });
  for (const wrong of [null, undefined, 5, {}, () => {}]) {
    assertThrows(
      () => map.getMany(wrong as unknown as string[]),
      TypeError,
      "Cannot get entries: keys must be iterable, such as an array: received",
    );
    assertThrows(
      () => map.setMany(wrong as unknown as [string, number][]),
      TypeError,
      "Cannot set entries: entries must be iterable, such as an array: received",
    );
  }
  for (const wrong of [null, undefined, 5, "ab"]) {
    assertThrows(
      () => map.setMany([["a", 1], wrong as unknown as [string, number]]),
      TypeError,
      "Cannot set entries: each entry must be a pair of key and value: received",
    );
  }
  assertEquals([...map], [["a", 1]]); // what came before it is set
});

Deno.test("SharedMap.getMany() and setMany() take any iterable", () => {
  using map = numbers();
  map.setMany(new Map([[1, 10], [2, 20]]));
  map.setMany((function* () {
    yield [3, 30] as const;
  })());
  assertEquals(map.getMany(new Set([3, 1, 9])), [30, 10, undefined]);
  assertEquals(map.getMany([]), []);
  assertEquals(map.getMany([2, 2]), [20, 20]);
  assertThrows(() => map.getMany(5 as never), TypeError);
  assertThrows(() => map.getMany([1, "2" as never]), TypeError);
  assertThrows(() => map.setMany([[5, 50], ["6" as never, 60]]), TypeError);
  assertStrictEquals(map.get(5), 50, "entries before the bad one are set");
});
