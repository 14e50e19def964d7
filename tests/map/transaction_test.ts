import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  ClosedError,
  type Codec,
  KEEP,
  MapFullError,
  SharedMap,
  type SharedMapTransaction,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { EntryAccess } from "../../src/map/entry_access.ts";
import { Hold } from "../../src/map/hold.ts";
import { LeasedWriter } from "../../src/map/leased_write.ts";
import { running } from "../../src/map/running_transactions.ts";
import { H_FLUSH } from "../../src/segment/layout.ts";
import { assertSound } from "../testing/inspection.ts";

type Numbers = SharedMap<string, number>;

function numbers(maxBytes = 2 ** 21): Numbers {
  return SharedMap.create<string, number>({ value: "number", maxBytes });
}

/** Another attachment to the map, as another worker has one. */
function another(map: Numbers): Numbers {
  return SharedMap.attach<string, number>(map.handle);
}

/** Does something in the middle of a transaction as another worker would. */
function elsewhere(work: () => void): void {
  const { innermost } = running;
  running.innermost = undefined;
  try {
    work();
  } finally {
    running.innermost = innermost;
  }
}

/** What a transaction may do to "a" that changes nothing, and the value that it finds. */
const NEEDLESS: Record<
  string,
  [number | undefined, (tx: SharedMapTransaction<string, number>) => unknown]
> = {
  "deletes nothing": [undefined, (tx) => tx.delete("a")],
  "updates nothing to nothing": [
    undefined,
    (tx) => tx.update("a", () => undefined),
  ],
  "updates to what is there": [1, (tx) => tx.update("a", () => 1)],
  "adds nothing": [1, (tx) => tx.increment("a", 0)],
};

for (const [what, [value, change]] of Object.entries(NEEDLESS)) {
  Deno.test(`SharedMap.transaction() that ${what} is newer than a load that began within it`, () => {
    for (const isLoaded of [true, false]) {
      using map = numbers();
      using other = another(map);
      if (value !== undefined) map.set("a", value);
      const access = new EntryAccess<string, number>(
        Hold.whole(attachmentOf(other)),
        { value: "number" },
      );
      const writer = new LeasedWriter(access);
      const load = () => {
        access.keys.pack("a", "load");
        return writer.see();
      };
      let seen: ReturnType<typeof load> | undefined;
      const { sets, deletes } = map.stats();
      map.transaction((tx) => {
        change(tx);
        if (isLoaded) elsewhere(() => seen = load());
      });
      if (!isLoaded) { // then nothing was written
        const after = map.stats();
        assertEquals([after.sets, after.deletes], [sets, deletes]);
        seen = load();
      }
      access.values.prepare(7);
      access.keys.pack("a", "load");
      assertStrictEquals(writer.write(seen!, Infinity), !isLoaded);
      assertStrictEquals(map.get("a"), isLoaded ? value : 7);
      seen!.lease.end();
      assertSound(map);
    }
  });
}

Deno.test("SharedMap.transaction() writes all at once when its function returns", () => {
  using map = numbers();
  map.setMany([["a", 1], ["b", 2], ["c", 3]]);
  const result = map.transaction((tx) => {
    assertStrictEquals(tx.attempt, 1);
    assertStrictEquals(tx.set("a", 10), tx);
    assert(tx.delete("b"));
    assertFalse(tx.delete("none"));
    assertStrictEquals(tx.increment("c", 4), 7);
    assertStrictEquals(tx.increment("d"), 1);
    assertStrictEquals(tx.update("e", (n = 5) => n * 2), 10);
    assertStrictEquals(tx.update("e", () => KEEP), 10);
    assertStrictEquals(tx.update("none", () => undefined), undefined);
    assertEquals(Object.fromEntries(map), { a: 1, b: 2, c: 3 }, "not yet");
    return "done";
  });
  assertStrictEquals(result, "done");
  assertEquals(Object.fromEntries(map), { a: 10, c: 7, d: 1, e: 10 });
  assertStrictEquals(map.size, 4);
  assertSound(map);
});

