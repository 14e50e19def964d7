import { Buffer } from "node:buffer";
import { serialize } from "node:v8";
import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  cloneFromBytes,
  cloneToBytes,
  readClone,
} from "../../../src/codec/clone/clone.ts";
import { CloneWriter } from "../../../src/codec/clone/writer.ts";
import { areEqual } from "../../../src/codec/clone/equality.ts";
import { TAG_CLONE } from "../../../src/codec/codec.ts";
import { VALUE_FORMATS } from "../../../src/codec/values.ts";
import { AT, segment } from "../somewhere.ts";
import { outputOf } from "../../testing/child.ts";
import { forSeeds } from "../../testing/random.ts";
import { SCALE } from "../../testing/scale.ts";
import { CloneMaker } from "./any_clone.ts";
import { difference } from "./likeness.ts";

/** What comes out of a map for what goes in. */
function throughMemory(value: unknown, format = VALUE_FORMATS.any()): unknown {
  format.prepare(value);
  format.write(segment, AT);
  const { byteLength, tag } = format;
  assert(format.equals(segment, AT, byteLength, tag), "it equals itself");
  const read = format.read(segment, AT, byteLength, tag);
  format.prepare(read);
  assert(
    format.equals(segment, AT, byteLength, tag),
    "it equals what comes out",
  );
  return read;
}

Deno.test('"any" gives back what structuredClone() gives back', () => {
  const format = VALUE_FORMATS.any();
  forSeeds(1000 * SCALE, (random) => {
    const value = new CloneMaker(random).object();
    const wrong = difference(
      throughMemory(value, format),
      structuredClone(value),
    );
    assertStrictEquals(wrong, undefined);
  });
});

Deno.test('"any" gives each view a buffer of its own, of exact length, that can be transferred', () => {
  const pool = new Uint8Array(100).fill(7);
  const value = {
    part: pool.subarray(3, 6),
    wide: new Float64Array([1, 2, 3, 4]).subarray(1, 3),
    data: new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
    pooled: [Buffer.from("abc"), Buffer.from("de")],
    shared: new Uint8Array(new SharedArrayBuffer(8), 2, 3).fill(5),
  };
  const read = throughMemory(value) as typeof value;
  const views = [
    ...[read.part, read.wide, read.data, read.shared],
    ...read.pooled,
  ];
  for (const view of views) {
    assertStrictEquals(view.byteOffset, 0);
    assertStrictEquals(view.buffer.byteLength, view.byteLength);
    structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
    assert((view.buffer as ArrayBuffer).detached);
  }
});

Deno.test('"any" has views share what they shared, with their offsets', () => {
  const buffer = Uint8Array.from({ length: 64 }, (_, i) => i).buffer;
  const value = {
    a: new Uint8Array(buffer, 8, 8),
    b: new Float64Array(buffer, 16, 2),
    alone: new Uint8Array(new ArrayBuffer(9), 3, 3),
    list: [buffer],
  };
  const read = throughMemory(value) as typeof value;
  assertStrictEquals(read.a.buffer, read.list[0]);
  assertStrictEquals(read.b.buffer, read.list[0]);
  assertEquals([read.a.byteOffset, read.b.byteOffset], [8, 16]);
  assertEquals(new Uint8Array(read.list[0]), new Uint8Array(buffer));
  assertStrictEquals(read.alone.buffer.byteLength, 3);
});

Deno.test('"any" keeps what can be resized as such', () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 32 });
  const value = [
    ...[new Uint8Array(buffer), new Uint8Array(buffer, 4)],
    ...[new Uint8Array(buffer, 4, 2), new DataView(buffer, 2)],
    new Uint16Array(new ArrayBuffer(0, { maxByteLength: 8 })),
    new Uint16Array(new ArrayBuffer(8, { maxByteLength: 8 })),
  ] as const;
  const read = throughMemory(value) as typeof value;
  (read[0].buffer as ArrayBuffer).resize(16);
  (read[4].buffer as ArrayBuffer).resize(8);
  (read[5].buffer as ArrayBuffer).resize(2);
  assertEquals(read.map((view) => view.byteLength), [16, 12, 2, 14, 8, 2]);
});

Deno.test('"any" keeps the errors of an AggregateError', () => {
  const errors = [new RangeError("a"), 5];
  const error = new AggregateError(errors, "all", { cause: "why" });
  const read = throughMemory({ error }) as { error: AggregateError };
  assert(read.error instanceof AggregateError);
  assert(read.error.errors[0] instanceof RangeError);
  assertStrictEquals(read.error.errors[1], 5);
  assertStrictEquals(read.error.cause, "why");
  assertEquals(Object.keys(read.error), []);
});

