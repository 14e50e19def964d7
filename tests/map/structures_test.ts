// Structures: trees that hang from versions. They are freed exactly once, whatever takes their
// place, and not before the last snapshot that shows them is closed.
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { MapFullError, SharedMap } from "../../mod.ts";
import { attachmentOf, partsOf } from "../../src/api/shared_map.ts";
import { evacuate } from "../../src/map/evacuation.ts";
import { sweep } from "../../src/map/expiry_sweep.ts";
import { P_HELD_COUNT } from "../../src/segment/layout.ts";
import { sumOver } from "../../src/segment/participants.ts";
import { assertSound } from "../testing/inspection.ts";
import { NumberTrees } from "../testing/number_trees.ts";
import { type Found, Pairs } from "../testing/pairs.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

type StringMap = SharedMap<string, unknown>;

function setUp(options: object = {}): { map: StringMap; pairs: Pairs<string> } {
  const map: StringMap = SharedMap.create({ maxBytes: 2 ** 20, ...options });
  return { map, pairs: new Pairs(attachmentOf(map), "string") };
}

/** Frees all that can be freed; then nothing must be left of what is not there any more. */
function assertSettled(map: StringMap): void {
  attachmentOf(map).participant.collectAll();
  assertSound(map);
}

/** Nothing is left but the table: the map was cleared. */
function assertNothingLeft(map: StringMap): void {
  map.clear();
  assertSettled(map);
  assertEquals(map.stats().liveBytes, 0);
}

function heldOf(map: StringMap): number {
  return sumOver(attachmentOf(map).segment.words, P_HELD_COUNT);
}

Deno.test("a structure is changed by copies of the way to the change", () => {
  const { map, pairs } = setUp();
  assertEquals(pairs.read("p"), undefined);
  pairs.put("p", 1, 2);
  assertEquals(pairs.read("p"), [1, 2]);
  pairs.add("p", 0, 10);
  assertEquals(pairs.read("p"), [11, 2]);
  pairs.add("p", 1, 10);
  assertEquals(pairs.read("p"), [11, 12]);
  pairs.addTwice("p", 1, 1);
  assertEquals(pairs.read("p"), [12, 13]);
  pairs.cut("p");
  assertEquals(pairs.read("p"), [12, undefined]);
  pairs.add("p", 1, 5);
  assertEquals(pairs.read("p"), [12, 5]);
  assertSettled(map);
  pairs.delete("p");
  assertEquals(pairs.read("p"), undefined);
  assertNothingLeft(map);
  map.close();
});

Deno.test("whatever takes the place of a structure, its nodes are freed once", async (t) => {
  const ways: Record<string, (map: StringMap, pairs: Pairs<string>) => void> = {
    "set()": (map) => map.set("p", "a plain value"),
    "set() with a ttl": (map) => map.set("p", 1, { ttl: 1000 }),
    "delete()": (map) => assert(map.delete("p")),
    "setMany()": (map) => map.setMany([["p", 1], ["q", 2]]),
    "setMany() at one moment": (map) =>
      map.setMany([["p", 1], ["q", 2]], { atomic: true }),
    "a transaction that sets it": (map) =>
      map.transaction((tx) => void tx.set("p", 1).set("q", 2)),
    "a transaction that deletes it": (map) =>
      map.transaction((tx) => tx.delete("p")),
    "a new structure": (_, pairs) => pairs.put("p", 3, 4),
    "a new structure, made in steps": (_, pairs) => {
      pairs.putTwice("p", 3, 4);
      assertEquals(pairs.read("p"), [3, 4]);
    },
    "clear()": (map) => map.clear(),
    "its expiry": (map) => {
      map.expire("p", 1);
      const now = Date.now() + 10;
      const { now: real } = Date;
      Date.now = () => now;
      try {
        sweep(attachmentOf(map), Infinity);
      } finally {
        Date.now = real;
      }
      assertEquals(map.has("p"), false);
    },
  };
  for (const [name, replace] of Object.entries(ways)) {
    await t.step(name, () => {
      const { map, pairs } = setUp();
      pairs.put("p", 1, 2);
      assertSettled(map);
      replace(map, pairs);
      assertSettled(map);
      assertNothingLeft(map);
      map.close();
    });
    await t.step(`${name}, while a snapshot shows it`, () => {
      const { map, pairs } = setUp();
      pairs.put("p", 1, 2);
      const snapshot = map.snapshot();
      replace(map, pairs);
      assertSettled(map);
      assertEquals(pairs.readAt("p", snapshot.tick), [1, 2]);
      snapshot.close();
      assertSettled(map);
      assertEquals(heldOf(map), 0);
      assertNothingLeft(map);
      map.close();
    });
  }
});