Deno.test("A transaction reads what it has written", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  map.set("a", 1);
  const values = [
    "text",
    "ü€",
    1.5,
    true,
    null,
    12n,
    { x: [1] },
    "x".repeat(5000),
  ];
  map.transaction((tx) => {
    for (const value of values) {
      tx.set("a", value);
      assertEquals(tx.get("a"), value);
      assert(tx.has("a"));
    }
    assert(tx.delete("a"));
    assertStrictEquals(tx.get("a"), undefined);
    assertFalse(tx.has("a"));
    assertFalse(tx.delete("a"));
    tx.set("b", new Uint8Array([1, 2, 3]));
  });
  assertEquals([...map], [["b", new Uint8Array([1, 2, 3])]]);
});

Deno.test("A transaction copies what it is given, and gives copies", () => {
  using map = SharedMap.create<string, number[]>({ maxBytes: 2 ** 20 });
  map.set("a", [1]);
  map.transaction((tx) => {
    tx.get("a")!.push(2);
    assertEquals(tx.get("a"), [1]);
    const list = [3];
    tx.set("b", list);
    list.push(4);
    assertEquals(tx.get("b"), [3]);
  });
  assertEquals([map.get("a"), map.get("b")], [[1], [3]]);
});

Deno.test("A transaction that throws writes nothing, and takes no memory", () => {
  using map = numbers();
  map.set("a", 1);
  const { usedBytes } = map.stats();
  for (let i = 0; i < 100; i++) {
    assertThrows(
      () =>
        map.transaction((tx) => {
          tx.set("a", 2).set(`new ${i}`, 3);
          throw new Error("no");
        }),
      Error,
      "no",
    );
  }
  assertEquals([...map], [["a", 1]]);
  assertStrictEquals(map.stats().usedBytes, usedBytes);
  assertStrictEquals(map.stats().transactions, 0);
});

Deno.test("Bad input to a transaction is refused where it comes in", () => {
  using map = numbers();
  const refuse = (
    code: (tx: SharedMapTransaction<string, number>) => void,
    kind: typeof TypeError | typeof RangeError,
    text: string,
  ) => assertThrows(() => map.transaction(code), kind, text);
  refuse((tx) => tx.set("a", "1" as never), TypeError, "number");
  refuse((tx) => tx.set(1 as never, 1), TypeError, "string");
  refuse((tx) => tx.set("a", 1, { ttl: 0 }), RangeError, "above 0");
  refuse((tx) => tx.set("a", undefined as never), TypeError, "undefined");
  refuse((tx) => tx.increment("a", NaN), TypeError, "by must be a number");
  refuse((tx) => tx.update("a", 1 as never), TypeError, "must be a function");
  assertThrows(() => map.transaction(1 as never), TypeError, "function");
  assertThrows(
    () => map.setMany([["a", 1]], { atomic: 1 as never }),
    TypeError,
    "atomic must be true or false: received 1",
  );
  assertStrictEquals(map.size, 0);
});

Deno.test("A transaction increments nothing but numbers", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  for (const value of [null, "1", 1n]) {
    map.set("a", value);
    assertThrows(
      () => map.transaction((tx) => tx.increment("a" as never)),
      TypeError,
      "the value must be a number",
    );
    assertStrictEquals(map.get("a"), value);
  }
});

Deno.test("A transaction must not be async", async () => {
  using map = numbers();
  const error = assertThrows(
    () =>
      map.transaction(async (tx) => {
        tx.set("a", 1);
        await Promise.resolve();
        tx.set("b", 1); // rejects, as the transaction is over
      }),
    TypeError,
  );
  assertStringIncludes(error.message, "must not be async");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertStrictEquals(map.size, 0);
});