Deno.test('"any" keeps what is nested however deeply, with what is shared', () => {
  const layers: ((inside: unknown) => object)[] = [
    (inside) => ({ a: inside, b: 1 }),
    (inside) => [0, inside, , "x"],
    (inside) => new Map([["k", inside], ["l", 1]]),
    (inside) => new Map([[inside, 2]]),
    (inside) => new Set([1, inside]),
    (inside) => new Error("x", { cause: inside }),
    (inside) => new AggregateError([inside]),
    (inside) => Object.create(null, { c: { value: inside, enumerable: true } }),
  ];
  const shared = { end: true };
  let value: unknown = [shared, shared];
  for (let i = 0; i < 10_000; i++) value = layers[i % layers.length](value);
  let read = throughMemory({ value, shared }) as Record<string, unknown>;
  const end = read.shared;
  read = read.value as Record<string, unknown>;
  for (let i = 10_000 - 1; i >= 0; i--) {
    const at = read as unknown;
    if (at instanceof Map) read = [...at].flat().find(isObject);
    else if (at instanceof Set) read = [...at].find(isObject);
    else if (at instanceof AggregateError) read = at.errors[0];
    else if (at instanceof Error) read = at.cause as typeof read;
    else read = Object.values(read).find(isObject) as typeof read;
  }
  assertStrictEquals(read[0], end);
  assertStrictEquals(read[1], end);
});

// deno-lint-ignore no-explicit-any
function isObject(value: unknown): value is any {
  return typeof value === "object" && value !== null;
}

Deno.test('"any" works on after a value that ends the stack, or whose getter throws', () => {
  const format = VALUE_FORMATS.any();
  format.prepare({ before: "text" });
  const boom = new Error("boom");
  const wrong = {
    a: ["x", { y: new Uint8Array(3) }],
    get b(): unknown {
      throw boom;
    },
  };
  const error = assertThrows(() => format.prepare({ list: [1, wrong] }));
  assertStrictEquals(error, boom);
  const recurse = (): void => {
    format.prepare({ a: [{ b: "text" }] });
    recurse();
  };
  assertThrows(recurse, RangeError);
  assertEquals(throughMemory({ a: ["x", 5] }, format), { a: ["x", 5] });
});

Deno.test('"any" takes a value whose getters encode others meanwhile', () => {
  const format = VALUE_FORMATS.any();
  const value = (depth: number): object => ({
    before: `text ${depth}`,
    list: [depth, { depth }],
    get inner() {
      if (depth === 0) return "end";
      const inside = throughMemory(value(depth - 1), format);
      format.prepare(
        "another, which is longer than what a loop writes".repeat(9),
      );
      return inside;
    },
    after: new Uint8Array([depth]),
  });
  const plain = (depth: number): object => ({
    before: `text ${depth}`,
    list: [depth, { depth }],
    inner: depth === 0 ? "end" : plain(depth - 1),
    after: new Uint8Array([depth]),
  });
  assertEquals(throughMemory(value(5), format), plain(5));
});

Deno.test('"any" keeps nothing of a buffer that changes after it was prepared', () => {
  const format = VALUE_FORMATS.any();
  const bytes = new Uint8Array([1, 2, 3]);
  for (const value of [bytes, { bytes }]) {
    bytes.set([1, 2, 3]);
    format.prepare(value);
    format.keep();
    bytes.fill(9);
    format.write(segment, AT);
    const { byteLength, tag } = format;
    const read = format.read(segment, AT, byteLength, tag);
    const expected = new Uint8Array([1, 2, 3]);
    assertEquals(read, value === bytes ? expected : { bytes: expected });
  }
  const value = [bytes, {
    get later() {
      return bytes.buffer.transfer().byteLength;
    },
  }];
  assertThrows(() => format.prepare(value), TypeError, "became smaller");
});

