import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  listSnapshots,
  SharedMap,
  type SharedMapSnapshot,
  writeSnapshot,
} from "../../mod.ts";
import { Folder } from "../testing/folder.ts";

function numbers(): SharedMap<string, number> {
  return SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
}

const METHODS: Record<string, (map: SharedMap<string, number>) => unknown> = {
  get: (map) => map.get("a"),
  has: (map) => map.has("a"),
  set: (map) => map.set("a", 1),
  "set with a ttl": (map) => map.set("a", 1, { ttl: 5 }),
  delete: (map) => map.delete("a"),
  clear: (map) => map.clear(),
  getOrInsert: (map) => map.getOrInsert("a", 1),
  getOrInsertComputed: (map) => map.getOrInsertComputed("a", () => 1),
  swap: (map) => map.swap("a", 1),
  take: (map) => map.take("a"),
  compareAndSet: (map) => map.compareAndSet("a", undefined, 1),
  "compareAndSet with a value": (map) => map.compareAndSet("a", 1, 2),
  compareAndDelete: (map) => map.compareAndDelete("a", 1),
  update: (map) => map.update("a", () => 1),
  increment: (map) => map.increment("a"),
  getMany: (map) => map.getMany(["a"]),
  "getMany of nothing": (map) => map.getMany([]),
  setMany: (map) => map.setMany([["a", 1]]),
  "setMany of nothing": (map) => map.setMany([]),
  ttl: (map) => map.ttl("a"),
  expire: (map) => map.expire("a", 5),
  keys: (map) => map.keys(),
  values: (map) => map.values(),
  entries: (map) => map.entries(),
  iterator: (map) => map[Symbol.iterator](),
  forEach: (map) => map.forEach(() => {}),
  pin: (map) => map.pin(),
  snapshot: (map) => map.snapshot(),
  stats: (map) => map.stats(),
  size: (map) => map.size,
  handle: (map) => map.handle,
};

const SNAPSHOT_METHODS: Record<
  string,
  (snapshot: SharedMapSnapshot<string, number>) => unknown
> = {
  get: (snapshot) => snapshot.get("a"),
  has: (snapshot) => snapshot.has("a"),
  size: (snapshot) => snapshot.size,
  keys: (snapshot) => snapshot.keys(),
  values: (snapshot) => snapshot.values(),
  entries: (snapshot) => snapshot.entries(),
  iterator: (snapshot) => snapshot[Symbol.iterator](),
  forEach: (snapshot) => snapshot.forEach(() => {}),
};

Deno.test("SharedMap: every method throws ClosedError after close()", () => {
  const map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  map.set("a", 1);
  map.close();
  for (const [name, call] of Object.entries(METHODS)) {
    const error = assertThrows(() => call(map), ClosedError, "closed", name);
    assertStrictEquals(error.name, "ClosedError");
  }
  assertEquals([...other], [["a", 1]]);
});

Deno.test("SharedMap.close() twice is nothing", () => {
  const map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  map.close();
  map.close();
  map[Symbol.dispose]();
  assertStrictEquals(other.stats().participants, 1);
});

Deno.test("SharedMap is closed at the end of a using block, and lives on in others", () => {
  let leaked: SharedMap<string, number>;
  using other = (() => {
    using map = numbers();
    map.set("a", 1);
    leaked = map;
    return SharedMap.attach<string, number>(map.handle);
  })();
  assertThrows(() => leaked.get("a"), ClosedError);
  assertStrictEquals(other.get("a"), 1);
  assertStrictEquals(other.stats().participants, 1);
});

Deno.test("SharedMap is closed at the end of an await using block, also one that has no life on disk", async () => {
  let leaked: SharedMap<string, number>;
  {
    await using map = numbers();
    leaked = map;
  }
  assertThrows(() => leaked.get("a"), ClosedError);
  await assertRejects(() => leaked.flush(), ClosedError);
  await leaked[Symbol.asyncDispose]();
});

Deno.test("SharedMap.close() makes open iterators throw", () => {
  const map = numbers();
  using _other = SharedMap.attach<string, number>(map.handle);
  for (let i = 0; i < 1000; i++) map.set(`${i}`, i);
  const iterators = [map.keys(), map.values(), map.entries(), map.keys()];
  for (const iterator of iterators.slice(0, 3)) iterator.next();
  map.close();
  for (const iterator of iterators) {
    assertThrows(() => iterator.next(), ClosedError);
    assertStrictEquals(iterator.next().done, true);
  }
});

Deno.test("SharedMap.close() inside forEach() and for … of ends them", () => {
  const map = numbers();
  map.set("a", 1).set("b", 2);
  assertThrows(() => map.forEach(() => map.close()), ClosedError);
  const another = numbers();
  another.set("a", 1).set("b", 2);
  assertThrows(() => {
    for (const _ of another) another.close();
  }, ClosedError);
});

Deno.test("SharedMap.close() closes its snapshots and their iterators", () => {
  const map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  for (let i = 0; i < 1000; i++) map.set(`${i}`, i);
  const snapshot = map.snapshot();
  const iterator = snapshot.keys();
  iterator.next();
  using kept = other.snapshot();
  map.close();
  for (const [name, call] of Object.entries(SNAPSHOT_METHODS)) {
    assertThrows(() => call(snapshot), ClosedError, "closed", name);
  }
  assertThrows(() => iterator.next(), ClosedError);
  snapshot.close();
  snapshot[Symbol.dispose]();
  assertStrictEquals(other.stats().openSnapshots, 1);
  assertStrictEquals(kept.size, 1000);
});