Deno.test("A transaction cannot be used when it is over", () => {
  using map = numbers();
  const tx = map.transaction((tx) => tx);
  assertThrows(() => tx.get("a"), Error, "is over");
  assertThrows(() => tx.set("a", 1), Error, "is over");
  assertStrictEquals(map.size, 0);
});

Deno.test("A direct write within a transaction of the same map throws", () => {
  using map = numbers();
  using same = another(map);
  using other = numbers();
  map.set("a", 1);
  const writes: ((map: Numbers) => unknown)[] = [
    (map) => map.set("b", 1),
    (map) => map.set("b", 1, { ttl: 5000 }),
    (map) => map.setMany([["b", 1]]),
    (map) => map.delete("a"),
    (map) => map.clear(),
    (map) => map.getOrInsert("b", 1),
    (map) => map.getOrInsertComputed("b", () => 1),
    (map) => map.swap("b", 1),
    (map) => map.take("a"),
    (map) => map.compareAndSet("a", 1, 2),
    (map) => map.compareAndDelete("a", 1),
    (map) => map.update("a", () => 2),
    (map) => map.increment("a"),
    (map) => map.expire("a", 5000),
  ];
  map.transaction((tx) => {
    tx.set("c", 3);
    for (const write of writes) {
      for (const direct of [map, same]) {
        assertThrows(
          () => write(direct),
          Error,
          "a transaction of the map runs here",
          `${write}`,
        );
      }
      write(other);
    }
    other.transaction(() =>
      assertThrows(() => map.set("b", 1), Error, "runs here")
    );
    assertStrictEquals(map.get("a"), 1);
    assertEquals([...map.keys()], ["a"]);
  });
  assertEquals(Object.fromEntries(map), { a: 1, c: 3 });
  map.set("b", 2); // it may again
});

Deno.test("A transaction within another one joins it", () => {
  using map = numbers();
  using same = another(map);
  map.transaction((outer) => {
    outer.set("a", 1);
    map.transaction((inner) => {
      assertStrictEquals(inner.get("a"), 1);
      inner.set("b", 2);
      same.setMany([["c", 3]], { atomic: true });
    });
    assertEquals([outer.get("b"), outer.get("c")], [2, 3]);
    assertStrictEquals(map.deleteMany(["a", "none"]), 1);
    assert(map.rename("b", "d"));
    assertStrictEquals(map.size, 0);
  });
  assertEquals(Object.fromEntries(map), { c: 3, d: 2 });
  assertStrictEquals(map.stats().transactions, 1);
});

Deno.test("What a joined transaction wrote is undone if it throws", () => {
  using map = numbers();
  map.set("x", 1);
  map.transaction((outer) => {
    outer.set("a", 1).set("b", 1);
    assertThrows(() =>
      map.transaction((inner) => {
        inner.set("a", 2).set("c", 2).delete("b");
        inner.delete("x");
        throw new Error("no");
      })
    );
    assertEquals(["a", "b", "c", "x"].map((key) => outer.get(key)), [
      1,
      1,
      undefined,
      1,
    ]);
  });
  assertEquals(Object.fromEntries(map), { a: 1, b: 1, x: 1 });
});

Deno.test("A transaction runs again if what it has read was changed before it commits", () => {
  using map = numbers();
  using other = another(map);
  const changes: [string, (map: Numbers) => void][] = [
    ["set", (map) => map.set("a", 10)],
    ["deleted", (map) => map.delete("a")],
    ["set and set back", (map) => map.set("a", 2).set("a", 1)],
  ];
  for (const [name, change] of changes) {
    map.clear();
    map.set("a", 1);
    const attempts: number[] = [];
    map.transaction((tx) => {
      attempts.push(tx.attempt);
      const seen = tx.get("a") ?? 0;
      if (tx.attempt === 1) elsewhere(() => change(other));
      tx.set("b", seen + 1);
    });
    assertEquals(attempts, [1, 2], name);
    assertStrictEquals(map.get("b"), (map.get("a") ?? 0) + 1, name);
    assertSound(map);
  }
  assertStrictEquals(map.stats().conflicts, changes.length);
});

