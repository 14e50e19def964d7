import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { MapFullError, SharedMap } from "../../mod.ts";
import { reservedChunks } from "../../src/segment/long_key.ts";
import { Segment } from "../../src/segment/segment.ts";
import { eventually } from "../testing/eventually.ts";
import { Random, SEED, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { MapTime } from "./map_time.ts";

const MIB = 2 ** 20;

/** Sets `keyOf(0)`, `keyOf(1)`, … until the map is full; returns how many fitted. */
function fill<V>(
  map: SharedMap<string, V>,
  keyOf: (n: number) => string,
  value: V,
): number {
  for (let n = 0;; n++) {
    try {
      map.set(keyOf(n), value);
    } catch (error) {
      if (error instanceof MapFullError) return n;
      throw error;
    }
  }
}

function bytesMap(maxBytes: number): SharedMap<string, Uint8Array> {
  return SharedMap.create<string, Uint8Array>({ value: "bytes", maxBytes });
}

Deno.test("SharedMap.create() with the smallest maxBytes makes a map for real data", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: MIB });
  for (let i = 0; i < 2000; i++) map.set(`user:${i}`, { id: i, name: `n${i}` });
  assertStrictEquals(map.size, 2000);
  for (let i = 0; i < 2000; i++) {
    assertEquals(map.get(`user:${i}`), { id: i, name: `n${i}` });
  }
});

Deno.test("MapFullError knows the sizes", () => {
  using map = bytesMap(MIB);
  map.set("a", new Uint8Array(1000));
  const big = new Uint8Array(2 * MIB);
  const error = assertThrows(() => map.set("big", big), MapFullError);
  assertStrictEquals(error.name, "MapFullError");
  assertGreaterOrEqual(error.needed, 2 * MIB);
  assertLess(error.needed, 2 * MIB + 100);
  assertStrictEquals(error.maxBytes, MIB);
  assertStrictEquals(error.liveBytes, map.stats().liveBytes);
  assert(error.message.includes(`${error.needed}`), error.message);
  assert(error.message.includes("larger maxBytes"), "it says what to do");
});

