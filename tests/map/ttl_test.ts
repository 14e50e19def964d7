import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { SharedMap } from "../../mod.ts";
import { MapTime } from "./map_time.ts";

const START = 1_700_000_000_000;

/** A map of numbers and a clock that the test moves. */
function withClock(
  test: (
    map: SharedMap<string, number>,
    clock: { now: number },
  ) => void,
): void {
  const clock = { now: START };
  using _ = stub(Date, "now", () => clock.now);
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  test(map, clock);
}

Deno.test("SharedMap.ttl() tells the time left, Infinity for none, undefined for no entry", () => {
  withClock((map, clock) => {
    map.set("a", 1, { ttl: 1000 }).set("b", 2);
    assertStrictEquals(map.ttl("a"), 1000);
    assertStrictEquals(map.ttl("b"), Infinity);
    assertStrictEquals(map.ttl("c"), undefined);
    clock.now += 999;
    assertStrictEquals(map.ttl("a"), 1);
    clock.now += 1;
    assertStrictEquals(map.ttl("a"), undefined);
  });
});

Deno.test("SharedMap takes any ttl above 0", () => {
  withClock((map, clock) => {
    for (const ttl of [0.5, 1, 2 ** 31, 2 ** 40, 1e15, 1e300]) {
      map.set("a", 1, { ttl });
      assertStrictEquals(map.ttl("a"), clock.now + ttl - clock.now);
      assertStrictEquals(map.get("a"), 1);
    }
    map.set("a", 1, { ttl: Infinity });
    assertStrictEquals(map.ttl("a"), Infinity);
    map.set("a", 1, {});
    assertStrictEquals(map.ttl("a"), Infinity);
    map.set("a", 1, { ttl: undefined });
    assertStrictEquals(map.ttl("a"), Infinity);
  });
});

Deno.test("SharedMap refuses a ttl that is not above 0, and changes nothing", () => {
  withClock((map) => {
    map.set("a", 1, { ttl: 500 });
    for (const ttl of [0, -0, -1, -Infinity, NaN]) {
      assertThrows(() => map.set("a", 2, { ttl }), RangeError, "ttl");
      assertThrows(() => map.expire("a", ttl), RangeError, "ttl");
      assertThrows(() => map.expire("absent", ttl), RangeError, "ttl");
    }
    for (const ttl of ["1", null, {}, 1n, true]) {
      const wrong = ttl as number;
      assertThrows(() => map.expire("a", wrong), TypeError, "ttl");
      assertThrows(() => map.set("a", 2, { ttl: wrong }), TypeError, "ttl");
    }
    for (const options of [5000, "5s", null, true, () => {}]) {
      const wrong = options as { ttl?: number };
      assertThrows(() => map.set("a", 2, wrong), TypeError, "{ ttl: 5000 }");
    }
    assertThrows(
      () => map.expire("a", undefined as unknown as number),
      TypeError,
    );
    assertStrictEquals(map.get("a"), 1);
    assertStrictEquals(map.ttl("a"), 500);
  });
});

Deno.test("SharedMap.expire() sets, changes and takes away the expiry, and keeps the value", () => {
  withClock((map, clock) => {
    map.set("a", 7);
    assert(map.expire("a", 100));
    assertStrictEquals(map.ttl("a"), 100);
    assert(map.expire("a", 5000));
    clock.now += 4999;
    assertStrictEquals(map.get("a"), 7);
    assert(map.expire("a", Infinity));
    clock.now += 10_000;
    assertStrictEquals(map.get("a"), 7);
    assertStrictEquals(map.ttl("a"), Infinity);
    assertFalse(map.expire("b", 100));
    assertStrictEquals(map.has("b"), false);
  });
});

/**
 * Two workers and a clock: what `meanwhile` does comes between the step of the first that
 * `looks` counts and its next.
 */
function withTwo(
  looks: number,
  meanwhile: (other: SharedMap<string, number>, pass: () => void) => void,
  act: (map: SharedMap<string, number>) => unknown,
): { answer: unknown; left: unknown } {
  const clock = { now: START };
  let left = Infinity;
  using _ = stub(Date, "now", () => {
    if (--left === 0) meanwhile(other, () => clock.now += 10);
    return clock.now;
  });
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  using other = SharedMap.attach<string, number>(map.handle);
  map.set("a", 1, { ttl: 10 });
  left = looks;
  return { answer: act(map), left: other.get("a") };
}