Deno.test("A transaction runs again if a key is there that it has not found", () => {
  using map = numbers();
  using other = another(map);
  const isFirst = map.transaction((tx) => {
    const isFirst = !tx.has("a");
    if (tx.attempt === 1) elsewhere(() => other.set("a", 1));
    tx.set("b", 1);
    return isFirst;
  });
  assertFalse(isFirst);
  assertEquals(Object.fromEntries(map), { a: 1, b: 1 });
});

Deno.test("A transaction that only writes does not go by what is there", () => {
  using map = numbers();
  using other = another(map);
  map.transaction((tx) => {
    tx.set("a", 1).set("b", 1);
    elsewhere(() => other.set("a", 2));
    assertStrictEquals(tx.attempt, 1);
  });
  assertEquals(Object.fromEntries(map), { a: 1, b: 1 });
});

Deno.test("The code of a transaction never sees two moments", () => {
  using map = numbers();
  using other = another(map);
  map.setMany([["a", 0], ["b", 0]]);
  const seen: [number, number | undefined][] = [];
  map.transaction((tx) => {
    const a = tx.get("a")!;
    if (tx.attempt === 1) elsewhere(() => other.set("a", 1).set("b", 1));
    try {
      seen.push([a, tx.get("b")]);
    } catch (error) {
      seen.push([a, undefined]);
      assertThrows(() => tx.get("a"), Error, "runs again");
      assertStringIncludes(String(error), "runs again");
    }
    return seen;
  });
  assertEquals(seen, [[0, undefined], [1, 1]]);
});

Deno.test("The code of a transaction sees one moment of keys that come and go, too", () => {
  const clock = { now: 1_700_000_000_000, interrupt: () => {} };
  using _ = stub(Date, "now", () => {
    const { interrupt } = clock;
    clock.interrupt = () => {};
    interrupt();
    return clock.now;
  });
  const life = { ttl: 1_000_000 }; // so that a read asks for the time
  const befores: ((map: Numbers) => void)[] = [
    () => {},
    (map) => map.set("a", 5).delete("a"),
    (map) => map.set("a", 5, { ttl: 1 }),
  ];
  for (const before of befores) {
    using map = numbers();
    using other = another(map);
    map.set("b", 0, life);
    before(map);
    clock.now += 10;
    // Whenever b is 1, a is there.
    const seen = map.transaction((tx) => {
      const hasA = tx.has("a");
      if (tx.attempt === 1) {
        elsewhere(() => other.set("a", 1).set("b", 1, life));
        clock.interrupt = () =>
          elsewhere(() => other.set("b", 2, life).delete("a"));
      }
      return [hasA, tx.get("b")];
    });
    assertEquals(seen, [false, 2]);
    assertSound(map);
  }
});

Deno.test("After many keys a transaction reads a snapshot, and only its writes conflict", () => {
  using map = numbers();
  using other = another(map);
  const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
  map.setMany(keys.map((key) => [key, 1] as const));
  const sum = map.transaction((tx) => {
    let sum = 0;
    for (const [i, key] of keys.entries()) {
      if (i === 50) elsewhere(() => other.setMany(keys.map((key) => [key, 2])));
      if (i === 60) elsewhere(() => other.delete("k99"));
      sum += tx.get(key)!;
    }
    assertStrictEquals(tx.attempt, 1);
    return sum;
  });
  assertStrictEquals(sum, 100);
  assertStrictEquals(map.stats().openSnapshots, 0);
  const total = map.transaction((tx) => {
    const total = keys.reduce((sum, key) => sum + (tx.get(key) ?? 0), 0);
    if (tx.attempt === 1) elsewhere(() => other.set("k99", 7));
    tx.set("total", total);
    return total;
  });
  assertStrictEquals(total, 99 * 2 + 7);
  assertStrictEquals(map.get("total"), total);
  assertStrictEquals(map.stats().conflicts, 1);
  assertSound(map);
});