for (const onFull of ["throw", "evict"] as const) {
  Deno.test(`MapFullError names the oldest open snapshot where onFull is "${onFull}"`, () => {
    using time = new MapTime();
    using map = SharedMap.create<number, string>({
      key: "number",
      maxBytes: 2 * MIB,
      onFull,
    });
    const value = "x".repeat(250);
    for (let n = 0; n < 5000; n++) map.set(n, value);
    const snapshot = map.snapshot();
    time.tick(90_000);
    map.set(-1, "");
    using _ = map.snapshot();
    // No room for this beside what the first snapshot shows, whatever is evicted.
    const large = "x".repeat(MIB);
    const error = assertThrows(() => map.set(-2, large), MapFullError);
    assertStrictEquals(error.snapshot!.tick, snapshot.tick);
    const { ageMs } = error.snapshot!;
    assert(ageMs >= 90_000 && ageMs <= 91_000, `${ageMs}`);
    const { message } = error;
    assertMatch(message, /a snapshot has been open for 9[01] s \(.*: close it/);
    assert(!message.includes("onFull"), message);
    snapshot.close();
    _.close();
    for (let i = 0; i < 5000; i++) map.set(i % 5000, value);
  });
}

Deno.test("MapFullError does not advise to evict where the map does", () => {
  using map = SharedMap.create<string, Uint8Array>({
    maxBytes: MIB,
    onFull: "evict",
  });
  const big = new Uint8Array(2 * MIB);
  const error = assertThrows(() => map.set("big", big), MapFullError);
  assertStrictEquals(error.snapshot, undefined);
  assert(!error.message.includes("onFull"), error.message);
  assert(error.message.includes("larger maxBytes"), error.message);
});

Deno.test("MapFullError.needed is what the refused write needed, also when the table is what is full", () => {
  for (const maxBytes of [MIB, 4 * MIB, 16 * MIB]) {
    using map = SharedMap.create<string, unknown>({ maxBytes });
    assertThrows(() => map.set("big", "x".repeat(maxBytes)), MapFullError);
    let error: unknown;
    for (let i = 0; error === undefined; i++) {
      try {
        map.set(`${i}`, i);
      } catch (thrown) {
        error = thrown;
      }
    }
    assert(error instanceof MapFullError);
    assertGreater(error.needed, 0);
    assertLess(error.needed, 100, "not what an earlier write needed");
    assert(!error.message.includes("never fit"), error.message);
  }
});

Deno.test("SharedMap stays readable and deletable when it is full, and takes sets again", () => {
  for (const size of [8, 100, 3000, 100_000]) {
    using map = bytesMap(2 * MIB);
    const value = new Uint8Array(size).fill(7);
    const count = fill(map, (n) => `k${n}`, value);
    assertGreater(count, 0);
    assertStrictEquals(map.size, count);
    for (let n = 0; n < count; n++) assert(map.has(`k${n}`));
    assertEquals(map.get("k0"), value);
    assertStrictEquals([...map.keys()].length, count);
    using snapshot = map.snapshot();
    assertStrictEquals(snapshot.size, count);
    snapshot.close();
    for (let n = 0; n < count; n++) assert(map.delete(`k${n}`), `k${n}`);
    assertStrictEquals(map.size, 0);
    map.set("again", value);
    assertEquals(map.get("again"), value);
  }
});

Deno.test("SharedMap unharmed by a refused write: the old value stays", () => {
  using map = bytesMap(MIB);
  map.set("a", new Uint8Array([1, 2, 3]));
  const big = new Uint8Array(2 * MIB);
  const before = map.stats();
  const tries = [
    () => map.set("a", big),
    () => map.swap("a", big),
    () => map.update("a", () => big),
    () => map.compareAndSet("a", new Uint8Array([1, 2, 3]), big),
    () => map.getOrInsert("b", big),
    () => map.getOrInsertComputed("b", () => big),
    () => map.setMany([["b", big]]),
  ];
  for (const attempt of tries) assertThrows(attempt, MapFullError);
  assertEquals(map.get("a"), new Uint8Array([1, 2, 3]));
  assertStrictEquals(map.has("b"), false);
  assertStrictEquals(map.size, 1);
  assertStrictEquals(map.stats().usedBytes, before.usedBytes);
});

function refill(
  maxBytes: number,
  size: number,
  keyOf: (round: number, n: number) => string,
): void {
  using map = bytesMap(maxBytes);
  const value = new Uint8Array(size);
  const counts: number[] = [];
  for (let round = 0; round < 5; round++) {
    const count = fill(map, (n) => keyOf(round, n), value);
    counts.push(count);
    assertStrictEquals(map.size, count);
    for (let n = 0; n < count; n++) assert(map.delete(keyOf(round, n)));
    assertStrictEquals(map.size, 0);
    assertStrictEquals(map.stats().liveBytes, 0);
  }
  const what = `${size} bytes in ${maxBytes}: ${counts}`;
  assertGreater(counts[0] * size, maxBytes / 13, what);
  for (const count of counts) assertGreater(count, counts[0] * 0.75, what);
}

for (const size of [8, 100, 3000, 100_000]) {
  for (const mib of [1, 4, 16]) {
    Deno.test(`SharedMap of ${mib} MiB can be filled with ${size} bytes each, emptied and filled again`, () => {
      refill(mib * MIB, size, (_, n) => `k${n}`);
    });
    Deno.test(`SharedMap of ${mib} MiB can be filled with ${size} bytes each, emptied and filled with other keys`, () => {
      refill(mib * MIB, size, (round, n) => `${round}:${n}`);
    });
  }
}

for (const [mib, size] of [[3, 100], [4, 30], [6, 8], [11, 100], [16, 1000]]) {
  Deno.test(`SharedMap of ${mib} MiB can be filled with ${size} bytes each, cleared and filled again`, () => {
    using map = bytesMap(mib * MIB);
    const value = new Uint8Array(size);
    const count = fill(map, (n) => `k${n}`, value);
    for (let round = 0; round < 2; round++) {
      map.clear();
      assertGreater(fill(map, (n) => `k${n}`, value), count * 0.85);
    }
  });
}

/** Sets `k0`, `k1`, … in a map of its own until that is full; returns how many fitted. */
function fitsFresh(maxBytes: number, size: number): number {
  using fresh = bytesMap(maxBytes);
  return fill(fresh, (n) => `k${n}`, new Uint8Array(size));
}

Deno.test("SharedMap makes its table small again when large values need the memory", () => {
  const large = new Uint8Array(100_000);
  const count = fitsFresh(4 * MIB, large.length);
  using map = bytesMap(4 * MIB);
  fill(map, (n) => `k${n}`, new Uint8Array(8));
  map.clear();
  assertGreaterOrEqual(fill(map, (n) => `k${n}`, large), count - 1);
});

Deno.test("SharedMap can be filled with one size of values after another", () => {
  const sizes = [8, 3000, 100, 100_000];
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, fitsFresh(4 * MIB, size));
  using map = bytesMap(4 * MIB);
  for (let round = 0; round < 2; round++) {
    for (const size of sizes) {
      const count = fill(map, (n) => `k${n}`, new Uint8Array(size));
      assertGreater(
        count,
        counts.get(size)! * 0.85,
        `round ${round}, ${size} bytes: a fresh map takes ${counts.get(size)}`,
      );
      map.clear();
      assertStrictEquals(map.size, 0);
    }
  }
});

