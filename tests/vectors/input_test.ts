// What an index refuses, and says of it; and what the caller's code may do meanwhile.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import {
  ClosedError,
  type Codec,
  HandleError,
  HotVectorIndex,
  MapFullError,
  type VectorLike,
} from "../../src/vectors/mod.ts";
import { assertSound } from "../testing/inspection.ts";

// deno-lint-ignore no-explicit-any -- whatever it takes
type Class = new (...args: any[]) => Error;

/** Bad input, and what it is refused with. */
type Refusal = readonly [act: () => unknown, error: Class, message: string];

function assertRefused(refusals: readonly Refusal[]): void {
  for (const [act, error, message] of refusals) {
    assertThrows(act, error, message);
  }
}

const create = (options: unknown) => HotVectorIndex.create(options as never);

Deno.test("options of an index are checked", () => {
  assertRefused([
    [() => create(undefined), TypeError, "the options must be an object"],
    [() => create({}), TypeError, "dimensions must be a number"],
    [() => create({ dimensions: "3" }), TypeError, 'received "3" (string)'],
    [() => create({ dimensions: 0 }), RangeError, "from 1 to 16384"],
    [() => create({ dimensions: 1.5 }), RangeError, "received 1.5"],
    [() => create({ dimensions: 16385 }), RangeError, "received 16385"],
    [
      () => create({ dimensions: 2, metric: "manhattan" }),
      TypeError,
      'metric must be "cosine" or "dot" or "euclidean": received "manhattan"',
    ],
    [
      () => create({ dimensions: 2, quantize: "int4" }),
      TypeError,
      'quantize must be "none" or "int8": received "int4"',
    ],
    [() => create({ dimensions: 2, maxBytes: 1 }), RangeError, "maxBytes"],
    [() => create({ dimensions: 2, metadata: "x" }), TypeError, "codec"],
  ]);
});

Deno.test("bad vectors, ids and numbers of results are refused, and change nothing", () => {
  using index = HotVectorIndex.create({ dimensions: 3 });
  index.add("a", [1, 2, 3]);
  const add = (vector: unknown) => () => index.add("b", vector as VectorLike);
  const search = (k: unknown, options?: unknown) => () =>
    index.search([1, 2, 3], k as number, options as never);
  assertRefused([
    [add([1, 2]), RangeError, "has 3 components: received 2"],
    [add([1, 2, 3, 4]), RangeError, "has 3 components: received 4"],
    [add([1, NaN, 3]), RangeError, "component 1 of the vector must be"],
    [add([1, 2, Infinity]), RangeError, "received Infinity"],
    [add([1e20, 2, 3]), RangeError, "from -2 ** 50 to 2 ** 50"],
    [add([1, "2", 3]), TypeError, "component 1 of the vector must be a number"],
    [add([0, -0, 0]), RangeError, "received the zero vector"],
    [add([1e-30, 0, 0]), RangeError, "received the length"],
    [add("123"), TypeError, "a vector must be a Float32Array"],
    [add(new Set([1, 2, 3])), TypeError, "received Set (object)"],
    [() => index.add(NaN, [1, 2, 3]), TypeError, "an id must be"],
    [() => index.add({} as never, [1, 2, 3]), TypeError, "an id must be"],
    [() => index.get(undefined as never), TypeError, "received undefined"],
    [() => index.has(null as never), TypeError, "an id must be"],
    [() => index.remove(7n as never), TypeError, "an id must be"],
    [() => index.update("a", 7 as never), TypeError, "must be an object"],
    [() => index.update("a", { vector: [1] }), RangeError, "received 1"],
    [() => index.add("b", [1, 2, 3], () => {}), TypeError, "function"],
    [() => index.addMany(7 as never), TypeError, "must be iterable"],
    [() => index.addMany(["ab" as never]), TypeError, "must be an array"],
    [() => index.search([0, 0, 0], 1), RangeError, "the zero vector"],
    [() => index.search([1, 2], 1), RangeError, "has 3 components"],
    [search(0), RangeError, "k must be an integer above 0: received 0"],
    [search(1.5), RangeError, "received 1.5"],
    [search(NaN), RangeError, "received NaN"],
    [search("1"), TypeError, "k must be a number"],
    [search(1, null), TypeError, "the options must be an object"],
    [search(1, { filter: 7 }), TypeError, "it must be a function"],
    [
      search(1, { filter: () => Promise.resolve(true) }),
      TypeError,
      "the filter must return true or false: received Promise",
    ],
  ]);
  assertEquals(index.size, 1);
  assertEquals(index.get("a")?.vector, new Float32Array([1, 2, 3]));
});

Deno.test("by other metrics than cosine a vector may be zero", () => {
  for (const metric of ["dot", "euclidean"] as const) {
    using index = HotVectorIndex.create({ dimensions: 2, metric });
    index.add("zero", [0, 0]);
    assertEquals(index.search([0, 0], 1), [
      { id: "zero", score: 0, metadata: undefined },
    ]);
  }
});