Deno.test("What a transaction has read is not reused, though its code goes through the map", () => {
  using map = numbers(2 ** 20);
  using other = another(map);
  const { buffer } = map.handle;
  const floats = new Float64Array(buffer);
  map.set("a", 123456.789).set("b", 1);
  const places = [...floats.keys()].filter((at) => floats[at] === 123456.789);
  assert(places.length > 0);
  map.transaction((tx) => {
    const a = tx.get("a")!;
    for (let i = 0; tx.attempt === 1 && i < 200; i++) {
      // Another worker lacks memory, so that all who are between operations free what they can.
      Atomics.add(new Int32Array(buffer), H_FLUSH, 1);
      assertStrictEquals([...map].length, 2);
      elsewhere(() => other.set("a", i));
      assertFalse(places.some((at) => floats[at] === i), `${i}`);
    }
    tx.set("b", a + 1);
  });
  assertStrictEquals(map.get("b"), map.get("a")! + 1);
});

Deno.test("A transaction that is abandoned closes its snapshot", () => {
  using map = numbers();
  map.setMany(Array.from({ length: 50 }, (_, i) => [`k${i}`, i] as const));
  assertThrows(() =>
    map.transaction((tx) => {
      for (let i = 0; i < 50; i++) tx.get(`k${i}`);
      assertStrictEquals(map.stats().openSnapshots, 1);
      throw new Error("no");
    })
  );
  assertStrictEquals(map.stats().openSnapshots, 0);
});

Deno.test("A snapshot shows all of a transaction or nothing", () => {
  using map = numbers();
  map.setMany([["a", 1], ["b", 1]]);
  using before = map.snapshot();
  map.transaction((tx) => tx.set("a", 2).set("c", 2).delete("b"));
  using after = map.snapshot();
  assertEquals(Object.fromEntries(before), { a: 1, b: 1 });
  assertEquals(Object.fromEntries(after), { a: 2, c: 2 });
});

Deno.test("Entries that a transaction writes expire as those of set() and update() do", () => {
  const clock = { now: 1_700_000_000_000 };
  using _ = stub(Date, "now", () => clock.now);
  using map = numbers();
  map.set("keeps", 1, { ttl: 1000 }).set("loses", 1, { ttl: 1000 });
  map.transaction((tx) => {
    tx.set("a", 1, { ttl: 500 });
    tx.increment("keeps");
    tx.set("loses", 2);
    tx.set("anew", 1, { ttl: 100 });
    tx.update("anew", (n = 0) => n + 1, { ttl: 900 }); // keeps what it has
    tx.set("longer", 1, { ttl: 100 });
    tx.update("longer", (n = 0) => n + 1, { ttl: 900, keepTtl: false });
  });
  const ttls = () =>
    ["a", "keeps", "loses", "anew", "longer"].map((key) => map.ttl(key));
  assertEquals(ttls(), [500, 1000, Infinity, 100, 900]);
  clock.now += 500;
  assertEquals(ttls(), [undefined, 500, Infinity, undefined, 400]);
  map.transaction((tx) => {
    assertFalse(tx.has("a"));
    assertFalse(tx.delete("a"));
    tx.set("keeps", 5, { ttl: 10_000, keepTtl: true });
  });
  assertEquals([map.get("keeps"), map.ttl("keeps")], [5, 500]);
  assertSound(map);
});

