// Fetching in one worker: who loads, what is kept, what ends it, and that it leaves nothing.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  type FetchOptions,
  MapFullError,
  restoreSnapshot,
  SharedMap,
  type SharedMapOptions,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { EntryAccess } from "../../src/map/entry_access.ts";
import { Hold } from "../../src/map/hold.ts";
import { LeasedWriter } from "../../src/map/leased_write.ts";
import { NO_MEMORY, type VersionMaker } from "../../src/map/version_maker.ts";
import { WaitScope } from "../../src/map/wait_scope.ts";
import { LEASE_WORDS, LEASES } from "../../src/segment/layout.ts";
import { sleep } from "../../src/timers.ts";
import { runDeno } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder } from "../testing/folder.ts";
import { assertSound } from "../testing/inspection.ts";
import { withoutKernel } from "../testing/kernels.ts";

const MODULE = new URL("../../mod.ts", import.meta.url).href;

type Texts = SharedMap<string, string>;

function texts(options: Partial<SharedMapOptions<string, string>> = {}): Texts {
  return SharedMap.create<string, string>({ maxBytes: 2 ** 20, ...options });
}

/** A load that ends when it is told to. */
function gate<T>() {
  const { promise, reject, resolve } = Promise.withResolvers<T>();
  let calls = 0;
  const load = () => {
    calls++;
    return promise;
  };
  return { load, open: resolve, fail: reject, calls: () => calls };
}

/** Nothing of a load is left in this worker, nor a lease, soon after it has ended. */
async function assertNothingLeft(map: SharedMap<never, never>): Promise<void> {
  const { dependents, flights, segment: { words } } = attachmentOf(map);
  await eventually(() => flights.size === 0);
  const waits = [...dependents].filter((it) => it instanceof WaitScope);
  assertStrictEquals(waits.length, 0);
  const leases = words.subarray(LEASES, LEASES + LEASE_WORDS);
  assert(leases.every((lease) => lease === 0), "a lease is left");
}

Deno.test("SharedMap.fetch() loads what is missing, and keeps it", async () => {
  using map = texts();
  const keys: string[] = [];
  const load = (key: string) => {
    keys.push(key);
    return key.toUpperCase();
  };
  assertStrictEquals(await map.fetch("a", load), "A");
  assertStrictEquals(await map.fetch("a", load), "A");
  assertStrictEquals(map.get("a"), "A");
  assertStrictEquals(map.ttl("a"), Infinity);
  assertEquals(keys, ["a"]);
  const { hits, loads, misses, sets } = map.stats();
  assertEquals([loads, misses, hits, sets], [1, 1, 3, 1]); // `ttl` is a hit, too
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() gives a loaded value the time to live of the options", async () => {
  using map = texts();
  await map.fetch("a", () => "A", { ttl: 60_000 });
  await map.fetch("b", () => "B", { ttl: 10_000, staleWhileRevalidate: 5000 });
  const [a, b] = [map.ttl("a")!, map.ttl("b")!];
  assert(a > 50_000 && a <= 60_000, `${a}`);
  assert(b > 14_000 && b <= 15_000, `${b}`);
});

Deno.test("SharedMap.fetch() loads once for all who miss a key at the same time", async () => {
  using map = texts();
  const { calls, load, open } = gate<string>();
  const all = Array.from({ length: 20 }, () => map.fetch("a", load));
  await sleep(5);
  open("A");
  assertEquals(new Set(await Promise.all(all)), new Set(["A"]));
  assertStrictEquals(calls(), 1);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() loads other keys at the same time", async () => {
  using map = texts();
  const a = gate<string>();
  const slow = map.fetch("a", a.load);
  assertStrictEquals(await map.fetch("b", () => "B"), "B");
  a.open("A");
  assertStrictEquals(await slow, "A");
});

