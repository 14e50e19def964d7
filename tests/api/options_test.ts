import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SharedMap, type SharedMapOptions } from "../../mod.ts";
import { locks } from "../../src/reclamation/lifeline.ts";

function create(options: unknown): SharedMap<string, unknown> {
  return SharedMap.create(options as SharedMapOptions<string, unknown>);
}

Deno.test("SharedMap.create() without options makes a map of 1 GiB from strings to anything", () => {
  using map = SharedMap.create();
  map.set("a", { b: [1, null] });
  assertEquals(map.get("a"), { b: [1, null] });
  assertStrictEquals(map.stats().reservedBytes, 2 ** 30);
});

Deno.test("SharedMap.create() refuses options that are no object", () => {
  for (const options of [null, 5, "x", () => {}, true]) {
    assertThrows(() => create(options), TypeError, "options");
  }
});

Deno.test("SharedMap.create() refuses bad sizes", () => {
  const bad = [
    NaN,
    Infinity,
    -Infinity,
    -1,
    0.5,
    2 ** 20 + 0.5,
    2 ** 53,
    1e300,
  ];
  for (const size of bad) {
    assertThrows(() => create({ maxBytes: size }), RangeError, "maxBytes");
    assertThrows(() => create({ capacity: size }), RangeError, "capacity");
  }
  for (const maxBytes of [0, 1, 4096, 2 ** 20 - 1, 2 ** 34 + 1]) {
    const error = assertThrows(() => create({ maxBytes }), RangeError);
    assert(error.message.includes(`${maxBytes}`), "it says what came");
  }
  for (const size of ["1048576", {}, [], true, 2n ** 20n, new Date(), null]) {
    assertThrows(() => create({ maxBytes: size }), TypeError, "maxBytes");
    assertThrows(() => create({ capacity: size }), TypeError, "capacity");
  }
});

Deno.test("SharedMap.create() refuses a capacity that maxBytes cannot hold, and leaves nothing behind", async () => {
  // Other tests of this process hold locks of their own.
  const { clientId } = await locks.request("options_test", {}, async () => {
    const { held } = await locks.query();
    return held.find((lock) => lock.name === "options_test")!;
  });
  const held = async () =>
    (await locks.query()).held.filter((lock) => lock.clientId === clientId)
      .length;
  const before = await held();
  for (const capacity of [2 ** 20, 2 ** 25, 2 ** 28]) {
    assertThrows(
      () => create({ maxBytes: 2 ** 20, capacity }),
      RangeError,
      "capacity",
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertStrictEquals(await held(), before);
});

Deno.test("SharedMap.create() refuses other values of onFull", () => {
  for (const onFull of ["", "drop", null, 5, true, {}]) {
    assertThrows(() => create({ onFull }), TypeError, "onFull");
  }
  for (const onFull of ["throw", "evict", undefined]) {
    using map = create({ onFull, maxBytes: 2 ** 20 });
    map.set("a", 1);
  }
});

Deno.test("SharedMap.create() takes odd sizes and never reserves more", () => {
  for (const maxBytes of [2 ** 20, 2 ** 20 + 1, 3_000_001, 2 ** 24 + 12345]) {
    using map = create({ maxBytes });
    map.set("a", 1);
    const { reservedBytes } = map.stats();
    assert(reservedBytes <= maxBytes && reservedBytes > maxBytes - 2 ** 16);
  }
});

Deno.test("SharedMap.create() with a capacity makes the table at once, and keeps it", () => {
  using map = SharedMap.create<number, number>({
    key: "number",
    value: "number",
    maxBytes: 2 ** 26,
    capacity: 100_000,
  });
  for (let i = 0; i < 100_000; i++) map.set(i, i);
  assertStrictEquals(map.stats().migrations, 0);
  assertGreaterOrEqual(map.stats().usedBytes, 100_000 * 8 / 0.875);
  for (let i = 0; i < 1000; i++) map.delete(i);
  assertStrictEquals(map.stats().migrations, 0);
  using small = SharedMap.create<number, number>({
    key: "number",
    value: "number",
    maxBytes: 2 ** 26,
  });
  for (let i = 0; i < 100_000; i++) small.set(i, i);
  assertGreater(small.stats().migrations, 3);
});

function tryBothEnds(maxBytes: number): void {
  using map = create({ maxBytes });
  const words = new Int32Array(map.handle.buffer);
  // The hint where free chunks are: from here on, everything lands near the end.
  const H_CHUNK_COUNT = 5;
  const H_CHUNK_HINT = 97;
  const values = [
    1.5,
    "short",
    "latin é".repeat(50),
    "wide 日本",
    "wide 日本".repeat(50),
    new Uint8Array(100).fill(9),
    -(2n ** 70n),
    { a: ["x", 1] },
    true,
  ];
  for (const at of [0, 0.2, 0.3, 0.55, 0.8, 0.999]) {
    words[H_CHUNK_HINT] = Math.floor(words[H_CHUNK_COUNT] * at);
    for (const [i, value] of values.entries()) {
      const loader = new Uint8Array(64 * 1024 / 2 - 100); // on to the next chunk
      map.set(`loader ${at} ${i}`, loader);
      for (
        const key of [`${i} at ${at}`, `${i} で ${at}`, "k".repeat(99) + i + at]
      ) {
        map.set(key, value);
        assertEquals(map.get(key), value);
        assert(map.expire(key, 1e9));
        assertEquals(map.get(key), value);
        assert(map.compareAndSet(key, value as never, value));
        map.set(key, 1);
        assertStrictEquals(map.increment(key), 2);
        assertStrictEquals(map.update(key, (n) => n as number + 1), 3);
        assert(map.delete(key));
        map.set(key, value);
      }
    }
  }
  for (const key of map.keys()) assert(map.has(key), key);
  for (const [key, value] of map) assertEquals(map.get(key), value);
}

Deno.test("SharedMap: the largest map works at both of its ends", () => {
  tryBothEnds(2 ** 34);
});

Deno.test("SharedMap: the largest map with a kernel works at both of its ends", () => {
  tryBothEnds(2 ** 32);
});

Deno.test("SharedMap.create() refuses bad values of maxEntries and policy", () => {
  const evicting = { onFull: "evict", maxBytes: 2 ** 20 };
  for (const maxEntries of [0, -1, 1.5, NaN, Infinity, 2 ** 30 + 1]) {
    assertThrows(
      () => create({ ...evicting, maxEntries }),
      RangeError,
      "maxEntries",
    );
  }
  for (const maxEntries of ["5", {}, null, true, 5n]) {
    assertThrows(
      () => create({ ...evicting, maxEntries }),
      TypeError,
      "maxEntries",
    );
  }
  for (const policy of ["", "fifo", null, 5, {}]) {
    assertThrows(() => create({ ...evicting, policy }), TypeError, "policy");
  }
  for (const policy of ["s3-fifo", "random", undefined]) {
    for (const maxEntries of [1, 2 ** 30, undefined]) {
      using map = create({ ...evicting, policy, maxEntries });
      map.set("a", 1);
    }
  }
});
