// Time to live in the call that writes: each method on each kind of entry, with each kind
// of options.
import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  type Codec,
  type InsertOptions,
  type SetOptions,
  SharedMap,
  type SharedMapHandle,
  type SharedMapOptions,
} from "../../mod.ts";
import { HelperWorker } from "../testing/helper_worker.ts";

const START = 1_700_000_000_000;
const KEY = "the key";
type Numbers = SharedMap<string, number>;

interface Method {
  /** Writes over 1, or what is not there. */
  write(map: Numbers, options?: SetOptions): unknown;
  /** Whether an entry that is there keeps its expiry without options, and with a `ttl`. */
  keeps: boolean;
  keepsWithTtl: boolean;
  /** Whether it writes only where there is nothing. */
  inserts?: true;
}

const METHODS: Record<string, Method> = {
  set: {
    write: (map, options) => map.set(KEY, 2, options),
    keeps: false,
    keepsWithTtl: false,
  },
  setMany: {
    write: (map, options) => map.setMany([["other", 9], [KEY, 2]], options),
    keeps: false,
    keepsWithTtl: false,
  },
  swap: {
    write: (map, options) => map.swap(KEY, 2, options),
    keeps: false,
    keepsWithTtl: false,
  },
  compareAndSet: {
    write: (map, options) =>
      assert(map.compareAndSet(KEY, map.get(KEY), 2, options)),
    keeps: true,
    keepsWithTtl: false,
  },
  update: {
    write: (map, options) => map.update(KEY, () => 2, options),
    keeps: true,
    keepsWithTtl: true,
  },
  increment: {
    write: (map, options) =>
      assertStrictEquals(map.increment(KEY, map.has(KEY) ? 1 : 2, options), 2),
    keeps: true,
    keepsWithTtl: true,
  },
  getOrInsert: {
    write: (map, options) => map.getOrInsert(KEY, 2, options as InsertOptions),
    keeps: true,
    keepsWithTtl: true,
    inserts: true,
  },
  getOrInsertComputed: {
    write: (map, options) =>
      map.getOrInsertComputed(KEY, () => 2, options as InsertOptions),
    keeps: true,
    keepsWithTtl: true,
    inserts: true,
  },
};

/** What is there before, as a time to live; undefined: nothing. */
const BEFORE: Record<string, number | undefined> = {
  "no entry": undefined,
  "an entry for good": Infinity,
  "an entry for a time": 500,
  "an entry that has expired": 50,
};

const OPTIONS: (SetOptions | undefined)[] = [
  undefined,
  {},
  { ttl: undefined, keepTtl: undefined },
  { ttl: 100 },
  { ttl: 9000 },
  { ttl: Infinity },
  { keepTtl: true },
  { keepTtl: false },
  { ttl: 100, keepTtl: true },
  { ttl: 9000, keepTtl: true },
  { ttl: 100, keepTtl: false },
  { ttl: 9000, keepTtl: false },
  { ttl: Infinity, keepTtl: true },
];

const own: Codec<number> = {
  name: "own",
  encode: (number) => new Uint8Array(new Float64Array([number]).buffer),
  decode: (bytes) => new Float64Array(bytes.buffer)[0],
};
const CODECS: SharedMapOptions<string, number>[] = [
  { value: "any" },
  { value: "number" },
  { value: "json" },
  { value: own },
];

/** A clock that the test moves. */
function stopClock(): { now: number } & Disposable {
  const clock = { now: START };
  const stubbed = stub(Date, "now", () => clock.now);
  return Object.assign(clock, {
    [Symbol.dispose]: () => stubbed[Symbol.dispose](),
  });
}