Deno.test("SharedMap.fetch() keeps nothing if there is nothing", async () => {
  using map = texts();
  const { calls, load, open } = gate<string | undefined>();
  const all = [map.fetch("a", load), map.fetch("a", load)];
  await sleep(5);
  open(undefined);
  assertEquals(await Promise.all(all), [undefined, undefined]);
  assertStrictEquals(calls(), 1);
  assertStrictEquals(map.size, 0);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() tells the caller of a load that it failed, and the next one loads", async () => {
  using map = texts();
  const first = gate<string>();
  const failing = map.fetch("a", first.load);
  const waiting = map.fetch("a", () => "A");
  const thrown = new Error("the database is down");
  const refused = assertRejects(() => failing, Error, "the database is down");
  await sleep(5);
  first.fail(thrown);
  assertStrictEquals(await refused, thrown);
  assertStrictEquals(await waiting, "A");
  await assertRejects(
    () =>
      map.fetch("b", () => {
        throw thrown;
      }),
    Error,
    "the database is down",
  );
  const { loadFailures, loads, loadTime } = map.stats();
  assertEquals([loads, loadFailures], [3, 2]);
  assert(loadTime > 0);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() takes keys and values of every codec", async () => {
  using bytes = SharedMap.create({ key: "bytes", value: "bytes" });
  const key = Uint8Array.of(1, 2);
  const { load, open } = gate<Uint8Array>();
  const fetched = bytes.fetch(key, load);
  key[0] = 9; // it is the caller's
  open(Uint8Array.of(3));
  assertEquals(await fetched, Uint8Array.of(3));
  assertEquals([...bytes.keys()], [Uint8Array.of(1, 2)] as never);

  using numbers = SharedMap.create({ key: "number", value: "number" });
  for (const key of [0, -0, NaN, 1.5, Infinity]) {
    assertStrictEquals(await numbers.fetch(key, () => 7), 7);
    assertStrictEquals(numbers.get(key), 7);
  }
  using wide = texts();
  for (const key of ["\ud800", "\udc00", "", "é", "x".repeat(10_000)]) {
    assertStrictEquals(await wide.fetch(key, () => "v"), "v");
  }
  assertStrictEquals(wide.stats().loads, 5);
});

// ---- bad input ----------------------------------------------------------------------------------

Deno.test("SharedMap.fetch() refuses bad input, and nothing is loaded", async () => {
  using map = texts();
  let calls = 0;
  const load = () => {
    calls++;
    return "A";
  };
  const bad: [unknown, unknown, unknown, typeof TypeError, string][] = [
    [5, load, undefined, TypeError, "must be a string"],
    ["a", "A", undefined, TypeError, "load"],
    ["a", load, 5, TypeError, "the options must be an object"],
    ["a", load, [], TypeError, "the options must be an object"],
    ["a", load, { ttl: "1" }, TypeError, "ttl must be a number"],
    ["a", load, { ttl: 0 }, RangeError, "ttl must be above 0"],
    ["a", load, { timeout: -1 }, RangeError, "timeout must be 0"],
    ["a", load, { timeout: "1" }, TypeError, "timeout must be a number"],
    ["a", load, { signal: {} }, TypeError, "signal must be an AbortSignal"],
    [
      "a",
      load,
      { staleWhileRevalidate: "1" },
      TypeError,
      "staleWhileRevalidate must be a number",
    ],
    [
      "a",
      load,
      { staleWhileRevalidate: NaN },
      RangeError,
      "staleWhileRevalidate must be 0",
    ],
  ];
  for (const [key, load, options, type, message] of bad) {
    await assertRejects(
      () => map.fetch(key as string, load as never, options as FetchOptions),
      type,
      message,
    );
  }
  assertStrictEquals(calls, 0);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() refuses a value that the codec does not take, and one that does not fit", async () => {
  using numbers = SharedMap.create({ value: "number", maxBytes: 2 ** 20 });
  await assertRejects(
    () => numbers.fetch("a", () => "A" as never),
    TypeError,
    "must be a number",
  );
  using map = texts();
  await assertRejects(
    () => map.fetch("a", () => "A".repeat(2 ** 21)),
    MapFullError,
  );
  assertStrictEquals(map.stats().loadFailures, 1);
  assertStrictEquals(await map.fetch("a", () => "A"), "A");
  await assertNothingLeft(map as never);
  assertSound(map);
});

Deno.test("SharedMap.fetch() loads for a map whose entries idle, but gives nothing stale there", async () => {
  using map = texts({ idle: 60_000 });
  assertStrictEquals(await map.fetch("a", () => "A", { ttl: 30_000 }), "A");
  await assertRejects(
    () => map.fetch("a", () => "A", { staleWhileRevalidate: 1000 }),
    TypeError,
    "make the map without idle",
  );
});