Deno.test('"any" reads what earlier versions left to V8, and compares it', () => {
  const format = VALUE_FORMATS.any();
  const value = {
    list: [1, "é日", undefined, new Date(5), 5n],
    bytes: new Uint8Array([1, 2, 3]),
    floats: new Float64Array([1.5]),
    map: new Map([["a", new Set([1])]]),
  };
  const stored = serialize(value);
  segment.bytes.set(stored, AT * 8);
  const read = format.read(
    segment,
    AT,
    stored.length,
    TAG_CLONE,
  ) as typeof value;
  assertStrictEquals(difference(read, value), undefined);
  for (const view of [read.bytes, read.floats]) {
    assertStrictEquals(view.buffer.byteLength, view.byteLength);
  }
  format.prepare(value);
  assert(format.equals(segment, AT, stored.length, TAG_CLONE));
  format.prepare({ ...value, list: [] });
  assertFalse(format.equals(segment, AT, stored.length, TAG_CLONE));
});

Deno.test('"any" gives an error for damaged bytes, and does not hang', () => {
  const format = VALUE_FORMATS.any();
  let errors = 0;
  forSeeds(2000 * SCALE, (random) => {
    format.prepare([new CloneMaker(random).object(), { a: 1, b: "text" }]);
    const { byteLength, tag } = format;
    format.write(segment, AT);
    segment.bytes.fill(0xff, AT * 8 + byteLength, AT * 8 + byteLength + 64);
    for (let times = 1 + random.below(4); times > 0; times--) {
      const at = AT * 8 + random.below(byteLength);
      segment.bytes[at] = random.pick([0, 0xff, random.below(256)]);
    }
    const length = random.chance(0.3) ? random.below(byteLength) : byteLength;
    try {
      format.read(segment, AT, length, tag);
    } catch (error) {
      assert(error instanceof Error);
      errors++;
    }
  });
  assert(errors > 0);
});

Deno.test('"any" makes objects of the same kind whether their keys are new to it or not', () => {
  const format = VALUE_FORMATS.any();
  const keys = ['"', "\\", "\u2028", "a-b", "1", "", "${x}", "constructor"];
  for (let i = 0; i < 200; i++) {
    const value = {
      ...Object.fromEntries(keys.map((key) => [key, { key, i }])),
      ["__proto__"]: i,
      list: [{ a: i, b: "x" }, { a: 1, b: "y" }, { b: "z", a: 2 }],
      plain: { "quote\"'`": i, "new\nline": [i], "\ud800": { "\u2029": i } },
    };
    const wrong = difference(throughMemory(value, format), value);
    assertStrictEquals(wrong, undefined);
  }
});

Deno.test('"any" reads objects without code that is made of text, too', async () => {
  const module = import.meta.resolve("../../../src/codec/clone/clone.ts");
  const code = `
    import { cloneFromBytes, cloneToBytes } from "${module}";
    const bytes = cloneToBytes({ a: [{ b: 1 }, { b: "x" }] });
    for (let i = 0; i < 200; i++) cloneFromBytes(bytes);
    console.log(JSON.stringify(cloneFromBytes(bytes)));
  `;
  const flag = "--v8-flags=--disallow-code-generation-from-strings";
  assertStrictEquals(
    await outputOf(["eval", flag, code]),
    '{"a":[{"b":1},{"b":"x"}]}\n',
  );
});

Deno.test("a clone may have a structure of more than 16 MiB, and many strings and shapes", () => {
  const floats = Array.from({ length: 2_000_000 }, (_, i) => i + 0.5);
  const value = {
    floats,
    view: new Uint8Array([1, 2]),
    texts: Array.from({ length: 3000 }, (_, i) => `text ${i} é`),
    shapes: Array.from({ length: 12_000 }, (_, i) => ({ [`key ${i}`]: i })),
    end: "the end",
  };
  const read = cloneFromBytes(cloneToBytes(value));
  assert(areEqual(read, value));
});

Deno.test("a clone is whole wherever in it the scratch it is written to comes to its end", () => {
  for (const character of ["a", "é", "日", "\ud800"]) {
    for (let length = 200; length < 1300; length++) {
      const value = { before: 1.5, text: character.repeat(length), after: [2] };
      assertEquals(writtenAfresh(value), value);
    }
  }
  for (let count = 1; count < 600; count++) {
    const keys = Array.from({ length: count }, (_, i) => [`key ${i}`, i]);
    const value = { keys: Object.fromEntries(keys), big: 3n ** BigInt(count) };
    assertEquals(writtenAfresh(value), value);
  }
});

/** What comes out for what goes in, by a writer that has written nothing yet. */
function writtenAfresh(value: object): unknown {
  const writer = new CloneWriter();
  writer.write(value);
  const { scratch, start, byteLength } = writer;
  return readClone(scratch, start, byteLength);
}