Deno.test("A transaction runs again if what it relies on expires before it commits", () => {
  const clock = { now: 1_700_000_000_000 };
  using _ = stub(Date, "now", () => clock.now);
  using map = numbers();
  for (const renew of [false, true]) {
    map.clear();
    map.set("lease", 1, { ttl: 1000 });
    const found: unknown[] = [];
    map.transaction((tx) => {
      found.push(tx.get("lease"));
      clock.now += 600;
      if (renew) tx.set("lease", 2, { ttl: 5000 });
      tx.set("b", 1);
    });
    assertEquals(found, [1], "in time");
    map.set("lease", 1, { ttl: 1000 });
    map.transaction((tx) => {
      found.push(tx.get("lease"));
      if (tx.attempt === 1) clock.now += 1000;
      if (renew) tx.set("lease", 2, { ttl: 5000 });
      tx.set("b", 1);
    });
    assertEquals(found, [1, 1, undefined], "too late");
    assertStrictEquals(map.get("lease"), renew ? 2 : undefined);
  }
});

Deno.test("SharedMap.setMany() with atomic sets all or none", () => {
  using map = numbers();
  const set = (entries: Iterable<readonly [string, number]>) =>
    map.setMany(entries, { atomic: true, ttl: 60_000 });
  set([["a", 1], ["b", 2], ["a", 3]]);
  assertEquals(Object.fromEntries(map), { a: 3, b: 2 });
  assert(map.ttl("a")! <= 60_000);
  assertThrows(() => set([["a", 9], ["c", "x" as never]]), TypeError);
  assertThrows(() => set([["a", 9], 5 as never]), TypeError, "pair");
  assertThrows(() => set(5 as never), TypeError, "iterable");
  assertEquals(Object.fromEntries(map), { a: 3, b: 2 });
  set([]);
});

Deno.test("SharedMap.deleteMany() deletes what is there", () => {
  using map = numbers();
  map.setMany(Array.from({ length: 500 }, (_, i) => [`k${i}`, i] as const));
  const keys = Array.from({ length: 700 }, (_, i) => `k${i + 100}`);
  assertStrictEquals(map.deleteMany([...keys, "k100"]), 400);
  assertStrictEquals(map.size, 100);
  assertStrictEquals(map.stats().deletes, 400);
  assertThrows(() => map.deleteMany(5 as never), TypeError, "iterable");
  assertSound(map);
});

Deno.test("SharedMap.rename() moves an entry with its expiry", () => {
  const clock = { now: 1_700_000_000_000 };
  using _ = stub(Date, "now", () => clock.now);
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  map.set("a", { x: 1 }, { ttl: 1000 }).set("b", "old");
  clock.now += 100;
  assert(map.rename("a", "b"));
  assertEquals([...map], [["b", { x: 1 }]]);
  assertStrictEquals(map.ttl("b"), 900);
  assertFalse(map.rename("a", "c"));
  assert(map.rename("b", "b"));
  assertFalse(map.rename("none", "none"));
  assertEquals([...map], [["b", { x: 1 }]]);
  assertStrictEquals(map.ttl("b"), 900);
  map.transaction((tx) => {
    tx.set("n", 1, { ttl: 50, keepTtl: true }).set("b", 2, { keepTtl: true });
    assert(map.rename("n", "m"));
    assert(map.rename("b", "c"));
  });
  assertEquals(Object.fromEntries(map), { m: 1, c: 2 });
  assertEquals([map.ttl("m"), map.ttl("c")], [50, 900]);
});

Deno.test("SharedMap.swapKeys() exchanges entries with their expiries", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  map.set("a", "one", { ttl: 60_000 }).set("b", [2]);
  assert(map.swapKeys("a", "b"));
  assertEquals([map.get("a"), map.get("b")], [[2], "one"]);
  assertStrictEquals(map.ttl("a"), Infinity);
  assert(map.ttl("b")! <= 60_000);
  assert(map.swapKeys("a", "c"));
  assertEquals([map.get("a"), map.get("c")], [undefined, [2]]);
  assert(map.swapKeys("c", "c"));
  assertFalse(map.swapKeys("none", "nothing"));
  assertEquals(Object.fromEntries(map), { b: "one", c: [2] });
});