Deno.test("SharedMap.fetch() is refused within a transaction", async () => {
  using map = texts();
  let fetched: Promise<string> | undefined;
  map.transaction(() => void (fetched = map.fetch("a", () => "A")));
  await assertRejects(() => fetched!, Error, "transaction");
});

// ---- writes meanwhile ---------------------------------------------------------------------------

/** Every way to write a key, or to delete it. */
const WRITES: Record<string, (map: Texts, key: string) => unknown> = {
  set: (map, key) => map.set(key, "new"),
  "set for a time": (map, key) => map.set(key, "new", { ttl: 60_000 }),
  "set an object": (map, key) => map.set(key, { new: 1 } as never),
  setMany: (map, key) => map.setMany([[key, "new"]]),
  "setMany, at once": (map, key) =>
    map.setMany([[key, "new"]], { atomic: true }),
  getOrInsert: (map, key) => map.getOrInsert(key, "new"),
  getOrInsertComputed: (map, key) => map.getOrInsertComputed(key, () => "new"),
  swap: (map, key) => map.swap(key, "new"),
  compareAndSet: (map, key) => map.compareAndSet(key, undefined, "new"),
  update: (map, key) => map.update(key, () => "new"),
  "update to nothing": (map, key) => map.update(key, () => undefined),
  "update in a transaction, to what is there": (map, key) =>
    map.transaction((tx) => tx.update(key, (value) => value)),
  increment: (map, key) =>
    (map as never as SharedMap<string, number>).increment(key),
  transaction: (map, key) => map.transaction((tx) => tx.set(key, "new")),
  rename: (map, key) => map.set("from", "new") && map.rename("from", key),
  "rename of nothing": (map, key) => map.rename("nothing", key),
  "rename to another key": (map, key) => map.rename(key, "from"),
  delete: (map, key) => map.delete(key),
  deleteMany: (map, key) => map.deleteMany([key]),
  take: (map, key) => map.take(key),
  compareAndDelete: (map, key) => map.compareAndDelete(key, "new"),
  "delete in a transaction": (map, key) =>
    map.transaction((tx) => tx.delete(key)),
  clear: (map) => map.clear(),
};

for (const [name, write] of Object.entries(WRITES)) {
  Deno.test(`SharedMap.fetch() keeps nothing older than a write: ${name}`, async () => {
    using maker = texts();
    for (const handle of [maker.handle, withoutKernel(maker.handle)]) {
      using map: Texts = SharedMap.attach(handle);
      for (const key of ["a", "é", "\u{1f600}", "long ".repeat(200)]) {
        const { load, open } = gate<string>();
        const fetched = map.fetch(key, load);
        await sleep(2);
        write(map, key);
        const there = map.get(key);
        map.delete("from");
        open("old");
        // Whoever waits gets what is there, or else what was loaded.
        assertEquals(await fetched, there ?? "old");
        assertEquals(map.get(key), there);
        // What was written and is gone again counts, too.
        const again = gate<string>();
        map.delete(key);
        const late = map.fetch(key, again.load);
        await sleep(2);
        write(map, key);
        map.delete(key);
        again.open("old");
        assertStrictEquals(await late, "old");
        assertStrictEquals(map.has(key), false);
      }
      await assertNothingLeft(map as never);
    }
    assertSound(maker);
  });
}

Deno.test("SharedMap.fetch() keeps a value whatever is written to other keys", async () => {
  using map = texts();
  const { load, open } = gate<string>();
  const fetched = map.fetch("a", load);
  await sleep(2);
  for (let i = 0; i < 5000; i++) map.set(`${i}`, "x");
  for (let i = 0; i < 5000; i++) map.delete(`${i}`);
  open("A");
  await fetched;
  assertStrictEquals(map.get("a"), "A");
});

Deno.test("SharedMap.fetch() keeps what it can of more loads at once than there are leases", async () => {
  using map = texts({ maxBytes: 2 ** 22 });
  const { load, open } = gate<string>();
  const all = Array.from(
    { length: 2 * LEASE_WORDS },
    (_, i) => map.fetch(`${i}`, load),
  );
  await sleep(5);
  open("A");
  assertEquals(new Set(await Promise.all(all)), new Set(["A"]));
  assert(map.size > LEASE_WORDS / 2, `${map.size} are kept`);
  await assertNothingLeft(map as never);
});

