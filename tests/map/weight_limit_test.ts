import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  HandleError,
  restoreSnapshot,
  SharedMap,
  type SharedMapOptions,
  writeSnapshot,
} from "../../mod.ts";
import { evacuate } from "../../src/map/evacuation.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { Folder } from "../testing/folder.ts";
import { assertSound } from "../testing/inspection.ts";
import { seeded } from "../testing/random.ts";

type Value = number | string | number[];
type Map = SharedMap<string, Value>;

const MOST = 1000;

/** Numbers weigh what they are, other things as much as they are long. */
function weigh(value: Value): number {
  return typeof value === "number" ? value : value.length;
}

function weighed(options: SharedMapOptions<string, Value> = {}): Map {
  return SharedMap.create<string, Value>({
    maxBytes: 2 ** 22,
    onFull: "evict",
    maxWeight: MOST,
    weigh,
    ...options,
  });
}

/** What the entries of a map weigh, one by one. */
function weightIn(map: Map): number {
  let sum = 0;
  for (const value of map.values()) sum += weigh(value);
  return sum;
}

function assertWeighs(map: Map, what?: string): void {
  assertStrictEquals(map.stats().weight, weightIn(map), what);
}

// ---- counting -----------------------------------------------------------------------------------

/** Every way to write a key, with a value that weighs as much as is said. */
const WRITES: Record<string, (map: Map, key: string, weight: number) => void> =
  {
    "set a number": (map, key, weight) => map.set(key, weight),
    "set a string": (map, key, weight) => map.set(key, "x".repeat(weight)),
    "set an array": (map, key, weight) =>
      map.set(key, new Array(weight).fill(0)),
    "set with an expiry": (map, key, weight) =>
      map.set(key, weight, { ttl: 60_000 }),
    "set that keeps the expiry": (map, key, weight) =>
      map.set(key, weight, { keepTtl: true }),
    "setMany": (map, key, weight) =>
      map.setMany([[key, weight], [`${key}'`, weight]]),
    "setMany, atomic": (map, key, weight) =>
      map.setMany([[key, weight], [`${key}'`, weight]], { atomic: true }),
    "swap": (map, key, weight) => void map.swap(key, weight),
    "getOrInsert": (map, key, weight) => void map.getOrInsert(key, weight),
    "getOrInsertComputed": (map, key, weight) =>
      void map.getOrInsertComputed(key, () => weight),
    "compareAndSet": (map, key, weight) =>
      void map.compareAndSet(key, map.get(key), weight),
    "update": (map, key, weight) => void map.update(key, () => weight),
    "update of a number": (map, key, weight) => {
      map.set(key, 1);
      map.update(key, (it) => it as number + weight);
    },
    "increment": (map, key, weight) => {
      if (typeof map.get(key) !== "number") map.set(key, 0);
      if (map.get(key) as number < MOST / 20) map.increment(key, weight);
    },
    "expire": (map, key) => void map.expire(key, 60_000),
    "delete": (map, key) => void map.delete(key),
    "take": (map, key) => void map.take(key),
    "compareAndDelete": (map, key) =>
      void map.compareAndDelete(key, map.get(key) ?? 0),
    "a transaction": (map, key, weight) =>
      map.transaction((tx) => {
        tx.set(`${key}"`, tx.get(key) ?? weight);
        tx.set(key, weight);
      }),
    "a transaction that increments and deletes": (map, key, weight) => {
      map.set(key, 1);
      map.transaction((tx) => {
        tx.increment(key, weight);
        tx.delete(`${key}'`);
      });
    },
    "a long key": (map, key, weight) => map.set(key + "y".repeat(500), weight),
    "a key that is not Latin-1": (map, key, weight) =>
      map.set(`${key}\u{1f600}`, weight),
  };

for (const [name, write] of Object.entries(WRITES)) {
  Deno.test(
    `what entries weigh is counted, whatever writes them: ${name}`,
    seeded((random) => {
      using map = weighed();
      for (let i = 0; i < 400; i++) {
        const key = `key ${random.below(40)}`;
        const weight = random.below(50);
        if (random.chance(0.5)) map.set(key, weight);
        else write(map, key, weight);
        assertWeighs(map, `after ${i}`);
        assert(map.stats().weight <= MOST, `${map.stats().weight} after ${i}`);
      }
      assertSound(map);
      map.clear();
      assertStrictEquals(map.stats().weight, 0);
    }),
  );
}