for (const [name, method] of Object.entries(METHODS)) {
  Deno.test(`SharedMap.${name}() gives the entry the expiry that its options say`, () => {
    using clock = stopClock();
    for (const codec of CODECS) {
      for (const [before, life] of Object.entries(BEFORE)) {
        for (const options of OPTIONS) {
          if (method.inserts && options?.keepTtl === false) continue;
          using map = SharedMap.create<string, number>({
            ...codec,
            maxBytes: 2 ** 20,
          });
          if (life !== undefined) map.set(KEY, 1, { ttl: life });
          clock.now += 50;
          const left = map.ttl(KEY);
          method.write(map, options);
          const { ttl, keepTtl } = options ?? {};
          const keeps = keepTtl ??
            (ttl === undefined ? method.keeps : method.keepsWithTtl);
          const expected = left !== undefined && keeps ? left : ttl ?? Infinity;
          const what = `${Deno.inspect(options)} on ${before}`;
          assertStrictEquals(map.ttl(KEY), expected, what);
          const isNew = left === undefined || !method.inserts;
          assertStrictEquals(map.get(KEY), isNew ? 2 : 1, what);
          clock.now += expected;
          if (expected < Infinity) assertFalse(map.has(KEY), what);
          clock.now = START;
        }
      }
    }
  });

  Deno.test(`SharedMap.${name}() refuses options of a wrong type, and changes nothing`, () => {
    using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
    for (const there of [false, true]) {
      if (there) map.set(KEY, 1);
      const refuses = (
        options: unknown,
        type: new () => Error,
        message: string,
      ) =>
        assertThrows(
          () => method.write(map, options as SetOptions),
          type,
          message,
        );
      for (const options of [5000, "5s", null, true, 1n, () => {}, [5000]]) {
        refuses(options, TypeError, "{ ttl: 5000 }");
      }
      for (const ttl of ["5s", null, {}, 1n, true, new Date()]) {
        refuses({ ttl }, TypeError, "ttl must be a number");
        refuses({ ttl, keepTtl: true }, TypeError, "ttl must be a number");
      }
      for (const ttl of [0, -0, -1, -Infinity, NaN]) {
        refuses({ ttl }, RangeError, "ttl must be above 0");
      }
      for (const keepTtl of ["yes", null, 1, 0, {}]) {
        refuses({ keepTtl }, TypeError, "keepTtl must be true or false");
        refuses({ ttl: 5, keepTtl }, TypeError, "keepTtl");
      }
      if (method.inserts) refuses({ keepTtl: false }, TypeError, "update()");
      assertEquals([...map], there ? [[KEY, 1]] : []);
      assertStrictEquals(map.ttl(KEY), there ? Infinity : undefined);
    }
  });
}

Deno.test("SharedMap refuses options before it runs any code of the caller's", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const never = () => {
    throw new Error("it ran");
  };
  const wrong = 5000 as SetOptions as InsertOptions;
  assertThrows(() => map.update(KEY, never, wrong), TypeError);
  assertThrows(() => map.getOrInsertComputed(KEY, never, wrong), TypeError);
});

Deno.test("SharedMap counts the time to live from the moment at which the entry is made", () => {
  using clock = stopClock();
  using map = SharedMap.create<string, number>({
    value: {
      ...own,
      encode(number) {
        clock.now += 1000;
        return own.encode(number);
      },
    },
    maxBytes: 2 ** 20,
  });
  const slowly = () => {
    clock.now += 5000;
    return 2;
  };
  const writes = [
    () => map.set(KEY, 2, { ttl: 10 }),
    () => map.swap(KEY, 2, { ttl: 10 }),
    () => map.getOrInsert(KEY, 2, { ttl: 10 }),
    () => map.getOrInsertComputed(KEY, slowly, { ttl: 10 }),
    () => map.update(KEY, slowly, { ttl: 10 }),
    () => map.compareAndSet(KEY, undefined, 2, { ttl: 10 }),
    () => map.increment(KEY, 2, { ttl: 10 }),
  ];
  for (const write of writes) {
    write();
    assertStrictEquals(map.ttl(KEY), 10, `${write}`);
    map.delete(KEY);
  }
});

Deno.test("SharedMap.increment() with a ttl is a limit for a stretch of time", () => {
  using clock = stopClock();
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const request = () => map.increment("client", 1, { ttl: 60_000 });
  assertStrictEquals(request(), 1);
  clock.now += 59_999;
  assertStrictEquals(request(), 2);
  assertStrictEquals(map.ttl("client"), 1);
  clock.now += 1;
  assertStrictEquals(request(), 1);
  assertStrictEquals(map.ttl("client"), 60_000);
  // and one that begins anew with each of them
  map.increment("client", 1, { ttl: 60_000, keepTtl: false });
  clock.now += 30_000;
  assertStrictEquals(
    map.increment("client", 1, { ttl: 60_000, keepTtl: false }),
    3,
  );
  assertStrictEquals(map.ttl("client"), 60_000);
});

