import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  listSnapshots,
  restoreSnapshot,
  SharedMap,
  writeSnapshot,
} from "../../mod.ts";
import { idleEnd, idles, isRenewalDue, lifeEnd } from "../../src/map/idle.ts";
import { forSeeds } from "../testing/random.ts";
import { MapTime } from "./map_time.ts";
import { openBy, type Opened, type Way, WAYS } from "./ways.ts";

type Shared = SharedMap<string, unknown>;

const IDLE = 8_000;
/** An entry ends when nobody has used it for so long at most. */
const LATEST = IDLE * 9 / 8 + 1;

function open(way: Way = "with the kernel"): Opened {
  return openBy(way, { maxBytes: 2 ** 21, idle: IDLE });
}

const VALUES: readonly unknown[] = [1, "text", "x".repeat(3_000), { a: 1 }];

const USES: readonly [
  what: string,
  use: (map: Shared, key: string, value: unknown) => void,
][] = [
  ["get", (map, key) => map.get(key)],
  ["has", (map, key) => map.has(key)],
  ["ttl", (map, key) => map.ttl(key)],
  ["getMany", (map, key) => map.getMany(["none", key])],
  ["getOrInsert", (map, key) => map.getOrInsert(key, 5)],
  ["getOrInsertComputed", (map, key) => map.getOrInsertComputed(key, () => 5)],
  ["update", (map, key) => map.update(key, (value) => value)],
  ["set", (map, key, value) => map.set(key, value)],
  ["setMany", (map, key, value) => map.setMany([[key, value]])],
  [
    "set with keepTtl",
    (map, key, value) => map.set(key, value, { keepTtl: true }),
  ],
  ["swap", (map, key, value) => map.swap(key, value)],
  ["compareAndSet", (map, key, value) => map.compareAndSet(key, value, value)],
  [
    "transaction",
    (map, key, value) => map.transaction((tx) => tx.set(key, value)),
  ],
];

for (const way of WAYS) {
  Deno.test(`an entry that is used does not end, ${way}`, () => {
    using time = new MapTime();
    using of = open(way);
    const { map } = of;
    for (const value of VALUES) {
      for (const [name, use] of USES) {
        map.set("key", value);
        for (const after of [IDLE - 1, IDLE / 16, IDLE - 1, IDLE - 1]) {
          time.now += after;
          assertEquals(peek(map), value, `${name}, ${typeof value}`);
          use(map, "key", value);
        }
        time.now += LATEST;
        assertStrictEquals(map.get("key"), undefined, name);
      }
    }
  });

  Deno.test(`counters idle, too, ${way}`, () => {
    using time = new MapTime();
    using of = open(way);
    const { map } = of;
    for (let i = 1; i < 5; i++) {
      assertStrictEquals(map.increment("count"), i);
      time.now += IDLE - 1;
    }
    time.now += LATEST;
    assertStrictEquals(map.increment("count"), 1);
  });

  Deno.test(`an entry with a time to live ends by that, used or not, ${way}`, () => {
    using time = new MapTime();
    using of = open(way);
    const { map } = of;
    for (const ttl of [IDLE / 2, IDLE / 2 + 0.5, 3 * IDLE]) {
      map.set("key", 1, { ttl });
      for (let left = ttl; left > 1_000; left -= 1_000) {
        time.now += 1_000;
        assertStrictEquals(map.get("key"), 1);
        assert(map.ttl("key")! <= left);
      }
      time.now += 1_001;
      assertStrictEquals(map.get("key"), undefined, `${ttl}`);
    }
  });
}

/** The value of the key, in a way that is no use. */
function peek(map: Shared): unknown {
  using snapshot = map.snapshot();
  return snapshot.get("key");
}

Deno.test("snapshots, iteration and what a transaction reads are no uses", () => {
  using time = new MapTime();
  using of = open();
  const { map } = of;
  map.set("key", 1);
  for (let i = 0; i < 3; i++) {
    time.now += IDLE / 3;
    assertStrictEquals(peek(map), 1);
    for (const _ of map);
    map.transaction((tx) => tx.get("key"));
    map.transaction(() => map.get("key"));
  }
  time.now += IDLE / 3;
  assertStrictEquals(map.get("key"), undefined);
});

Deno.test("reads write nothing until an eighth of the time to idle has passed", () => {
  using time = new MapTime();
  using of = open();
  const { map } = of;
  map.set("key", 1);
  const left = map.ttl("key")!;
  time.now += IDLE / 8 - 1;
  assertStrictEquals(map.ttl("key"), left - IDLE / 8 + 1, "as it was");
  time.now += 2;
  assertStrictEquals(map.ttl("key"), left, "renewed");
});

