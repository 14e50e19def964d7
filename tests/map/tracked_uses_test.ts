import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_HEAT, H_HEAT_MASK, H_MINUTE } from "../../src/segment/layout.ts";
import { FIRST_COUNT } from "../../src/table/uses.ts";
import { MapTime } from "./map_time.ts";
import { openBy, type Opened, type Way, WAYS } from "./ways.ts";

type Shared = SharedMap<string, unknown>;

const MINUTE = 60_000;

function open(way: Way): Opened {
  return openBy(way, { maxBytes: 2 ** 22, track: true });
}

const USES: readonly [
  what: string,
  use: (map: Shared, key: string) => void,
][] = [
  ["get", (map, key) => map.get(key)],
  ["has", (map, key) => map.has(key)],
  ["getMany", (map, key) => map.getMany([key])],
  ["set", (map, key) => map.set(key, 2)],
  ["set a text", (map, key) => map.set(key, "text")],
  ["increment", (map, key) => map.set(key, 1).increment(key)],
  ["update", (map, key) => map.update(key, () => 3)],
  ["swap", (map, key) => map.swap(key, 3)],
  ["expire", (map, key) => map.expire(key, 100 * MINUTE)],
  ["getOrInsert", (map, key) => map.getOrInsert(key, 3)],
  ["transaction", (map, key) => map.transaction((tx) => tx.set(key, 4))],
];

for (const way of WAYS) {
  Deno.test(`SharedMap.access() tells when an entry was read or written last, ${way}`, () => {
    using time = new MapTime();
    using of = open(way);
    const { map } = of;
    for (const value of [1, "text", { a: 1 }]) {
      for (const ttl of [undefined, 1000 * MINUTE]) {
        for (const [name, use] of USES) {
          const key = `${typeof value}, ${ttl}, ${name}`;
          map.set(key, value, { ttl });
          assertEquals(map.access(key)?.idle, 0, key);
          time.tick(10 * MINUTE);
          assertEquals(map.access(key)?.idle, 10 * MINUTE, key);
          assertStrictEquals(map.access(key)?.frequency, 0, "it decays");
          use(map, key);
          assertEquals(map.access(key)?.idle, 0, key);
        }
      }
    }
  });

  Deno.test(`SharedMap.access() tells how often an entry is used, ${way}`, () => {
    using _ = new MapTime();
    using of = open(way);
    const { map } = of;
    map.set("often", 1).set("rarely", 1);
    for (let i = 0; i < 20_000; i++) map.get("often");
    const often = map.access("often")!.frequency;
    assert(often > 2 * FIRST_COUNT, `${often}`);
    const rarely = map.access("rarely")!.frequency - FIRST_COUNT;
    assert(rarely === 0 || rarely === 1, "it may be in the sample");
    map.delete("rarely");
    assertStrictEquals(map.access("rarely"), undefined);
    assertStrictEquals(map.access("never"), undefined);
  });

  Deno.test(`SharedMap.hottest() lists what is used most, ${way}`, () => {
    using time = new MapTime();
    using of = open(way);
    const { map } = of;
    for (let i = 0; i < 1_000; i++) map.set(`${i}`, i);
    for (let i = 0; i < 60_000; i++) {
      map.get("7");
      if (i % 3 === 0) map.get("8");
      map.get(`${i % 1_000}`);
    }
    const [first, second] = map.hottest(2);
    assertEquals([first.key, second.key], ["7", "8"]);
    assert(first.uses > 40_000 && first.uses < 90_000, `${first.uses}`);
    assertEquals(map.hottest(1), [first]);
    map.delete("7");
    assertStrictEquals(map.hottest(1)[0].key, "8");
    time.tick(3 * MINUTE);
    assertEquals(map.hottest(5), [], "that was a while ago");
  });
}

Deno.test("SharedMap.hottest() sums up what all workers use", () => {
  using here: Shared = SharedMap.create({ maxBytes: 2 ** 22, track: true });
  using there: Shared = SharedMap.attach(here.handle);
  here.set("a", 1).set("b", 1).set("c", 1);
  for (let i = 0; i < 20_000; i++) {
    here.get("a");
    there.get("b");
    (i % 2 === 0 ? here : there).get("c");
    if (i % 2 === 0) there.get("c");
  }
  assertEquals(here.hottest(3), there.hottest(3));
  assertStrictEquals(here.hottest(9).length, 3);
  assertStrictEquals(here.hottest(1)[0].key, "c");
});