Deno.test("SharedMap.compareAndSet() takes a lease and renews it, unless it has expired", () => {
  using clock = stopClock();
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  const lease = { ttl: 1000 };
  assert(map.compareAndSet("lock", undefined, "a", lease));
  assertFalse(map.compareAndSet("lock", undefined, "b", lease));
  clock.now += 900;
  assert(map.compareAndSet("lock", "a", "a", lease));
  assertStrictEquals(map.ttl("lock"), 1000);
  assertFalse(map.compareAndSet("lock", "b", "b", { ttl: 5 }));
  assertStrictEquals(map.ttl("lock"), 1000);
  clock.now += 1000;
  assertFalse(map.compareAndSet("lock", "a", "a", lease));
  assert(map.compareAndSet("lock", undefined, "b", lease));
});

Deno.test("SharedMap renews nothing whose time is over, though the call began before", () => {
  const answers: [unknown, unknown, (map: Numbers) => unknown][] = [
    [false, undefined, (map) => map.compareAndSet(KEY, 1, 2, { ttl: 99 })],
    [undefined, 2, (map) => map.swap(KEY, 2, { ttl: 99 })],
    [2, 2, (map) => map.increment(KEY, 2, { ttl: 99, keepTtl: false })],
    [
      2,
      2,
      (map) => map.update(KEY, (n = 0) => n + 2, { ttl: 99, keepTtl: false }),
    ],
  ];
  for (const codec of CODECS) {
    for (const [answer, left, act] of answers) {
      // The clock passes the end at every look in turn.
      for (let look = 1; look < 8; look++) {
        let now = START;
        let looks = Infinity;
        using _ = stub(Date, "now", () => {
          if (--looks === 0) now += 10;
          return now;
        });
        using map = SharedMap.create<string, number>({
          ...codec,
          maxBytes: 2 ** 20,
        });
        map.set(KEY, 1, { ttl: 10 });
        looks = look;
        const given = act(map);
        const isOver = looks <= 0;
        const shown = map.get(KEY);
        const what = `${act} at look ${look}`;
        if (Object.is(given, answer)) {
          assertStrictEquals(shown, left, what);
          if (left !== undefined && isOver) {
            assertStrictEquals(map.ttl(KEY), 99);
          }
        } else { // it came in time
          assertStrictEquals(
            shown,
            given === true || given === 1 ? 2 : 3,
            what,
          );
          assert(map.ttl(KEY)! > 0);
        }
      }
    }
  }
});

Deno.test("SharedMap has what a worker left that died: the value with its expiry", async () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const url = new URL("./lifetime_worker.ts", import.meta.url);
  const worker = new HelperWorker<SharedMapHandle, string[]>(url);
  const keys = await worker.tell(map.handle);
  worker[Symbol.dispose]();
  assertEquals(keys.length, 8);
  for (const key of keys) {
    assert(map.ttl(key)! <= 3_600_000, key);
  }
});

Deno.test("SharedMap entries live longer after the clock was set back, and are there again unless they were swept", () => {
  using clock = stopClock();
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  map.set("a", 1, { ttl: 1000 }).set("b", 1, { ttl: 1000 });
  map.set("c", 1, { ttl: 1000 });
  clock.now += 1000;
  assertFalse(map.has("a"));
  assert(map.compareAndSet("b", undefined, 2));
  clock.now -= 400; // set back
  assertStrictEquals(map.get("a"), 1);
  assertStrictEquals(map.ttl("a"), 400);
  assertStrictEquals(map.get("b"), 2);
  assertStrictEquals(map.ttl("b"), Infinity);
  clock.now += 10_000; // set forward
  assertFalse(map.has("a"));
  assertFalse(map.has("c"));
});