Deno.test("what entries weigh is counted when they move, and when they expire", () => {
  using map = weighed();
  for (let i = 0; i < 300; i++) map.set(`key ${i}`, i % 4, { ttl: 1e6 });
  const before = map.stats().weight;
  assertWeighs(map);
  const { segment } = attachmentOf(map);
  evacuate(attachmentOf(map), [segment.firstChunk, segment.words.length / 4]);
  map.expire("key 3", 1e7);
  assertStrictEquals(map.stats().weight, before);
  assertWeighs(map);
  for (let i = 0; i < 300; i++) map.expire(`key ${i}`, 0.001);
  for (let i = 0; i < 300; i++) map.set(`other ${i}`, 1);
  map.clear();
  assertStrictEquals(map.stats().weight, 0);
  assertSound(map);
});

// ---- evicting -----------------------------------------------------------------------------------

for (const policy of ["s3-fifo", "lru", "random"] as const) {
  Deno.test(`a map with maxWeight is full, and never above it: ${policy}`, () => {
    using map = weighed({ policy });
    for (let i = 0; i < 2000; i++) {
      map.set(`key ${i}`, 1 + i % 30);
      assert(map.stats().weight <= MOST, `${map.stats().weight} after ${i}`);
    }
    assertGreater(map.stats().weight, MOST * 0.9);
    assertGreater(map.stats().evicted, 1000);
    assertWeighs(map);
    assertSound(map);
  });
}

Deno.test("a heavy entry takes the place of many light ones, 64 for each write", () => {
  using map = weighed();
  for (let i = 0; i < MOST; i++) map.set(`key ${i}`, 1);
  assertStrictEquals(map.size, MOST);
  map.set("heavy", MOST / 2);
  assertStrictEquals(map.stats().evicted, 64);
  for (let i = 0; i < 20; i++) map.set("heavy", MOST / 2);
  assert(map.stats().weight <= MOST);
  assertWeighs(map);
});

Deno.test("an entry that weighs nothing can be set in a map that is full", () => {
  using map = weighed();
  for (let i = 0; i < 20; i++) map.set(`key ${i}`, MOST / 20);
  for (let i = 0; i < 20; i++) map.set(`light ${i}`, 0);
  assertStrictEquals(map.stats().evicted, 0);
  assertStrictEquals(map.stats().weight, MOST);
});

// ---- the caller's function ----------------------------------------------------------------------

const BAD: readonly [unknown, ErrorConstructor, string][] = [
  ["1", TypeError, 'weigh must return a number: received "1"'],
  [undefined, TypeError, "received undefined"],
  [
    -1,
    RangeError,
    "an integer from 0 to maxWeight, which is 1000: received -1",
  ],
  [0.5, RangeError, "received 0.5"],
  [NaN, RangeError, "received NaN"],
  [MOST + 1, RangeError, "received 1001"],
];

for (const [weight, error, message] of BAD) {
  Deno.test(`a weight that is none changes nothing: ${weight} of type ${typeof weight}`, () => {
    let isBad = false;
    using map = weighed({
      weigh: (value) => isBad ? weight as number : weigh(value),
    });
    map.set("a", 5);
    isBad = true;
    assertThrows(() => map.set("a", 7), error, message);
    assertThrows(() => map.set("b", 7), error, message);
    assertThrows(() => map.increment("a", 7), error, message);
    assertThrows(() => map.transaction((tx) => tx.set("a", 7)), error, message);
    isBad = false;
    assertEquals([...map], [["a", 5]]);
    assertWeighs(map);
    assertSound(map);
  });
}

Deno.test("what weigh throws is thrown, and changes nothing", () => {
  using map = weighed({
    weigh: () => {
      throw new Error("no scales");
    },
  });
  assertThrows(() => map.set("a", 1), Error, "no scales");
  assertStrictEquals(map.size, 0);
});

Deno.test("weigh may use the map that it weighs for", () => {
  using map = weighed({
    weigh(value): number {
      if (value === "outer") map.set("inner", "a value of the function's own");
      return weigh(value as Value);
    },
  });
  map.set("key", "outer");
  assertStrictEquals(map.get("key"), "outer");
  assertStrictEquals(map.get("inner"), "a value of the function's own");
  assertWeighs(map);
});