/** What keeps a loaded value, and does something right before it makes the version. */
function leasedWriter(
  map: Texts,
  beforeMake: (maker: VersionMaker) => boolean,
) {
  const hold = Hold.whole(attachmentOf(map));
  const access = new EntryAccess<string, string>(hold, {});
  const { maker } = access.writer;
  const make = maker.make.bind(maker);
  maker.make = (values, expiry) =>
    beforeMake(maker) ? make(values, expiry) : NO_MEMORY;
  access.keys.pack("a", "test");
  const writer = new LeasedWriter(access);
  const seen = writer.see();
  access.values.prepare("loaded");
  return { seen, writer };
}

/** There is no memory, or so it seems. */
function runOut(maker: VersionMaker): false {
  maker.shortage = { of: "entry", bytes: 32 };
  return false;
}

Deno.test("LeasedWriter keeps what was loaded, also if there is no memory at first", () => {
  for (const tries of [0, 1, 2]) {
    using map = texts();
    let refused = 0;
    const { seen, writer } = leasedWriter(
      map,
      (maker) => refused === tries || refused++ < 0 || runOut(maker),
    );
    assert(writer.write(seen, Infinity));
    assertStrictEquals(refused, tries);
    assertStrictEquals(map.get("a"), "loaded");
    assertEquals([map.size, map.stats().sets], [1, 1]);
    seen.lease.end();
    assertSound(map);
  }
});

Deno.test("LeasedWriter keeps nothing if its key is written at the last moment", () => {
  for (const isRefused of [false, true]) {
    using map = texts();
    using other: Texts = SharedMap.attach(map.handle);
    let calls = 0;
    const { seen, writer } = leasedWriter(map, (maker) => {
      calls++;
      other.delete("a"); // it finds nothing
      return !isRefused || runOut(maker);
    });
    assertStrictEquals(writer.write(seen, Infinity), false);
    assertStrictEquals(calls, 1);
    assertStrictEquals(map.has("a"), false);
    assertEquals([map.size, map.stats().sets], [0, 0]);
    seen.lease.end();
    assertSound(map);
  }
});

Deno.test("SharedMap.fetch() keeps nothing older than a write with a codec of the caller's own", async () => {
  const codec = {
    name: "text",
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
  };
  const writes: Record<string, (map: Texts) => unknown> = {
    take: (map) => map.take("a"),
    update: (map) => map.update("a", () => undefined),
    swap: (map) => map.swap("a", "new"),
    delete: (map) => map.delete("a"),
  };
  for (const [name, write] of Object.entries(writes)) {
    using map: Texts = SharedMap.create({ key: codec, value: codec });
    const { load, open } = gate<string>();
    const fetched = map.fetch("a", load);
    await sleep(2);
    write(map);
    const there = map.get("a");
    open("old");
    assertEquals(await fetched, there ?? "old", name);
    assertEquals(map.get("a"), there, name);
  }
});

Deno.test("SharedMap.fetch() keeps nothing older than a snapshot that is restored meanwhile", async () => {
  using folder = new Folder();
  using map = texts();
  map.set("a", "restored", { ttl: 60_000 });
  await writeSnapshot(map, folder.path);
  map.delete("a");
  const { load, open } = gate<string>();
  const fetched = map.fetch("a", load);
  await sleep(2);
  await restoreSnapshot(map, folder.path);
  assertStrictEquals(map.get("a"), "restored");
  map.expire("a", 1);
  await eventually(() => !map.has("a"));
  open("old");
  assertStrictEquals(await fetched, "old");
  assertStrictEquals(map.has("a"), false);
});

Deno.test("SharedMap.fetch() gives null where it was set meanwhile", async () => {
  using map = SharedMap.create<string, string | null>();
  const { load, open } = gate<string>();
  const fetched = map.fetch("a", load);
  await sleep(2);
  map.set("a", null);
  open("old");
  assertStrictEquals(await fetched, null);
});