Deno.test("what keeps a structure keeps its nodes", async (t) => {
  const ways: Record<string, (map: StringMap) => void> = {
    "expire()": (map) => assert(map.expire("p", 60_000)),
    "expire() for good": (map) => {
      map.expire("p", 60_000);
      assert(map.expire("p", Infinity));
    },
    "evacuation": (map) =>
      assert(
        evacuate(attachmentOf(map), [
          0,
          attachmentOf(map).segment.chunkCount >> 1,
        ]),
      ),
    "growth": (map) => {
      for (let i = 0; i < 500; i++) map.set(`${i}`, i);
    },
    "a transaction that relies on it": (map) =>
      map.transaction((tx) => void (tx.has("p") && tx.set("q", 1))),
  };
  for (const [name, keep] of Object.entries(ways)) {
    await t.step(name, () => {
      const { map, pairs } = setUp();
      pairs.put("p", 1, 2);
      pairs.add("p", 0, 1);
      using snapshot = map.snapshot();
      keep(map);
      assertEquals(pairs.read("p"), [2, 2]);
      assertSettled(map);
      pairs.add("p", 1, 1);
      assertEquals(pairs.read("p"), [2, 3]);
      assertEquals(pairs.readAt("p", snapshot.tick), [2, 2]);
      snapshot.close();
      assertSettled(map);
      assertEquals(heldOf(map), 0);
      assertNothingLeft(map);
      map.close();
    });
  }
});

Deno.test("a commit of several keys brings trees, and frees what they leave out", () => {
  const { map, pairs } = setUp();
  pairs.put("p", 1, 2);
  map.set("q", "a plain value");
  pairs.addToBoth("p", "q", 10);
  assertEquals([pairs.read("p"), pairs.read("q")], [[11, 2], [10, 0]]);
  assertSettled(map);
  const snapshot = map.snapshot();
  pairs.addToBoth("p", "q", 10);
  pairs.addToBoth("q", "p", 10);
  assertSettled(map);
  assertEquals([pairs.read("p"), pairs.read("q")], [[31, 2], [30, 0]]);
  assertEquals(pairs.readAt("p", snapshot.tick), [11, 2]);
  assertEquals(pairs.readAt("q", snapshot.tick), [10, 0]);
  snapshot.close();
  assertSettled(map);
  assertEquals(heldOf(map), 0);
  assertNothingLeft(map);
  map.close();
});

Deno.test("a snapshot keeps each node that it shows, and no other", () => {
  const { map, pairs } = setUp();
  pairs.put("p", 0, 0);
  const snapshot = map.snapshot();
  for (let i = 0; i < 1000; i++) pairs.add("p", 0, 1);
  assertSettled(map);
  // A version, its root, and the first half with its leaf.
  assertEquals(heldOf(map), 4);
  assertEquals(pairs.readAt("p", snapshot.tick), [0, 0]);
  assertEquals(pairs.read("p"), [1000, 0]);
  snapshot.close();
  assertSettled(map);
  assertEquals(heldOf(map), 0);
  assertNothingLeft(map);
  map.close();
});

Deno.test(
  "snapshots show structures as they were, whatever happens after",
  seeded((random) => {
    const { map, pairs } = setUp();
    const now = new Map<string, Found>();
    const shown: { tick: number; was: Map<string, Found>; close(): void }[] =
      [];
    for (let i = 0; i < 1000 * SCALE; i++) {
      changeOne(map, pairs, now, random);
      if (random.chance(0.03) && shown.length < 8) {
        const snapshot = map.snapshot();
        const close = () => snapshot.close();
        shown.push({ tick: snapshot.tick, was: new Map(now), close });
      }
      if (random.chance(0.03) && shown.length > 0) {
        shown.splice(random.below(shown.length), 1)[0].close();
      }
      if (i % 50 !== 0) continue;
      for (const { tick, was } of shown) {
        for (const key of KEYS) {
          assertEquals(pairs.readAt(key, tick), was.get(key), key);
        }
      }
      for (const key of KEYS) assertEquals(pairs.read(key), now.get(key), key);
      assertSettled(map);
    }
    for (const { close } of shown) close();
    assertSettled(map);
    assertEquals(heldOf(map), 0);
    assertNothingLeft(map);
    map.close();
  }),
);

const KEYS = ["a", "b", "c"];

/** Changes one key, and says so in `now`. */
function changeOne(
  map: StringMap,
  pairs: Pairs<string>,
  now: Map<string, Found>,
  random: Random,
): void {
  const key = KEYS[random.below(KEYS.length)];
  const other = KEYS[random.below(KEYS.length)];
  const found = now.get(key);
  const n = random.below(100);
  const [a, b] = typeof found === "object" ? found : [0, 0];
  switch (random.below(9)) {
    case 0:
      pairs.put(key, n, n);
      now.set(key, [n, n]);
      break;
    case 1:
    case 2:
      pairs.add(key, 0, n);
      now.set(key, [a + n, b]);
      break;
    case 3:
      pairs.add(key, 1, n);
      now.set(key, [a, (b ?? 0) + n]);
      break;
    case 4:
      if (typeof found !== "object" || b === undefined) break;
      pairs.addTwice(key, n, 1);
      now.set(key, [a + n, b + 1]);
      break;
    case 5:
      pairs.cut(key);
      if (typeof found === "object") now.set(key, [a, undefined]);
      break;
    case 6:
      map.delete(key);
      now.delete(key);
      break;
    case 7:
      map.set(key, "a plain value");
      now.set(key, "a plain value");
      break;
    case 8:
      map.transaction((tx) => void tx.set(key, 1).delete(other));
      now.set(key, "a plain value");
      now.delete(other);
  }
}