Deno.test("a transaction may not weigh more than all entries may", () => {
  using map = weighed();
  map.set("a", 1);
  assertThrows(
    () =>
      map.transaction((tx) => {
        tx.set("a", MOST / 2);
        tx.set("b", MOST / 2 + 1);
      }),
    RangeError,
    "what it writes weighs 1001, and maxWeight is 1000",
  );
  assertEquals([...map], [["a", 1]]);
});

// ---- options ------------------------------------------------------------------------------------

Deno.test("SharedMap.create() says what is wrong with maxWeight and weigh", () => {
  const make = (options: object) => () =>
    SharedMap.create<string, Value>({ onFull: "evict", ...options });
  assertThrows(
    make({ maxWeight: 5 }),
    TypeError,
    "maxWeight needs weigh: pass both",
  );
  assertThrows(make({ weigh }), TypeError, "weigh needs maxWeight: pass both");
  assertThrows(
    make({ maxWeight: 5, weigh: 5 }),
    TypeError,
    "weigh: it must be a function: received 5",
  );
  for (const maxWeight of [0, -1, 1.5, 16_000_001]) {
    assertThrows(
      make({ maxWeight, weigh }),
      RangeError,
      "maxWeight must be an integer from 1 to 16000000",
    );
  }
  assertThrows(
    make({ maxWeight: 5, weigh, onFull: "throw" }),
    TypeError,
    "maxWeight is for maps that evict",
  );
});

Deno.test("whoever attaches to a map that is weighed has to weigh, too", () => {
  using map = weighed();
  assertThrows(
    () => SharedMap.attach<string, Value>(map.handle),
    HandleError,
    "it was made with maxWeight, so every worker must give the same `weigh`",
  );
  using same = SharedMap.attach<string, Value>(map.handle, { weigh });
  same.set("a", 5);
  map.set("b", 6);
  assertStrictEquals(map.stats().weight, 11);
  using other = SharedMap.create<string, Value>({ maxBytes: 2 ** 22 });
  assertThrows(
    () => SharedMap.attach<string, Value>(other.handle, { weigh }),
    HandleError,
    "it was made without maxWeight, so it takes no `weigh`",
  );
});

Deno.test("SharedMap.fetch() weighs what it loads", async () => {
  using map = weighed();
  assertStrictEquals(await map.fetch("a", () => Promise.resolve(7)), 7);
  assertStrictEquals(map.stats().weight, 7);
});

// ---- files --------------------------------------------------------------------------------------

Deno.test("what is restored is weighed, by the function that there is then", async () => {
  using folder = new Folder();
  {
    using map = weighed();
    for (let i = 0; i < 100; i++) map.set(`key ${i}`, i % 10);
    await writeSnapshot(map, folder.path);
  }
  {
    using map = weighed();
    map.set("key 5", 500);
    map.set("mine", 1);
    await restoreSnapshot(map, folder.path);
    assertStrictEquals(map.stats().weight, 451);
    assertWeighs(map);
    assertSound(map);
  }
  using heavier = weighed({ weigh: (value) => 10 * weigh(value) });
  await restoreSnapshot(heavier, folder.path);
  assert(heavier.stats().weight <= MOST);
  assertStrictEquals(heavier.stats().weight, 10 * weightIn(heavier));
  assertLess(heavier.size, 100);
  assertSound(heavier);
});

Deno.test("a map that is opened weighs what it finds on disk", async () => {
  using folder = new Folder();
  const options = {
    maxBytes: 2 ** 22,
    onFull: "evict",
    maxWeight: MOST,
    weigh,
    persist: { directory: folder.path, interval: 60_000 },
  } as const;
  {
    await using map = await SharedMap.open<string, Value>("scales", options);
    for (let i = 0; i < 100; i++) map.set(`key ${i}`, i % 10);
    await map.flush();
  }
  await using map = await SharedMap.open<string, Value>("scales", options);
  assertStrictEquals(map.size, 100);
  assertStrictEquals(map.stats().weight, 450);
  map.set("key 9", 0);
  assertStrictEquals(map.stats().weight, 441);
  assertSound(map);
});
