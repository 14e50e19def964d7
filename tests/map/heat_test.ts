import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { evacuate } from "../../src/map/evacuation.ts";
import { sweep } from "../../src/map/expiry_sweep.ts";
import { EpochScan } from "../../src/persist/epoch_scan.ts";
import { H_HEAT, H_HEAT_MASK } from "../../src/segment/layout.ts";
import { heatOf, MOST_HEAT } from "../../src/table/heat.ts";
import { inspect } from "../../src/table/inspect.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { openBy, type Opened, type Way, WAYS } from "./ways.ts";

type Shared = SharedMap<string, unknown>;

const HOUR = 3_600_000;
/** A map that evicts, and looks entries up in one of the ways. */
function open(way: Way, maxBytes = 2 ** 22): Opened {
  return openBy(way, { maxBytes, onFull: "evict" });
}

function hashOf(map: Shared, key: string): number {
  const encoded = new EncodedKey(attachmentOf(map).segment.seed);
  encoded.packLatin1(key);
  return encoded.hash;
}

function heat(map: Shared, key: string): number {
  return heatOf(attachmentOf(map).segment.words, hashOf(map, key));
}

const VALUES: readonly [what: string, value: unknown][] = [
  ["a number", 1],
  ["an empty text", ""],
  ["a text", "text"],
  ["a long text", "x".repeat(500)],
  ["a text of several chunks", "x".repeat(50_000)],
  ["an object", { a: [1, 2] }],
];

const READS: readonly [
  what: string,
  read: (map: Shared, key: string) => void,
][] = [
  ["get", (map, key) => map.get(key)],
  ["has", (map, key) => map.has(key)],
  ["ttl", (map, key) => map.ttl(key)],
  ["getMany", (map, key) => map.getMany([key, "absent"])],
  ["getOrInsert", (map, key) => map.getOrInsert(key, 2)],
  [
    "getOrInsertComputed",
    (map, key) => map.getOrInsertComputed(key, () => 2),
  ],
  ["update", (map, key) => map.update(key, (value) => value)],
  ["swap", (map, key) => map.swap(key, 2)],
];

for (const way of WAYS) {
  Deno.test(`what reads an entry raises its heat, once for each call, ${way}`, () => {
    using of = open(way);
    const { map } = of;
    for (const [what, value] of VALUES) {
      for (const ttl of [undefined, HOUR]) {
        for (const [name, read] of READS) {
          const key = `${what}, ${ttl}, ${name}`;
          map.set(key, value, { ttl });
          assertStrictEquals(heat(map, key), 0, key);
          read(map, key);
          assertStrictEquals(heat(map, key), 1, key);
        }
      }
    }
    for (const ttl of [undefined, HOUR]) {
      const key = `counter, ${ttl}`;
      map.increment(key, 1, { ttl });
      assertStrictEquals(heat(map, key), 0, `${key}: it was not there`);
      map.increment(key, 1);
      assertStrictEquals(heat(map, key), 1, key);
    }
  });

  Deno.test(`what only writes an entry, or finds none, leaves its heat, ${way}`, () => {
    using of = open(way);
    const { map } = of;
    const heatWords = () => {
      const { words } = attachmentOf(map).segment;
      const first = words[H_HEAT];
      return words.subarray(first, first + words[H_HEAT_MASK] + 1);
    };
    for (const [what, value] of VALUES) {
      map.get(what);
      map.has(what);
      map.ttl(what);
      map.set(what, value);
      map.set(what, value, { ttl: HOUR });
      map.expire(what, 2 * HOUR);
      map.compareAndSet(what, value, value);
      map.delete(what);
      map.getOrInsert(what, value);
      map.take(what);
    }
    assert(heatWords().every((word) => word === 0));
  });

  Deno.test(`an entry that has expired is not read, ${way}`, () => {
    using of = open(way);
    const { map } = of;
    for (const [what, value] of VALUES) map.set(what, value, { ttl: 1 });
    const { now } = Date;
    Date.now = () => now() + HOUR;
    try {
      for (const [what] of VALUES) {
        for (const [name, read] of READS.slice(0, 4)) {
          read(map, what);
          assertStrictEquals(heat(map, what), 0, name);
        }
      }
    } finally {
      Date.now = now;
    }
  });
}

Deno.test("what the library reads for itself leaves heat as it is", () => {
  using of = open("with the kernel");
  const { map } = of;
  for (let i = 0; i < 300; i++) {
    map.set(`${i}`, i, { ttl: i % 2 === 0 ? HOUR : undefined });
  }
  const attachment = attachmentOf(map);
  const { words } = attachment.segment;
  const heatWords = () =>
    words.slice(words[H_HEAT], words[H_HEAT] + words[H_HEAT_MASK] + 1);
  map.get("1");
  const before = heatWords();
  for (const _ of map);
  map.forEach(() => {});
  {
    using snapshot = map.snapshot();
    snapshot.get("2");
    for (const _ of snapshot);
  }
  {
    using scan = new EpochScan(attachment, 0);
    while (scan.share < 1) {
      scan.next([]);
      scan.pass();
    }
  }
  sweep(attachment, Infinity);
  assertEquals(heatWords(), before);
});

Deno.test("heat outlasts an update, an evacuation and growth", () => {
  using of = open("with the kernel");
  const { map } = of;
  const attachment = attachmentOf(map);
  map.set("kept", 0);
  for (let i = 0; i < MOST_HEAT; i++) map.get("kept");
  map.set("kept", "another value");
  map.delete("kept");
  map.set("kept", 1);
  assertStrictEquals(heat(map, "kept"), MOST_HEAT);
  assert(evacuate(attachment, [0, attachment.segment.chunkCount >> 1]));
  assertStrictEquals(heat(map, "kept"), MOST_HEAT);
  const { migrations } = map.stats();
  for (let i = 0; i < 5_000; i++) map.set(`key ${i}`, i);
  assert(map.stats().migrations > migrations);
  assertStrictEquals(heat(map, "kept"), MOST_HEAT);
  assertEquals(inspect(attachment.segment).tables.byHeat, [5_000, 0, 0, 1]);
});

Deno.test("SharedMap that evicts keeps what is read", () => {
  using of = open("with the kernel", 2 ** 20);
  const { map } = of;
  const read = Array.from({ length: 100 }, (_, i) => `read ${i}`);
  for (const key of read) map.set(key, "x".repeat(100));
  for (let i = 0; map.stats().evicted < 30_000; i++) {
    map.set(`written ${i}`, "x".repeat(100));
    map.get(read[i % read.length]);
  }
  const kept = read.filter((key) => map.has(key)).length;
  assert(kept > 95, `${kept} of 100 were kept`);
});