Deno.test("a map does not take a structure for a value of its own", () => {
  const { map, pairs } = setUp();
  pairs.put("p", 1, 2);
  const message = "it is a collection of a store";
  const reads = [
    () => map.get("p"),
    () => [...map.values()],
    () => [...map],
    () => map.swap("p", 1),
    () => map.take("p"),
    () => map.update("p", () => 1),
    () => map.getOrInsert("p", 1),
    () => map.increment("p" as never),
    () => map.rename("p", "q"),
    () => map.transaction((tx) => tx.get("p")),
  ];
  for (const read of reads) assertThrows(read, TypeError, message);
  assertEquals(map.compareAndSet("p", 1, 2), false);
  const { reader } = partsOf(map);
  assertEquals(reader.look("p", ({ bytes }) => bytes, "look"), undefined);
  assertEquals([map.has("p"), map.size, [...map.keys()]], [true, 1, ["p"]]);
  assertEquals(map.ttl("p"), Infinity);
  assertEquals(pairs.read("p"), [1, 2]);
  assertSettled(map);
  assertNothingLeft(map);
  map.close();
});

Deno.test("what there is no memory for changes nothing", () => {
  const { map, pairs } = setUp();
  let count = 0;
  assertThrows(() => {
    for (;; count++) pairs.put(`${count}`, count, count);
  }, MapFullError);
  assert(count > 100, `${count}`);
  assertSettled(map);
  for (let i = 0; i < count; i++) assertEquals(pairs.read(`${i}`), [i, i]);
  for (let i = 0; i < count; i++) map.delete(`${i}`);
  assertEquals(map.size, 0);
  pairs.put("p", 1, 2);
  assertEquals(pairs.read("p"), [1, 2]);
  assertNothingLeft(map);
  map.close();
});

Deno.test("a map that evicts evicts structures with all their nodes", () => {
  const { map, pairs } = setUp({ onFull: "evict" });
  for (let i = 0; i < 10_000; i++) pairs.put(`${i}`, i, i);
  assert(map.size < 10_000);
  assert(map.size > 100);
  assertSettled(map);
  assertNothingLeft(map);
  map.close();
});

/** Blocks that an operation frees: those of some collections. The structure has 30,000. */
const FEW = 6000;

/** What happens to a large structure, whose memory is needed after that. */
const ENDS: Record<string, (map: StringMap) => void> = {
  "delete()": (map) => void map.delete("p"),
  "delete() while a snapshot shows it": (map) => {
    using _ = map.snapshot();
    map.delete("p");
  },
  "a change that leaves its tree out": (map) =>
    new NumberTrees<string>(attachmentOf(map), "string").empty("p", 0),
};

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test(`no write frees all of a large structure, after ${name}`, () => {
    const { map } = setUp({ maxBytes: 2 ** 22 });
    const reclaimed = () => map.stats().reclaimed;
    putLarge(map, "p");
    let i = 0;
    assertThrows(() => {
      for (;; i++) map.set(`${i}`, "x".repeat(200));
    }, MapFullError);
    end(map);
    let most = 0;
    for (const before = i; i < before + 600; i++) {
      const freed = reclaimed();
      map.set(`${i}`, "x".repeat(200));
      most = Math.max(most, reclaimed() - freed);
    }
    assertGreater(most, 0);
    assertLess(most, FEW);
    map.close();
  });
}

Deno.test("no write frees all of a large structure that was evicted", () => {
  const { map } = setUp({ maxBytes: 2 ** 22, onFull: "evict" });
  const reclaimed = () => map.stats().reclaimed;
  let most = 0;
  for (let i = 0; i < 30_000; i++) {
    if (i % 6000 === 0) putLarge(map, "p");
    const freed = reclaimed();
    map.set(`${i}`, "x".repeat(200));
    most = Math.max(most, reclaimed() - freed);
  }
  assertGreater(map.stats().evicted, 10_000);
  assertLess(most, FEW);
  assertSettled(map);
  map.close();
});

/** Thousands of nodes. */
function putLarge(map: StringMap, key: string): void {
  const numbers = Array.from({ length: 60_000 }, (_, i) => i);
  const trees = new NumberTrees<string>(attachmentOf(map), "string");
  trees.put(key, { lists: [numbers], label: "" });
}