Deno.test("SharedMapSnapshot: every method throws ClosedError after close()", () => {
  using map = numbers();
  map.set("a", 1);
  const snapshot = map.snapshot();
  const iterator = snapshot.entries();
  snapshot.close();
  snapshot.close();
  for (const [name, call] of Object.entries(SNAPSHOT_METHODS)) {
    assertThrows(() => call(snapshot), ClosedError, "snapshot", name);
  }
  assertThrows(() => iterator.next(), ClosedError);
  assertStrictEquals(map.stats().openSnapshots, 0);
  assertStrictEquals(typeof snapshot.tick, "number");
});

Deno.test("SharedMap.pin() may be nested, disposed of twice and in any order", () => {
  using map = numbers();
  const a = map.pin();
  const b = map.pin();
  const c = map.pin();
  map.set("a", 1);
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  assertStrictEquals(map.get("a"), 1);
  c[Symbol.dispose]();
  assertStrictEquals(map.increment("a"), 2);
  b[Symbol.dispose]();
  b[Symbol.dispose]();
  c[Symbol.dispose]();
  for (let i = 0; i < 20_000; i++) map.set("a", i); // nothing stays pinned
  assertStrictEquals(map.stats().usedBytes < 2 ** 19, true);
  {
    using _ = map.pin();
    using _again = map.pin();
    assertEquals([...map], [["a", 19_999]]);
  }
});

Deno.test("SharedMap.close() ends pins; disposing of them later is nothing", () => {
  const map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  const pin = map.pin();
  using _ = map.pin();
  map.close();
  // The next attachment takes the place that was left: its pins are its own.
  using next = SharedMap.attach<string, number>(other.handle);
  using _pin = next.pin();
  pin[Symbol.dispose]();
  pin[Symbol.dispose]();
  for (let i = 0; i < 20_000; i++) next.set("a", i);
  assertStrictEquals(next.get("a"), 19_999);
});

Deno.test("SharedMap.open() of a map that was closed opens another one", async () => {
  const name = `closing ${crypto.randomUUID()}`;
  const map = await SharedMap.open<string, number>(name, {
    maxBytes: 2 ** 20,
  });
  map.set("a", 1);
  map.close();
  map.close();
  using again = await SharedMap.open<string, number>(name, {
    maxBytes: 2 ** 20,
  });
  assertStrictEquals(again.size, 0);
  await assertRejects(
    () => SharedMap.open(5 as unknown as string),
    TypeError,
    "name",
  );
});

Deno.test("SharedMap.close() leaves no place taken, whatever others read, and however often in one turn", () => {
  using map = numbers();
  for (let i = 0; i < 5; i++) map.set(`${i}`, i);
  using _pin = map.pin();
  using _snapshot = map.snapshot();
  for (let round = 0; round < 300; round++) {
    const other = SharedMap.attach<string, number>(map.handle);
    const pin = other.pin();
    other.snapshot();
    for (let i = 0; i < 5; i++) other.set(`${i}`, round);
    other.close();
    pin[Symbol.dispose]();
    assertStrictEquals(map.stats().participants, 1);
  }
  for (let i = 0; i < 300; i++) {
    using fresh = numbers();
    fresh.set("a", 1);
  }
  assertStrictEquals(map.stats().recoveries, 0);
});

Deno.test("SharedMap.close() loses no memory that others read at that moment", async () => {
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  const { usedBytes } = map.stats();
  for (let round = 0; round < 40; round++) {
    const readers = [map.pin(), map.snapshot()];
    const others = Array.from(
      { length: 3 },
      () => SharedMap.attach<string, string>(map.handle),
    );
    for (const other of others) {
      for (let i = 0; i < 50; i++) {
        other.set(`${i}`, "x".repeat(round * 10));
        other.set(`${i}`, "y".repeat(round * 10));
      }
      other.close();
    }
    for (const reader of readers) reader[Symbol.dispose]();
    if (round % 10 === 0) await new Promise((end) => setTimeout(end, 250));
  }
  map.clear();
  for (let i = 0; i < 3000; i++) map.set("a", "x".repeat(300));
  map.delete("a");
  await new Promise((end) => setTimeout(end, 500));
  map.clear();
  const { usedBytes: after, heldVersions, recoveries } = map.stats();
  assertEquals([heldVersions, recoveries], [0, 0]);
  assertStrictEquals(after < usedBytes + 4096, true, `${after - usedBytes}`);
});

Deno.test("SharedMap.close() ends a dump that is under way, and a dump after it is refused", async () => {
  using folder = new Folder();
  const directory = folder.path;
  const map = SharedMap.create<string, string>({ maxBytes: 2 ** 23 });
  using other = SharedMap.attach<string, string>(map.handle);
  for (let i = 0; i < 10_000; i++) map.set(`${i}`, "x".repeat(200)); // more than a block
  const writing = assertRejects(
    () => writeSnapshot(map, directory),
    ClosedError,
  );
  map.close();
  // The next attachment takes the place that was left: what it keeps is its own.
  using next = SharedMap.attach<string, string>(other.handle);
  using kept = next.snapshot();
  next.set("0", "new");
  await writing;
  assertStrictEquals(other.stats().openSnapshots, 1);
  assertStrictEquals(kept.get("0"), "x".repeat(200));
  await assertRejects(() => writeSnapshot(map, directory), ClosedError);
  assertEquals(await listSnapshots(directory), []);
});