Deno.test("the largest components that are taken can be compared", () => {
  for (const metric of ["cosine", "dot", "euclidean"] as const) {
    using index = HotVectorIndex.create({ dimensions: 16384, metric });
    const most = new Float32Array(16384).fill(2 ** 50);
    index.add("most", most);
    index.add("least", most.map((one) => -one));
    const [first, second] = index.search(most, 2);
    assertEquals([first.id, second.id], ["most", "least"]);
    assert(Number.isFinite(first.score) && Number.isFinite(second.score));
  }
});

Deno.test("ids are strings of any kind, and numbers", () => {
  using index = HotVectorIndex.create({ dimensions: 1 });
  const ids = ["", "1", 1, -1.5, 0, Infinity, "é", "\0", "\ud800", "\ud801"];
  ids.push("x".repeat(5000));
  for (const id of ids) assertEquals(index.add(id, [1], id), true);
  assertEquals(index.add(-0, [1], -0), false, "it is 0");
  for (const id of ids) {
    assertEquals(index.get(id)?.metadata, id === 0 ? -0 : id);
  }
  const found = index.search([1], 100).map(({ id }) => id);
  assertEquals(new Set(found), new Set(ids));
});

Deno.test("handles of other maps, and other shapes, are refused", async () => {
  using map = SharedMap.create();
  assertThrows(() => HotVectorIndex.attach(map.handle), HandleError, "none");
  using index = HotVectorIndex.create({ dimensions: 3 });
  using other = SharedMap.attach(index.handle);
  const read = () => [...other.values()];
  assertThrows(read, TypeError, "an index of vectors");
  assertThrows(() => HotVectorIndex.attach(7 as never), HandleError);
  const name = `shapes ${crypto.randomUUID()}`;
  using _index = await HotVectorIndex.open(name, { dimensions: 3 });
  for (
    const shape of [
      { dimensions: 4 },
      { dimensions: 3, metric: "dot" },
      { dimensions: 3, quantize: "none" },
    ]
  ) {
    const error = await HotVectorIndex.open(name, shape as never)
      .then(() => undefined, (error) => error);
    assert(error instanceof HandleError, `${error}`);
    assert(error.message.includes(name.slice(0, 40)), error.message);
  }
});

Deno.test("metadata go through the codec of the index", () => {
  const dates: Codec<Date> = {
    name: "date",
    encode: (date) => new Uint8Array(new Float64Array([+date]).buffer),
    decode: (bytes) => new Date(new Float64Array(bytes.buffer)[0]),
  };
  using index = HotVectorIndex.create({ dimensions: 1, metadata: dates });
  index.add("a", [1], new Date(7));
  using same = HotVectorIndex.attach(index.handle, { metadata: dates });
  assertEquals(same.get("a")?.metadata, new Date(7));
  const filter = (_: unknown, date: Date | undefined) => +date! === 7;
  assertEquals(same.search([1], 1, { filter })[0].metadata, new Date(7));
  assertThrows(() => HotVectorIndex.attach(index.handle), HandleError, "date");
});

Deno.test("a filter may use the index, and even close it", () => {
  const index = HotVectorIndex.create<number>({ dimensions: 1 });
  for (let i = 0; i < 5; i++) index.add(i, [1], i);
  const found = index.search([1], 5, {
    filter: (id, i) => {
      index.update(id, { metadata: i! + 10 }); // what is searched does not change
      assertEquals(index.search([1], 5, {}).length, 5 - i!);
      return index.remove(id);
    },
  });
  assertEquals(found.map(({ metadata }) => metadata), [0, 1, 2, 3, 4]);
  assertEquals(index.size, 0);
  index.add("a", [1]);
  const closing = () => {
    index.close();
    return true;
  };
  assertThrows(() => index.search([1], 1, { filter: closing }), ClosedError);
  assertThrows(() => index.size, ClosedError);
  assertThrows(() => index.add("b", [1]), ClosedError);
});

Deno.test("a full index says so, and stays as it is", () => {
  using index = HotVectorIndex.create({ dimensions: 512, maxBytes: 2 ** 20 });
  const vector = new Float32Array(512).fill(1);
  let count = 0;
  assertThrows(() => {
    for (;; count++) index.add(count, vector, "some metadata");
  }, MapFullError);
  assert(count > 200, `${count}`);
  assertEquals(index.size, count);
  assertEquals(index.search(vector, count).length, count);
  using map = SharedMap.attach(index.handle);
  assertSound(map);
});

Deno.test("console.log() of an index shows its size, its shape and its memory", () => {
  const index = HotVectorIndex.create({ dimensions: 2, maxBytes: 2 ** 20 });
  index.add("a", [1, 2]);
  const shown = Deno.inspect(index, { breakLength: Infinity });
  const sight =
    /^HotVectorIndex\(1\) { dimensions: 2, metric: "cosine", quantize: "int8", memory: ".* of 1 MiB, .*" }$/;
  assert(sight.test(shown), shown);
  assertThrows(() => structuredClone(index), DOMException, "index.handle");
  assertThrows(() => JSON.stringify(index), TypeError, "index.stats()");
  assertThrows(
    () => new (HotVectorIndex as unknown as Class)(),
    TypeError,
    "create",
  );
  index.close();
  assert(Deno.inspect(index).includes("closed: true"));
});
