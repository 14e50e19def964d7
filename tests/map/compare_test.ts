import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";

function anything(): SharedMap<string, unknown> {
  return SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
}

Deno.test("SharedMap.compareAndSet() sets only what is as expected", () => {
  using map = anything();
  assert(map.compareAndSet("a", undefined, 1));
  assertFalse(map.compareAndSet("a", undefined, 2));
  assertFalse(map.compareAndSet("a", 2, 3));
  assert(map.compareAndSet("a", 1, 3));
  assertStrictEquals(map.get("a"), 3);
  assertFalse(map.compareAndSet("b", 1, 2));
  assertFalse(map.has("b"));
});

Deno.test("SharedMap.compareAndDelete() deletes only what is as expected", () => {
  using map = anything();
  assertFalse(map.compareAndDelete("a", 1));
  map.set("a", 1);
  assertFalse(map.compareAndDelete("a", 2));
  assert(map.has("a"));
  assert(map.compareAndDelete("a", 1));
  assertFalse(map.has("a"));
  assertStrictEquals(map.stats().deletes, 1);
});

Deno.test("SharedMap compares values as they are stored", () => {
  // Groups of what is the same; between groups everything differs.
  const groups: unknown[][] = [
    [NaN, 0 / 0, -NaN],
    [0, -0],
    [1, 1.0],
    [1n],
    ["1"],
    [1.5],
    [true],
    [false],
    [null],
    [0n],
    [-1n],
    [2n ** 64n],
    [""],
    ["é"],
    ["e\u0301"],
    ["\ud800"],
    [new Uint8Array()],
    [new Uint8Array([1]), new Uint8Array([0, 1, 2]).subarray(1, 2)],
    [new Uint8Array([0])],
    [new Uint8Array([2])],
    [[]],
    [{}],
    [{ x: 0 }, { x: -0 }],
    [{ x: 1 }],
    [{ x: 1.5 }],
    [{ x: 1, y: 2 }, { y: 2, x: 1 }],
    [{ x: "1" }],
    [[1]],
    [new Map([[1, 2]])],
    [new Set([1])],
    [new Date(0)],
    [new Date(1)],
  ];
  using map = anything();
  for (const [i, group] of groups.entries()) {
    for (const [j, others] of groups.entries()) {
      for (const stored of group) {
        for (const expected of others) {
          map.set("a", stored);
          assertStrictEquals(
            map.compareAndSet("a", expected, "new"),
            i === j,
            `stored ${Deno.inspect(stored)}, expected ${
              Deno.inspect(expected)
            }`,
          );
          map.set("a", stored);
          assertStrictEquals(map.compareAndDelete("a", expected), i === j);
        }
      }
    }
  }
});

Deno.test("SharedMap.compareAndSet() takes equal objects for equal, however V8 keeps their numbers", () => {
  using map = anything();
  const point = { x: 0.5, y: 0 };
  point.x = 1; // kept as a double
  map.set("a", { x: 1, y: 0 }); // kept as a small integer
  assert(map.compareAndSet("a", point, { x: 2 }));
  map.set("a", point);
  assert(map.compareAndSet("a", { x: 1, y: 0 }, { x: 3 }));
  map.set("a", [point]);
  assert(map.compareAndDelete("a", [{ x: 1, y: 0 }]));
  map.set("a", { x: 1 });
  assertFalse(map.compareAndSet("a", { x: 2 }, 1));
});

Deno.test("SharedMap.compareAndSet() compares in every codec", () => {
  const maxBytes = 2 ** 20;
  using texts = SharedMap.create<string, string>({ value: "string", maxBytes });
  for (const text of ["", "a", "é".repeat(60), "日本".repeat(60), "\udc00"]) {
    texts.set("a", text);
    assertFalse(texts.compareAndSet("a", text + "x", "no"));
    assert(texts.compareAndSet("a", text, "yes"));
  }
  using numbers = SharedMap.create<string, number>({
    value: "number",
    maxBytes,
  });
  numbers.set("a", NaN);
  assert(numbers.compareAndSet("a", NaN, -0));
  assertFalse(numbers.compareAndSet("a", 1, 1));
  assert(numbers.compareAndSet("a", 0, 0));
  assert(numbers.compareAndSet("a", -0, 1));
  using bytes = SharedMap.create<string, Uint8Array>({
    value: "bytes",
    maxBytes,
  });
  bytes.set("a", new Uint8Array([1, 2]));
  assertFalse(bytes.compareAndSet("a", new Uint8Array([1]), new Uint8Array()));
  assert(bytes.compareAndSet("a", new Uint8Array([1, 2]), new Uint8Array()));
  assert(bytes.compareAndDelete("a", new Uint8Array()));
  using json = SharedMap.create<string, unknown>({ value: "json", maxBytes });
  json.set("a", { b: [1] });
  assertFalse(json.compareAndSet("a", { b: [2] }, 1));
  assert(json.compareAndSet("a", { b: [1] }, null));
  assert(json.compareAndDelete("a", null));
});

Deno.test("SharedMap.compareAndSet() with the same value is a write", () => {
  using map = anything();
  map.set("a", 1);
  assert(map.compareAndSet("a", 1, 1));
  assertStrictEquals(map.stats().sets, 2);
});

Deno.test("SharedMap refuses undefined wherever it is not allowed, and changes nothing", () => {
  using map = anything();
  map.set("a", 1);
  const attempts = [
    () => map.set("a", undefined),
    () => map.swap("a", undefined),
    () => map.getOrInsert("a", undefined),
    () => map.getOrInsert("b", undefined),
    () => map.compareAndSet("a", 1, undefined),
    () => map.compareAndSet("b", undefined, undefined),
    () => map.compareAndDelete("a", undefined),
    () => map.setMany([["a", undefined]]),
  ];
  for (const attempt of attempts) assertThrows(attempt, TypeError);
  assertStrictEquals(map.get("a"), 1);
  assertStrictEquals(map.size, 1);
});

Deno.test("SharedMap refuses undefined in every codec", () => {
  const own = {
    name: "own",
    encode: () => new Uint8Array(1),
    decode: () => 1,
  };
  for (const value of ["any", "string", "number", "bytes", "json", own]) {
    using map = SharedMap.create<string, unknown>({
      value: value as "any",
      maxBytes: 2 ** 20,
    });
    assertThrows(() => map.set("a", undefined), TypeError);
    assertThrows(() => map.compareAndDelete("a", undefined), TypeError);
    assertStrictEquals(map.size, 0);
  }
});

Deno.test("SharedMap.compareAndSet() compares with what was expected when it was called", () => {
  for (const spoil of ["fill", "transfer"] as const) {
    using map = anything();
    const expected = new Uint8Array([1, 2, 3]);
    map.set("a", expected);
    const value = {
      get spoilt() {
        if (spoil === "fill") expected.fill(9);
        else expected.buffer.transfer();
        return spoil;
      },
    };
    assert(map.compareAndSet("a", expected, value));
    assertEquals(map.get("a"), { spoilt: spoil });
  }
});