Deno.test("SharedMap.fetch() does not take what was not there before a write for what is not there", async () => {
  using map = texts();
  const { load, open } = gate<string | undefined>();
  const first = map.fetch("a", load);
  await sleep(2);
  map.delete("a"); // there is one now
  const second = map.fetch("a", () => "A");
  open(undefined);
  assertEquals(await Promise.all([first, second]), [undefined, "A"]);
});

Deno.test("SharedMap.fetch() gives the load a key that stays as it is", async () => {
  using map = SharedMap.create({ key: "bytes", value: "number" });
  const key = Uint8Array.of(1);
  const first = map.fetch(key, () => sleep(5).then(() => 7));
  const second = map.fetch(key, ([byte]) => byte, {});
  key[0] = 9;
  assertEquals(await Promise.all([first, second]), [7, 7]);
  map.delete(Uint8Array.of(1));
  const third = map.fetch(Uint8Array.of(1), async (given) => {
    await sleep(2);
    return given[0];
  });
  assertStrictEquals(await third, 1);
});

Deno.test("SharedMap.fetch() loads keys that are no plain numbers apart from each other", async () => {
  using map = SharedMap.create({ key: "number", value: "number" });
  const nested = map.fetch(
    NaN,
    async () => await map.fetch(Infinity, () => map.fetch(-Infinity, () => 7)),
  );
  assertStrictEquals(await nested, 7);
});

Deno.test("SharedMap.fetch() tells all who wait that a value does not fit", async () => {
  using map = texts();
  const { calls, load, open } = gate<string>();
  const all = [1, 2, 3].map(() =>
    assertRejects(() => map.fetch("a", load), MapFullError)
  );
  await sleep(2);
  open("A".repeat(2 ** 21));
  await Promise.all(all);
  assertStrictEquals(calls(), 1);
});

Deno.test("SharedMap.fetch() keeps what it loads in a map that idles, however often it is asked for", async () => {
  using maker = texts({ idle: 60_000 });
  using map: Texts = SharedMap.attach(withoutKernel(maker.handle));
  const { load, open } = gate<string>();
  const fetched = map.fetch("a", load);
  await sleep(2);
  assertEquals([map.get("a"), map.has("a"), map.ttl("a")], [
    undefined,
    false,
    undefined,
  ]);
  open("A");
  assertStrictEquals(await fetched, "A");
  assertStrictEquals(maker.get("a"), "A");
});

Deno.test("LeasedWriter leaves what was set meanwhile, even if it is the same value", () => {
  using map = texts();
  using other: Texts = SharedMap.attach(map.handle);
  let isSet = false;
  const { seen, writer } = leasedWriter(map, () => {
    if (!isSet) isSet = other.set("a", "loaded") !== undefined;
    return true;
  });
  const isKept = writer.write(seen, Infinity);
  assertEquals([isKept, isSet, map.get("a")], [false, true, "loaded"]);
  seen.lease.end();
  assertSound(map);
});

// ---- what ends it -------------------------------------------------------------------------------

Deno.test("SharedMap.fetch() ends after its timeout, and the next caller loads", async () => {
  using map = texts();
  const slow = gate<string>();
  let signal: AbortSignal | undefined;
  const first = map.fetch("a", (_, context) => {
    signal = context.signal;
    return slow.load();
  }, { timeout: 20 });
  const second = map.fetch("a", () => "A");
  const error = await assertRejects(
    () => first,
    DOMException,
    "20 milliseconds",
  );
  assertStrictEquals(error.name, "TimeoutError");
  assertStrictEquals(signal!.reason, error);
  assertStrictEquals(await second, "A");
  slow.open("late");
  await sleep(2);
  assertStrictEquals(map.get("a"), "A");
  map.delete("a");
  assertStrictEquals(map.stats().loadFailures, 1);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() ends the wait for another's load after its own timeout", async () => {
  using map = texts();
  const { load, open } = gate<string>();
  const first = map.fetch("a", load);
  await assertRejects(
    () => map.fetch("a", () => "B", { timeout: 10 }),
    DOMException,
    "10 milliseconds",
  );
  open("A");
  assertStrictEquals(await first, "A");
});