Deno.test(
  "SharedMap can be filled with sizes in any order, however it is emptied in between",
  seeded((chance) => {
    const sizes = [0, 8, 30, 100, 500, 1000, 3000, 20_000, 100_000];
    for (let turn = 0; turn < 5 * SCALE; turn++) {
      const maxBytes = Math.round((1 + 5 * chance.fraction()) * MIB);
      using map = bytesMap(maxBytes);
      const sequence: string[] = [];
      for (let round = 0; round < 4; round++) {
        const size = chance.pick(sizes);
        const count = fill(map, (n) => `k${n}`, new Uint8Array(size));
        const most = fitsFresh(maxBytes, size);
        sequence.push(`${count} of ${most} with ${size} bytes`);
        // A large value needs a whole stretch, and a table may end up amid the memory.
        const what = `${maxBytes}: ${sequence.join(", ")}`;
        assertGreater(count, Math.floor(most * 0.3) - 1, what);
        if (chance.chance(0.5)) map.clear();
        else for (let n = 0; n < count; n++) assert(map.delete(`k${n}`), what);
        assertStrictEquals(map.size, 0, what);
      }
    }
  }),
);

Deno.test("SharedMap.clear() empties a full map, however long its keys are", () => {
  for (const length of [10, 3000, 50_000]) {
    using map = SharedMap.create<string, number>({ maxBytes: MIB });
    const count = fill(map, (n) => `${n}`.padEnd(length, "x"), 1);
    map.clear();
    assertStrictEquals(map.size, 0, `keys of ${length} characters`);
    assertGreater(
      fill(map, (n) => `${n}`.padEnd(length, "y"), 1),
      count * 0.75 - 1,
    );
  }
});

Deno.test("SharedMap.delete() works in a full map, however long the key is", () => {
  for (const length of [1000, 20_000, 100_000]) {
    using map = SharedMap.create<string, number>({ maxBytes: MIB });
    const long = (n: number) => `${n}`.padEnd(length, "x");
    const count = fill(map, long, 1);
    fill(map, (n) => `short ${n}`, 1);
    for (let n = 0; n < count; n++) {
      assert(map.delete(long(n)), `a key of ${length} characters`);
    }
  }
});

Deno.test("SharedMap.take() and compareAndDelete() work in a full map", () => {
  using map = bytesMap(MIB);
  const value = new Uint8Array(100);
  const count = fill(map, (n) => `k${n}`, value);
  for (let n = 0; n < count; n++) {
    if (n % 2 === 0) assertEquals(map.take(`k${n}`), value);
    else assert(map.compareAndDelete(`k${n}`, value));
  }
  assertStrictEquals(map.size, 0);
});