Deno.test("A transaction for which there is no memory changes nothing", () => {
  using map = numbers(2 ** 20);
  const { usedBytes } = map.stats();
  const entries = Array.from(
    { length: 40_000 },
    (_, i) => [`k${i}`, i] as const,
  );
  map.set("k1", -1);
  assertThrows(() => map.setMany(entries, { atomic: true }), MapFullError);
  assertEquals([...map], [["k1", -1]]);
  assertSound(map);
  map.setMany(entries.slice(0, 500), { atomic: true });
  assertStrictEquals(map.size, 500);
  map.clear();
  assert(map.stats().usedBytes < usedBytes + 2 ** 16);
});

Deno.test("A transaction that runs out of memory half way leaves all as it was", () => {
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  const text = "x".repeat(300);
  const entries = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => [`${name}${i}`, text] as const);
  map.setMany(entries("old", 1200));
  const before = new Map(map);
  const attempts: number[] = [];
  assertThrows(() =>
    map.transaction((tx) => {
      attempts.push(tx.attempt);
      for (const [key, value] of entries("new", 1500)) tx.set(key, value);
      tx.delete("old1");
    }), MapFullError);
  assert(attempts.length > 1, "memory was reclaimed, and it was tried again");
  assertEquals(new Map(map), before);
  assertSound(map);
  map.setMany(entries("new", 200), { atomic: true });
  assertStrictEquals(map.size, 1400);
  map.clear();
  map.setMany(entries("new", 1500), { atomic: true });
  assertStrictEquals(map.size, 1500);
  assertSound(map);
});

Deno.test("A transaction in a full map can delete, and evicts where the map does", () => {
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  const text = "x".repeat(200);
  let count = 0;
  assertThrows(() => {
    for (;; count++) map.set(`k${count}`, text);
  }, MapFullError);
  map.transaction((tx) => {
    for (let i = 0; i < 10; i++) assert(tx.delete(`k${i}`));
  });
  assertStrictEquals(map.size, count - 10);
  assertSound(map);

  using cache = SharedMap.create<string, string>({
    maxBytes: 2 ** 20,
    onFull: "evict",
  });
  for (let round = 0; round < 600; round++) {
    cache.setMany(
      Array.from({ length: 20 }, (_, i) => [`${round}.${i}`, text] as const),
      { atomic: true },
    );
  }
  assert(cache.stats().evicted > 0);
  assertStrictEquals(cache.get("599.7"), text);
  assertSound(cache);
});

Deno.test("A transaction keeps a map at its most entries", () => {
  using cache = SharedMap.create<string, number>({
    value: "number",
    maxEntries: 100,
    onFull: "evict",
  });
  for (let round = 0; round < 50; round++) {
    cache.setMany(
      Array.from({ length: 30 }, (_, i) => [`${round}.${i}`, i] as const),
      { atomic: true },
    );
    assert(cache.size <= 100, `${cache.size}`);
  }
  assert(cache.size > 80);
  assertSound(cache);
});

Deno.test("A transaction may delete what it has set, and what was not there before", () => {
  using map = numbers();
  map.set("there", 1);
  const keys = Array.from(
    { length: 300 },
    (_, i) => `${i} `.repeat(i % 20 + 1),
  );
  map.transaction((tx) => {
    for (const key of keys) tx.set(key, 1);
    for (const key of keys) assert(tx.delete(key));
    tx.set("there", 2);
  });
  assertEquals([...map], [["there", 2]]);
  assertStrictEquals(map.stats().deletes, 0);
  assertSound(map);
});

Deno.test("A transaction writes to at most 65,535 keys", () => {
  using map = numbers(2 ** 25);
  const entries = Array.from(
    { length: 65_535 },
    (_, i) => [`k${i}`, i] as const,
  );
  map.setMany(entries, { atomic: true });
  assertStrictEquals(map.size, 65_535);
  assertThrows(
    () => map.setMany([...entries, ["more", 1]], { atomic: true }),
    RangeError,
    "at most 65535 keys",
  );
  assertFalse(map.has("more"));
  assertStrictEquals(map.deleteMany(entries.map(([key]) => key)), 65_535);
  assertSound(map);
});