Deno.test("which minute it is, workers look up when they have time, and while they are busy", () => {
  using time = new MapTime();
  using map: Shared = SharedMap.create({ maxBytes: 2 ** 20, track: true });
  const { words } = attachmentOf(map).segment;
  const passed = (since: number) => (words[H_MINUTE] - since) & 0xffff;
  map.set("a", 1);
  const first = words[H_MINUTE];
  time.tick(3 * MINUTE);
  assertStrictEquals(passed(first), 3, "in the background");
  time.now += 2 * MINUTE; // nothing in the background meanwhile
  for (let i = 0; i < 10_000; i++) map.get("a");
  assertStrictEquals(passed(first), 5, "by some of the uses");
});

Deno.test("SharedMap.ages() tells how many entries were used how long ago", () => {
  using time = new MapTime();
  using of = open("with the kernel");
  const { map } = of;
  const sums = () => map.ages().map(({ entries }) => entries);
  assertEquals(sums(), [0, 0, 0, 0, 0, 0, 0]);
  for (let i = 0; i < 3_000; i++) map.set(`${i}`, i);
  assertEquals(sums(), [3_000, 0, 0, 0, 0, 0, 0]);
  time.now += 100 * MINUTE;
  assertEquals(sums(), [0, 0, 0, 0, 3_000, 0, 0]);
  for (let i = 0; i < 1_500; i++) map.get(`${i}`);
  const [now, , , , then] = sums();
  assert(Math.abs(now - 1_500) < 400 && Math.abs(then - 1_500) < 400, `${now}`);
  time.now += 7 * MINUTE;
  assertEquals(sums()[0], 0);
  assertStrictEquals(map.ages()[2].within, 15 * MINUTE);
  time.now += 3_000 * MINUTE;
  assertEquals(sums(), [0, 0, 0, 0, 0, 0, 3_000]);
  const { words } = attachmentOf(map).segment;
  words.fill(0, words[H_HEAT], words[H_HEAT] + 4 * (words[H_HEAT_MASK] + 1));
  assertEquals(sums(), [0, 0, 0, 0, 0, 0, 3_000], "nothing is known");
});

Deno.test("SharedMap.access() and hottest() are no uses, nor are scans and snapshots", () => {
  using time = new MapTime();
  using of = open("with the kernel");
  const { map } = of;
  map.set("a", 1).set("b", 2);
  time.tick(5 * MINUTE);
  map.access("a");
  map.hottest(5);
  for (const _ of map);
  {
    using snapshot = map.snapshot();
    snapshot.get("a");
  }
  assertStrictEquals(map.access("a")?.idle, 5 * MINUTE);
});

Deno.test("SharedMap.access() tells the heat in a map that evicts and does not track", () => {
  using map: Shared = SharedMap.create({ maxBytes: 2 ** 20, onFull: "evict" });
  map.set("a", 1);
  map.get("a");
  assertEquals(map.access("a"), { frequency: 1, idle: undefined });
});

Deno.test("a map that evicts and tracks keeps what is read", () => {
  using map = SharedMap.create<string, string>({
    maxBytes: 2 ** 21,
    onFull: "evict",
    track: true,
  });
  const read = Array.from({ length: 100 }, (_, i) => `read ${i}`);
  for (const key of read) map.set(key, "x".repeat(100));
  for (let i = 0; map.stats().evicted < 30_000; i++) {
    map.set(`written ${i}`, "x".repeat(100));
    map.get(read[i % read.length]);
  }
  const kept = read.filter((key) => map.has(key)).length;
  assert(kept > 95, `${kept} of 100 were kept`);
});

Deno.test("what is tracked needs a map that tracks it", () => {
  using map: Shared = SharedMap.create({ maxBytes: 2 ** 20 });
  assertThrows(() => map.access("a"), TypeError, "track: true");
  assertThrows(() => map.hottest(1), TypeError, "track: true");
  assertThrows(() => map.ages(), TypeError, "track: true");
  for (const track of [1, "yes", null, {}]) {
    const options = { maxBytes: 2 ** 20, track } as never;
    assertThrows(() => SharedMap.create(options), TypeError, "track");
  }
  using tracks: Shared = SharedMap.create({ maxBytes: 2 ** 20, track: true });
  for (const n of ["1", null, undefined, {}]) {
    assertThrows(() => tracks.hottest(n as never), TypeError, "n must be");
  }
  for (const n of [0, -1, 0.5, NaN, Infinity]) {
    assertThrows(() => tracks.hottest(n), RangeError, "n must be");
  }
});