Deno.test("SharedMap overwrites in a full map as soon as something was deleted", () => {
  using map = SharedMap.create<string, number>({ maxBytes: MIB });
  const count = fill(map, (n) => `k${n}`, 0);
  for (let n = 0; n < 4; n++) map.delete(`k${n}`);
  for (let n = 4; n < count; n++) {
    map.set(`k${n}`, n);
    map.increment(`k${n}`);
  }
  assertStrictEquals(map.get(`k${count - 1}`), count);
});

Deno.test("SharedMap counts expired entries as room", () => {
  using map = bytesMap(MIB);
  const { now } = Date;
  try {
    Date.now = () => 1000;
    for (;;) {
      try {
        map.set(`${map.size}`, new Uint8Array(100), { ttl: 10 });
      } catch (error) {
        assert(error instanceof MapFullError);
        break;
      }
    }
    const count = map.size;
    Date.now = () => 2000;
    map.set("new", new Uint8Array(100));
    assertLess(map.size, count);
    assertGreater(map.stats().expired, 0);
  } finally {
    Date.now = now;
  }
});

Deno.test("SharedMap gives memory back to another attachment", async () => {
  using map = bytesMap(MIB);
  using other = SharedMap.attach<string, Uint8Array>(map.handle);
  const value = new Uint8Array(100);
  const count = fill(map, (n) => `k${n}`, value);
  for (let n = 0; n < count; n++) assert(map.delete(`k${n}`));
  // At once, but for the blocks at hand of the one that freed it. It gives those too when
  // it is at rest.
  for (let n = 0; n < count * 0.5; n++) other.set(`k${n}`, value);
  for (let n = 0; n < count * 0.75; n++) {
    await eventually(() => void other.set(`k${n}`, value));
  }
});

Deno.test("SharedMap does not run full while the caller keeps a pin", () => {
  using map = bytesMap(MIB);
  using _ = map.pin();
  const value = new Uint8Array(1000);
  for (let i = 0; i < 20_000; i++) map.set(`k${i % 100}`, value);
});

Deno.test("SharedMap can always delete, however sets and deletes take turns in a full map", () => {
  for (const prefix of ["", "0 ", "a longer key "]) {
    using map = SharedMap.create<string, unknown>({ maxBytes: MIB });
    const fits = (key: string, value: unknown) => {
      try {
        map.set(key, value);
        return true;
      } catch (error) {
        if (error instanceof MapFullError) return false;
        throw error;
      }
    };
    let count = 0;
    while (count < 1500) map.set(`${prefix}drop ${count}`, count++);
    for (let i = 0; fits(`large ${i}`, new Uint8Array(4000)); i++);
    while (fits(`${prefix}drop ${count}`, count)) count++;
    let deleted = 0;
    for (let i = 0; i < 2000 && deleted < count; i++) {
      if (fits(`${prefix}more ${i}`, i)) continue;
      assert(map.delete(`${prefix}drop ${deleted++}`));
    }
    assertGreater(deleted, 500);
  }
});

Deno.test("SharedMap takes as many entries again once its longest key is gone", () => {
  const key = (n: number) => `${n}`.padEnd(1000, "x");
  const fitting = (prepare: (map: SharedMap<string, number>) => void) => {
    using map = SharedMap.create<string, number>({ maxBytes: 32 * MIB });
    prepare(map);
    return fill(map, key, 1);
  };
  const most = fitting(() => {});
  const long = (length: number) => "k".repeat(length * MIB);
  const cases: ((map: SharedMap<string, number>) => void)[] = [
    (map) => {
      map.set(long(12), 1);
      assert(map.delete(long(12)));
    },
    (map) => {
      map.set(long(12), 1);
      map.clear();
    },
    (map) => { // it does not fit, and nothing of it is kept
      assertThrows(() => map.set(long(16), 1), MapFullError);
    },
    (map) => { // the second longest goes first
      for (const length of [3, 4, 5]) map.set(long(length), 1);
      for (const length of [4, 5, 3]) assert(map.delete(long(length)));
    },
    (map) => { // in all the versions that a snapshot kept
      map.set(long(5), 1);
      using _ = map.snapshot();
      map.set(long(5), 2);
      assert(map.delete(long(5)));
    },
  ];
  for (const [i, prepare] of cases.entries()) {
    assertGreater(fitting(prepare), most * 0.98, `case ${i}`);
  }
});