Deno.test("SharedMap.fetch() ends with the caller's signal", async () => {
  using map = texts();
  const reason = new Error("not any more");
  await assertRejects(
    () => map.fetch("a", () => "A", { signal: AbortSignal.abort(reason) }),
    Error,
    "not any more",
  );
  const end = new AbortController();
  const { load } = gate<string>();
  const fetched = map.fetch("a", load, { signal: end.signal });
  const refused = assertRejects(() => fetched);
  await sleep(2);
  end.abort(reason);
  assertStrictEquals(await refused, reason);
  assertStrictEquals(await map.fetch("a", () => "A"), "A");
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() ends when the map is closed", async () => {
  using maker = texts();
  const map: Texts = SharedMap.attach(maker.handle);
  const { load, open } = gate<string>();
  const fetched = map.fetch("a", load);
  const refused = assertRejects(() => fetched, ClosedError);
  await sleep(2);
  map.close();
  await refused;
  open("A");
  await sleep(2);
  assertStrictEquals(maker.has("a"), false);
  await assertRejects(() => map.fetch("a", () => "A"), ClosedError);
  await assertNothingLeft(maker as never);
});

Deno.test("a program that waits for a load goes on until it has come", async () => {
  const { out } = await runDeno([
    "eval",
    `import { SharedMap } from ${JSON.stringify(MODULE)};
     const map = SharedMap.create();
     const unref = (ms) => new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
     await map.fetch("a", () => unref(30).then(() => "A"));
     console.log("loaded", map.get("a"));`,
  ]);
  assertStringIncludes(out, "loaded A");
});

// ---- stale values -------------------------------------------------------------------------------

const STALE = { ttl: 20, staleWhileRevalidate: 60_000 };

/** A map with a value that is not fresh any more. */
async function staleMap(): Promise<Texts> {
  const map = texts();
  await map.fetch("a", () => "old", STALE);
  await sleep(40);
  return map;
}

Deno.test("SharedMap.fetch() gives a stale value at once, and loads it anew once", async () => {
  using map = await staleMap();
  const { calls, load, open } = gate<string>();
  for (let i = 0; i < 5; i++) {
    assertStrictEquals(await map.fetch("a", load, STALE), "old");
  }
  open("new");
  await eventually(() => map.get("a") === "new");
  assertStrictEquals(calls(), 1);
  const fresh = { ttl: 60_000, staleWhileRevalidate: 60_000 };
  assertStrictEquals(await map.fetch("b", () => "B", fresh), "B");
  assertStrictEquals(await map.fetch("b", load, fresh), "B");
  await sleep(2);
  assertStrictEquals(calls(), 1);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() keeps a stale value if the load fails, and counts that", async () => {
  using map = await staleMap();
  const fail = () => Promise.reject(new Error("the database is down"));
  assertStrictEquals(await map.fetch("a", fail, STALE), "old");
  await eventually(() => map.stats().loadFailures === 1);
  assertStrictEquals(await map.fetch("a", () => "new", STALE), "old");
  await eventually(() => map.get("a") === "new");
});

Deno.test("SharedMap.fetch() deletes a stale value if there is none any more", async () => {
  using map = await staleMap();
  assertStrictEquals(await map.fetch("a", () => undefined, STALE), "old");
  await eventually(() => !map.has("a"));
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.fetch() does not replace what was set while a stale value was loaded", async () => {
  using map = await staleMap();
  const { load, open } = gate<string>();
  await map.fetch("a", load, STALE);
  await sleep(2);
  map.set("a", "newer");
  open("new");
  await eventually(() => attachmentOf(map).flights.size === 0);
  assertStrictEquals(map.get("a"), "newer");
});

Deno.test("SharedMap.fetch() ends a load in the background after the timeout, or with the map", async () => {
  const map = await staleMap();
  const signals: AbortSignal[] = [];
  const load = (_: string, { signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return new Promise<string>(() => {});
  };
  const caller = new AbortController();
  const { signal } = caller;
  await map.fetch("a", load, { ...STALE, timeout: 10, signal });
  caller.abort(); // it has its value
  await eventually(() => signals.length === 1 && signals[0].aborted);
  assertStrictEquals(signals[0].reason.name, "TimeoutError");
  await eventually(() => attachmentOf(map).flights.size === 0);
  await map.fetch("a", load, STALE);
  await eventually(() => signals.length === 2);
  map.close();
  assert(signals[1].reason instanceof ClosedError);
  assertThrows(() => map.get("a"), ClosedError);
});