Deno.test("SharedMap sees an entry that was saved in time, whatever the clock says when it looks", () => {
  const save = (other: SharedMap<string, number>, pass: () => void) => {
    assert(other.expire("a", Infinity));
    pass();
  };
  const answers: [
    unknown,
    unknown,
    (map: SharedMap<string, number>) => unknown,
  ][] = [
    [1, 1, (map) => map.get("a")],
    [true, 1, (map) => map.has("a")],
    [Infinity, 1, (map) => map.ttl("a")],
    [true, undefined, (map) => map.delete("a")],
    [1, undefined, (map) => map.take("a")],
    [true, 2, (map) => map.compareAndSet("a", 1, 2)],
    [true, undefined, (map) => map.compareAndDelete("a", 1)],
    [1, 1, (map) => map.getOrInsert("a", 2)],
    [3, 3, (map) => map.increment("a", 2)],
    [1, 2, (map) => map.swap("a", 2)],
    [[["a", 1]], 1, (map) => [...map.snapshot()]],
  ];
  for (const [answer, left, act] of answers) {
    assertEquals(withTwo(1, save, act), { answer, left }, `${act}`);
  }
});

Deno.test("SharedMap.expire() and swap() come too late once the time is over, though they began before", () => {
  const over = (_: SharedMap<string, number>, pass: () => void) => pass();
  // The first look is for when to expire, the second finds it live, the third decides.
  const late = withTwo(3, over, (map) => map.expire("a", 5000));
  assertEquals(late, { answer: false, left: undefined });
  const forGood = withTwo(2, over, (map) => map.expire("a", Infinity));
  assertEquals(forGood, { answer: false, left: undefined });
  const swapped = withTwo(2, over, (map) => map.swap("a", 2));
  assertEquals(swapped, { answer: undefined, left: 2 });
  const inTime = withTwo(4, over, (map) => map.expire("a", 5000));
  assertEquals(inTime, { answer: true, left: 1 });
});

Deno.test("SharedMap.expire() keeps values of every kind", () => {
  const values = [
    1.5,
    NaN,
    null,
    true,
    -7n,
    "narrow",
    "wide 日本".repeat(20),
    new Uint8Array([1, 2, 3]),
    new Uint8Array(),
    { a: [1, "x"] },
    new Map([[1, 2]]),
  ];
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  for (const [i, value] of values.entries()) {
    map.set(`odd${i}`, value);
    map.expire(`odd${i}`, 100_000);
    assertEquals(map.get(`odd${i}`), value);
    map.expire(`odd${i}`, Infinity);
    assertEquals(map.get(`odd${i}`), value);
  }
});

Deno.test("SharedMap: set(), swap() and getOrInsert…() leave no expiry", () => {
  withClock((map, clock) => {
    const writes: [string, (key: string) => unknown][] = [
      ["set", (key) => map.set(key, 2)],
      ["swap", (key) => map.swap(key, 2)],
      ["setMany", (key) => map.setMany([[key, 2]])],
    ];
    for (const [name, write] of writes) {
      map.set(name, 1, { ttl: 10 });
      write(name);
      assertStrictEquals(map.ttl(name), Infinity, name);
    }
    const inserts: [string, (key: string) => unknown][] = [
      ["getOrInsert", (key) => map.getOrInsert(key, 2)],
      ["getOrInsertComputed", (key) => map.getOrInsertComputed(key, () => 2)],
    ];
    for (const [name, insert] of inserts) {
      map.set(name, 1, { ttl: 10 });
      insert(name);
      assertStrictEquals(map.ttl(name), 10, `${name} finds it and leaves it`);
      clock.now += 10;
      insert(name);
      assertStrictEquals(map.get(name), 2);
      assertStrictEquals(map.ttl(name), Infinity, name);
    }
  });
});

Deno.test("SharedMap: update(), increment() and compareAndSet() keep the expiry", () => {
  withClock((map, clock) => {
    const writes: [string, (key: string) => unknown][] = [
      ["update", (key) => map.update(key, () => 2)],
      ["increment", (key) => map.increment(key)],
      ["compareAndSet", (key) => map.compareAndSet(key, 1, 2)],
    ];
    for (const [name, write] of writes) {
      map.set(name, 1, { ttl: 1000 });
      clock.now += 400;
      write(name);
      assertStrictEquals(map.get(name), 2, name);
      assertStrictEquals(map.ttl(name), 600, name);
    }
  });
});