Deno.test("what nobody uses is swept", () => {
  using time = new MapTime();
  using of = open();
  const { map } = of;
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  map.set("key", 1, { ttl: Infinity });
  map.set("lasting", 1, { ttl: 100 * IDLE });
  time.tick(LATEST);
  time.tick(10_000);
  assertEquals([...map.keys()], ["lasting"]);
  assertStrictEquals(map.size, 1);
});

Deno.test("expire() gives an entry its own end, and Infinity lets it idle again", () => {
  using time = new MapTime();
  using of = open();
  const { map } = of;
  map.set("key", 1);
  assert(map.expire("key", 3 * IDLE));
  time.now += 2 * IDLE;
  assertStrictEquals(map.get("key"), 1);
  assert(map.expire("key", Infinity));
  time.now += IDLE - 1;
  assertStrictEquals(map.get("key"), 1);
  time.now += LATEST;
  assertStrictEquals(map.get("key"), undefined);
});

Deno.test("a renewed entry is what it was, in all workers and in a snapshot", () => {
  using time = new MapTime();
  using of = open();
  const { map } = of;
  using other: Shared = SharedMap.attach(map.handle);
  map.set("key", { a: 1 });
  using before = map.snapshot();
  for (let i = 0; i < 5; i++) {
    time.now += IDLE - 1;
    assertEquals(other.get("key"), { a: 1 });
  }
  assertEquals(before.get("key"), { a: 1 });
  assertStrictEquals(map.size, 1);
});

Deno.test("entries that idle go on idling after a restart", async () => {
  const directory = await Deno.makeTempDir();
  try {
    {
      using map: Shared = SharedMap.create({ maxBytes: 2 ** 21, idle: 60_000 });
      map.set("key", 1).set("lasting", 2, { ttl: 1e9 });
      await writeSnapshot(map, directory);
    }
    assertStrictEquals((await listSnapshots(directory)).length, 1);
    using map: Shared = SharedMap.create({ maxBytes: 2 ** 21, idle: 60_000 });
    await restoreSnapshot(map, directory);
    using time = new MapTime();
    assert(map.ttl("key")! > 0);
    for (let i = 0; i < 3; i++) {
      time.now += 50_000;
      assertStrictEquals(map.get("key"), 1);
    }
    time.now += 70_000;
    assertStrictEquals(map.get("key"), undefined);
    assertStrictEquals(map.get("lasting"), 2);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a read in a full map renews nothing, and is no error", () => {
  using time = new MapTime();
  using map: Shared = SharedMap.create({ maxBytes: 2 ** 20, idle: IDLE });
  const fill = (size: number) => {
    try {
      for (let i = 0;; i++) map.set(`${size}, ${i}`, "x".repeat(size));
    } catch (error) {
      assert(error instanceof Error && error.name === "MapFullError");
    }
  };
  map.set("key", "x".repeat(1_000));
  for (const size of [1_000, 100, 1]) fill(size);
  time.now += IDLE / 2;
  assertStrictEquals(map.get("key"), "x".repeat(1_000));
  assert(map.ttl("key")! < IDLE, "it has no more time than before");
});

Deno.test("an expiry tells what it is, and never lies too early", () => {
  forSeeds(200, (random) => {
    const idle = 1 + random.below(2 ** random.below(40));
    const now = 1e12 + random.below(1e9);
    const end = idleEnd(idle, now);
    assert(idles(end) && !idles(lifeEnd(random.fraction() * 1e6, now)));
    assert(end >= now + idle && end <= now + idle * 9 / 8 + 1);
    const later = now + random.below(idle + idle / 8);
    if (!isRenewalDue(end, idle, later)) assert(end >= later + idle);
    assert(!isRenewalDue(lifeEnd(1, now), idle, now + 1e12));
  });
});

Deno.test("SharedMap.create() refuses a time to idle that is none", () => {
  for (const idle of [0, -1, 0.5, NaN, Infinity, 2 ** 41]) {
    const options = { maxBytes: 2 ** 20, idle };
    assertThrows(() => SharedMap.create(options), RangeError, "idle");
  }
  for (const idle of ["1", null, {}]) {
    const options = { maxBytes: 2 ** 20, idle } as never;
    assertThrows(() => SharedMap.create(options), TypeError, "idle");
  }
});