Deno.test("Transactions on the same keys give back what memory they took", () => {
  using map = numbers();
  const run = () =>
    map.transaction((tx) => {
      for (let i = 0; i < 10; i++) tx.increment(`k${i}`);
      assertFalse(tx.has("none"));
      tx.set("comes", 1);
      tx.delete("goes");
    });
  const andBack = () => map.transaction((tx) => tx.delete("comes"));
  for (let i = 0; i < 200; i++) (run(), andBack());
  const { usedBytes } = map.stats();
  for (let i = 0; i < 2000; i++) (run(), andBack());
  assert(map.stats().usedBytes <= usedBytes + 4096);
  assertStrictEquals(map.get("k0"), 2200);
  assertSound(map);
});

Deno.test("Transactions work with keys and values of all codecs", () => {
  const dates: Codec<Date> = {
    name: "date",
    encode: (date) => new Uint8Array(new Float64Array([+date]).buffer),
    decode: (bytes) => new Date(new Float64Array(bytes.buffer)[0]),
  };
  using byNumber = SharedMap.create<number, Date>({
    key: "number",
    value: dates,
  });
  byNumber.transaction((tx) => {
    tx.set(1, new Date(5));
    assertEquals(tx.get(1), new Date(5));
  });
  assertEquals(byNumber.get(1), new Date(5));
  assertStrictEquals(
    byNumber.transaction((tx) =>
      +tx.update(1, (date) => new Date(+date! + 1))!
    ),
    6,
  );
  using byBytes = SharedMap.create<Uint8Array, string>({
    key: "bytes",
    value: "string",
  });
  const long = new Uint8Array(3000).fill(7);
  byBytes.transaction((tx) => {
    tx.set(long, "long").set(new Uint8Array(), "empty");
    assertStrictEquals(tx.get(long.slice()), "long");
  });
  assertEquals([byBytes.get(long), byBytes.size], ["long", 2]);
  using own = SharedMap.create<Date, string>({ key: dates, value: "string" });
  own.transaction((tx) => tx.set(new Date(1), "a").set(new Date(1), "b"));
  assertEquals([...own], [[new Date(1), "b"]]);
});

Deno.test("A map that is closed in the code of its transaction writes nothing", () => {
  const map = numbers();
  using other = another(map);
  assertThrows(
    () =>
      map.transaction((tx) => {
        tx.set("a", 1);
        map.close();
      }),
    ClosedError,
  );
  assertThrows(() => map.transaction(() => {}), ClosedError);
  assertStrictEquals(other.size, 0);
  other.set("a", 2);
});

Deno.test("A transaction in vain leaves what others insert where it relied on absence", () => {
  using map = numbers();
  using other = another(map);
  for (let i = 0; i < 1_000; i++) { // from then on tombstones are dropped at once
    map.set("none", 0);
    map.delete("none");
  }
  const { table } = attachmentOf(map);
  const { insert } = table;
  table.insert = (key, version) => {
    Reflect.deleteProperty(table, "insert");
    const outcome = insert.call(table, key, version);
    other.set("a", 7); // the tombstone is linked, and not looked at again
    return outcome;
  };
  const seen: (number | undefined)[] = [];
  map.transaction((tx) => {
    seen.push(tx.get("a"));
    tx.set("b", tx.attempt);
  });
  assertEquals(seen, [undefined, 7]);
  assertEquals([map.get("a"), map.get("b")], [7, 2]);
});

Deno.test("A transaction wakes those who wait for what it writes", async () => {
  using map = numbers();
  const waits = [map.waitFor("a"), map.waitFor("b")];
  await new Promise((resolve) => setTimeout(resolve, 0));
  map.transaction((tx) => tx.set("a", 1).set("b", 2));
  assertEquals(await Promise.all(waits), [1, 2]);
});