Deno.test("SharedMap: update(), increment() and compareAndSet() of an expired entry leave none", () => {
  withClock((map, clock) => {
    for (const name of ["update", "increment", "compareAndSet"]) {
      map.set(name, 5, { ttl: 10 });
    }
    clock.now += 10;
    map.update("update", (current) => current === undefined ? 1 : -1);
    map.increment("increment");
    assert(map.compareAndSet("compareAndSet", undefined, 1));
    for (const name of ["update", "increment", "compareAndSet"]) {
      assertStrictEquals(map.get(name), 1, name);
      assertStrictEquals(map.ttl(name), Infinity, name);
    }
  });
});

Deno.test("SharedMap takes an expired entry for absent in every method", () => {
  withClock((map, clock) => {
    map.set("a", 1, { ttl: 10 });
    map.set("b", 2);
    clock.now += 10;
    assertStrictEquals(map.get("a"), undefined);
    assertFalse(map.has("a"));
    assertFalse(map.delete("a"));
    assertStrictEquals(map.take("a"), undefined);
    assertStrictEquals(map.ttl("a"), undefined);
    assertFalse(map.expire("a", 100));
    assertFalse(map.compareAndSet("a", 1, 2));
    assertFalse(map.compareAndDelete("a", 1));
    assertEquals(map.getMany(["a", "b"]), [undefined, 2]);
    assertStrictEquals(map.update("a", () => undefined), undefined);
    assertEquals([...map], [["b", 2]]);
    assertEquals([...map.keys()], ["b"]);
    assertEquals([...map.values()], [2]);
    assertEquals([...map.entries()], [["b", 2]]);
    map.forEach((_, key) => assertStrictEquals(key, "b"));
    using snapshot = map.snapshot();
    assertEquals([...snapshot.keys()], ["b"]);
    assertFalse(snapshot.has("a"));
    assertStrictEquals(map.swap("a", 3), undefined);
    assertStrictEquals(map.get("a"), 3);
  });
});

Deno.test("SharedMap.size counts an expired entry until something replaces or sweeps it", () => {
  withClock((map, clock) => {
    map.set("a", 1, { ttl: 10 });
    map.set("b", 1, { ttl: 10 });
    clock.now += 10;
    assertStrictEquals(map.size, 2);
    assertStrictEquals(map.stats().entries, 2);
    map.set("a", 2);
    assertStrictEquals(map.size, 2);
    map.clear();
    assertStrictEquals(map.size, 0);
  });
});

Deno.test("SharedMap sweeps expired entries that nobody asks for", async () => {
  using time = new MapTime(START);
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  for (let i = 0; i < 1000; i++) {
    map.set(`k${i}`, i, i % 2 === 0 ? { ttl: 5000 } : undefined);
  }
  time.tick(4000);
  assertStrictEquals(map.size, 1000);
  time.tick(6000);
  assertStrictEquals(map.size, 500);
  assertStrictEquals(map.stats().expired, 500);
  for (let i = 0; i < 1000; i++) {
    assertStrictEquals(map.has(`k${i}`), i % 2 > 0);
  }
  await time.runMicrotasks();
});

Deno.test("SharedMap gives back the memory of what it sweeps", async () => {
  using time = new MapTime(START);
  using map = SharedMap.create<string, Uint8Array>({ maxBytes: 2 ** 22 });
  const before = map.stats().usedBytes;
  for (let i = 0; i < 1000; i++) {
    map.set(`k${i}`, new Uint8Array(1000), { ttl: 1000 });
  }
  assertGreater(map.stats().usedBytes, before + 1_000_000);
  time.tick(5000);
  assertStrictEquals(map.stats().liveBytes, 0);
  assert(map.stats().usedBytes < before + 20_000, `${map.stats().usedBytes}`);
  await time.runMicrotasks();
});

Deno.test("SharedMap.snapshot() judges expiry by the time of its opening", () => {
  withClock((map, clock) => {
    map.set("a", 1, { ttl: 10 });
    map.set("b", 2, { ttl: 20 });
    using early = map.snapshot();
    clock.now += 10;
    using late = map.snapshot();
    clock.now += 1000;
    assertEquals([early.get("a"), early.get("b")], [1, 2]);
    assertEquals([late.get("a"), late.get("b")], [undefined, 2]);
    assertStrictEquals(early.size, 2);
    assertStrictEquals(late.size, 1);
    assertEquals([...late.keys()], ["b"]);
  });
});

Deno.test("SharedMap.snapshot() shows entries that were swept since", async () => {
  using time = new MapTime(START);
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  map.set("a", 1, { ttl: 1000 });
  using snapshot = map.snapshot();
  time.tick(5000);
  assertStrictEquals(map.size, 0);
  assertStrictEquals(snapshot.get("a"), 1);
  assertStrictEquals(snapshot.size, 1);
  await time.runMicrotasks();
});