Deno.test("SharedMap that evicts holds as many entries again once its longest key is gone", () => {
  const holding = (hadLongKey: boolean) => {
    using map = SharedMap.create<string, number>({
      maxBytes: 32 * MIB,
      onFull: "evict",
    });
    const long = "k".repeat(12 * MIB);
    if (hadLongKey) {
      map.set(long, 1);
      assert(map.delete(long));
    }
    for (let n = 0; n < 40_000; n++) map.set(`${n}`.padEnd(1000, "x"), n);
    return map.size;
  };
  assertGreater(holding(true), holding(false) * 0.95);
});

Deno.test("SharedMap keeps memory for the tombstone of the longest key that is left", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 32 * MIB });
  const long = (length: number) => "k".repeat(length * MIB);
  for (const length of [2, 3, 6]) map.set(long(length), 1);
  assert(map.delete(long(6)));
  fill(map, (n) => `${n}`.padEnd(1000, "x"), 1);
  fill(map, (n) => `short ${n}`, 1);
  for (const length of [3, 2]) assert(map.delete(long(length)));
});

Deno.test("SharedMap lets memory for a long tombstone go in the background", async () => {
  using map = SharedMap.create<string, number>({ maxBytes: 32 * MIB });
  const { words } = Segment.attach(map.handle);
  map.set("k".repeat(4 * MIB), 1);
  assertGreater(reservedChunks(words), 0);
  map.clear();
  await eventually(() => assertStrictEquals(reservedChunks(words), 0));
});

/** Writes an entry; false if the map is full. */
function fits(
  map: SharedMap<string, Uint8Array>,
  key: string,
  size: number,
): boolean {
  try {
    map.set(key, new Uint8Array(size));
    return true;
  } catch (error) {
    if (error instanceof MapFullError) return false;
    throw error;
  }
}

/**
 * Brings short keys with values of one size, and deletes every other of all; long ones meanwhile.
 */
function fillInTurns(
  map: SharedMap<string, Uint8Array>,
  random: Random,
  maxBytes: number,
): string[] {
  const long: string[] = [];
  let short = 0;
  for (let turn = 0; turn < 12; turn++) {
    const kind = random.below(4);
    if (kind === 0) {
      const length = 5000 + random.below(maxBytes / 8);
      const key = `long ${turn} `.padEnd(length, "x");
      if (fits(map, key, 10)) long.push(key);
    } else if (kind < 3) {
      const size = Math.floor(random.fraction() ** 3 * 3000);
      const end = short + random.below(20_000);
      while (short < end && fits(map, `${short}`, size)) short++;
    } else {
      for (let n = 0; n < short; n += 2) map.delete(`${n}`);
    }
  }
  return long;
}

Deno.test("SharedMap.delete() takes long keys out of a full map, whatever filled it", () => {
  // With the first four, entries or the table lie where a long tombstone is to have its place.
  const others = Array.from({ length: 8 * SCALE }, (_, i) => SEED + i);
  const seeds = [70, 75, 94, 140, ...others];
  for (const seed of seeds) {
    const random = new Random(seed);
    const maxBytes = (1 + random.below(5)) * MIB;
    using map = bytesMap(maxBytes);
    const long = fillInTurns(map, random, maxBytes);
    for (const size of [2000, 10]) {
      fill(map, (n) => `${size} ${n}`, new Uint8Array(size));
    }
    for (const key of long) {
      assert(map.delete(key), `${key.length} characters, seed ${seed}`);
    }
  }
});
