import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { isDeepStrictEqual } from "node:util";
import { TAG_UTF16, type ValueFormat } from "../../src/codec/codec.ts";
import { VALUE_FORMATS } from "../../src/codec/values.ts";
import { TAG_TOMBSTONE } from "../../src/segment/layout.ts";
import { AT, segment } from "./somewhere.ts";

/** Writes and reads a value; the memory around it must stay as it is. */
function roundTrip(format: ValueFormat<unknown>, value: unknown): unknown {
  format.prepare(value);
  const { tag, byteLength } = format;
  assert(tag >= 0 && tag < 8 && tag !== TAG_TOMBSTONE, `tag ${tag}`);
  const start = AT * 8;
  segment.bytes.fill(0xaa, start - 64, start + byteLength + 64);
  format.write(segment, AT);
  const around = [
    segment.bytes.subarray(start - 64, start),
    segment.bytes.subarray(start + byteLength, start + byteLength + 64),
  ];
  for (const bytes of around) assert(bytes.every((byte) => byte === 0xaa));
  assert(format.equals(segment, AT, byteLength, tag), "it equals itself");
  return format.read(segment, AT, byteLength, tag);
}

function checkRoundTrips(name: string, values: readonly unknown[]): void {
  const format = VALUE_FORMATS[name]();
  assertStrictEquals(format.name, name);
  for (const value of values) {
    const read = roundTrip(format, value);
    assert(
      isDeepStrictEqual(read, value),
      `${Deno.inspect(value).slice(0, 200)} came back as ${
        Deno.inspect(read).slice(0, 200)
      }`,
    );
    if (typeof value === "object" && value !== null) assert(read !== value);
  }
}

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  NaN,
  Infinity,
  -Infinity,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  2.2250738585072011e-308,
  Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 + 2,
  Math.PI,
];

const STRINGS = [
  "",
  "a",
  "\0",
  "\xff",
  "é".repeat(7),
  "\u0100",
  "日本語",
  "a\u0100",
  "😀",
  "\ud800",
  "\udc00",
  "x\ud800",
  "\udc00\ud800",
  ...[46, 47, 48, 49, 50, 51, 1000, 100_000].flatMap((length) => [
    "x".repeat(length),
    "é".repeat(length),
    "\xff".repeat(length - 1) + "\u0100",
    "日".repeat(length),
    "\ud800".repeat(length),
    "x\udfff".repeat(length),
  ]),
];

const backing = Uint8Array.from({ length: 50 }, (_, i) => i);
const BYTES = [
  new Uint8Array(),
  new Uint8Array([0]),
  new Uint8Array([255, 0, 1]),
  backing.subarray(3, 20),
  backing.subarray(50),
  new Uint8Array(100_000).fill(7),
];

const BIGINTS = [
  0n,
  1n,
  -1n,
  15n,
  16n,
  255n,
  256n,
  -255n,
  -256n,
  2n ** 63n,
  -(2n ** 64n),
  2n ** 4096n - 1n,
  -(3n ** 5000n),
];

Deno.test('"number" keeps every number', () => {
  checkRoundTrips("number", NUMBERS);
});

Deno.test('"number" stores every NaN alike', () => {
  const words = new Uint32Array([1, 0x7ff80000, 0xdeadbeef, 0xfff8dead]);
  const nans = new Float64Array(words.buffer);
  const format = VALUE_FORMATS.number();
  format.prepare(NaN);
  format.write(segment, AT);
  for (const nan of nans) {
    assert(Number.isNaN(nan));
    format.prepare(nan);
    assert(format.equals(segment, AT, 8, format.tag));
  }
});

Deno.test('"string" keeps every string, lone surrogates included', () => {
  checkRoundTrips("string", STRINGS);
});

Deno.test('"string" takes as few bytes a character as its alphabet needs', () => {
  const format = VALUE_FORMATS.string();
  const bytes = (text: string) => {
    format.prepare(text);
    return format.byteLength;
  };
  assertStrictEquals(bytes("é".repeat(48)), 48);
  assertStrictEquals(bytes("é".repeat(47) + "\u0100"), 96);
  assertStrictEquals(bytes("x".repeat(1000)), 1000);
  assertStrictEquals(bytes("x".repeat(999) + "é"), 1001);
  assertStrictEquals(bytes("ж".repeat(1000)), 2000);
  assertStrictEquals(bytes("日".repeat(1000)), 2000);
});

Deno.test('"string" gives equal texts equal bytes, however V8 keeps them', () => {
  const format = VALUE_FORMATS.string();
  for (const part of ["x", "é", "日", "\ud800", "x–"]) {
    for (const length of [10, 100]) {
      const text = part.repeat(length);
      // A slice of a string with wide characters is kept as wide, a sum as its parts.
      for (const same of [`日${text}`.slice(1), text.slice(1) + part[0]]) {
        if (same !== text) continue;
        format.prepare(text);
        const { byteLength, tag } = format;
        format.write(segment, AT);
        format.prepare(same);
        assertEquals([format.byteLength, format.tag], [byteLength, tag]);
        assert(format.equals(segment, AT, byteLength, tag));
      }
    }
  }
});

Deno.test('"string" finds equal what an earlier version has written otherwise', () => {
  const format = VALUE_FORMATS.string();
  const wide = new Uint16Array(segment.bytes.buffer, AT * 8, 100);
  for (const text of ["é".repeat(100), "x–".repeat(50)]) {
    for (let i = 0; i < 100; i++) wide[i] = text.charCodeAt(i);
    format.prepare(text);
    assert(format.equals(segment, AT, 200, TAG_UTF16));
    format.prepare(text.slice(1) + "a");
    assertFalse(format.equals(segment, AT, 200, TAG_UTF16));
    assertStrictEquals(format.read(segment, AT, 200, TAG_UTF16), text);
  }
});

Deno.test('"bytes" keeps all bytes, of views too, and returns a copy', () => {
  checkRoundTrips("bytes", BYTES);
  const format = VALUE_FORMATS.bytes();
  const read = roundTrip(format, backing.subarray(3, 20)) as Uint8Array;
  assertStrictEquals(read.constructor, Uint8Array);
  assertStrictEquals(read.buffer.byteLength, 17);
  assert(read.buffer instanceof ArrayBuffer);
});

Deno.test('"bytes" takes views of shared memory, and Buffers', async () => {
  const { Buffer } = await import("node:buffer");
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(5);
  const format = VALUE_FORMATS.bytes();
  assertEquals(roundTrip(format, shared), new Uint8Array(4).fill(5));
  assertEquals(
    roundTrip(format, Buffer.from("abc")),
    new Uint8Array([97, 98, 99]),
  );
});

Deno.test('"json" keeps what JSON can express', () => {
  checkRoundTrips("json", [
    null,
    true,
    false,
    0,
    -1.5,
    "",
    "日本 \ud800".repeat(30),
    [],
    {},
    { a: [1, { b: null }], c: "x" },
    STRINGS,
  ]);
  const format = VALUE_FORMATS.json();
  assertEquals(roundTrip(format, { a: undefined, b: NaN }), { b: null });
  assertEquals(roundTrip(format, new Date(0)), new Date(0).toJSON());
});

Deno.test('"any" keeps primitives and bytes', () => {
  checkRoundTrips("any", [
    null,
    true,
    false,
    ...NUMBERS,
    ...STRINGS,
    ...BYTES,
    ...BIGINTS,
  ]);
});

Deno.test('"any" keeps what the structured clone algorithm takes', () => {
  class Point {
    x = 1;
  }
  const date = new Date(123);
  const values = [
    {},
    [],
    { a: 1, b: { c: [1, "x", null, undefined, true, 1n] } },
    [1, , 3],
    new Map<unknown, unknown>([[1, { a: 2 }], ["x", new Map()], [null, 1n]]),
    new Set([1, "a", null]),
    date,
    new Date(NaN),
    /a+/giu,
    new Number(5),
    new String("s"),
    new Boolean(false),
    Object(5n),
    { date, again: date },
    { u: new Uint8Array([1, 2, 3]), sub: backing.subarray(3, 6) },
    new Int8Array([-1, 2]),
    new Uint8ClampedArray([1, 255]),
    new Int16Array([-300]),
    new Uint16Array([60_000]),
    new Int32Array([-(2 ** 31)]),
    new Uint32Array([2 ** 32 - 1]),
    new Float32Array([1.5, NaN]),
    new Float64Array([0.1, -0]),
    new BigInt64Array([-1n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Float64Array([1, 2, 3, 4]).subarray(1, 3),
    new Uint8Array([1, 2, 3]).buffer,
    { long: STRINGS, numbers: NUMBERS, big: BIGINTS },
  ];
  checkRoundTrips("any", values);
  const format = VALUE_FORMATS.any();
  assertEquals(roundTrip(format, new Point()), { x: 1 });
  const clone = roundTrip(format, { date, again: date }) as {
    date: Date;
    again: Date;
  };
  assertStrictEquals(clone.date, clone.again);
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const read = roundTrip(format, cycle) as typeof cycle;
  assertStrictEquals(read.self, read);
});

Deno.test('"any" keeps errors', () => {
  const format = VALUE_FORMATS.any();
  for (const Kind of [Error, TypeError, RangeError, SyntaxError]) {
    const error = new Kind("oops", { cause: { n: 1 } });
    const read = roundTrip(format, error) as Error;
    assert(read instanceof Kind);
    assertStrictEquals(read.name, error.name);
    assertStrictEquals(read.message, "oops");
    assertEquals(read.cause, { n: 1 });
    assertStrictEquals(read.stack, error.stack);
  }
});

Deno.test('"any" keeps a DataView as the structured clone algorithm does', () => {
  const view = new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2);
  const read = roundTrip(VALUE_FORMATS.any(), view) as DataView;
  assert(read instanceof DataView);
  assertEquals([read.byteLength, read.getUint8(0), read.getUint8(1)], [
    2,
    2,
    3,
  ]);
});

Deno.test('"any" takes nothing that the structured clone algorithm does not', () => {
  const format = VALUE_FORMATS.any();
  const wrong = [
    () => {},
    class {},
    Symbol("x"),
    { nested: () => {} },
    [Symbol("x")],
    new WeakMap(),
    new WeakRef({}),
    Promise.resolve(),
    new Map([[1, () => {}]]),
    new Proxy({}, {}),
  ];
  for (const value of wrong) {
    assertThrows(() => format.prepare(value), TypeError, "cannot be kept");
  }
  assertThrows(() => format.prepare(undefined), TypeError, "delete");
});

Deno.test('"any" lets errors of getters through as the cause', () => {
  const boom = new Error("boom");
  const value = {
    get a() {
      throw boom;
    },
  };
  const error = assertThrows(
    () => VALUE_FORMATS.any().prepare(value),
  ) as Error;
  assert(error === boom || error.cause === boom);
});

Deno.test("every format refuses what is not its kind", () => {
  const wrong: Record<string, unknown[]> = {
    number: ["1", 1n, null, undefined, {}, new Number(1), true],
    string: [1, null, undefined, {}, new String("x"), Symbol("x")],
    bytes: [[1], "x", null, undefined, new ArrayBuffer(1), new Int8Array(1)],
    json: [undefined, () => {}, Symbol("x"), 1n],
    any: [undefined],
  };
  for (const [name, values] of Object.entries(wrong)) {
    const format = VALUE_FORMATS[name]();
    for (const value of values) {
      assertThrows(() => format.prepare(value), TypeError);
    }
  }
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  assertThrows(() => VALUE_FORMATS.json().prepare(cycle), TypeError);
});

Deno.test("equals() tells values apart that have the same length, or the same bytes", () => {
  const any = VALUE_FORMATS.any();
  const values = [
    null,
    true,
    false,
    0,
    -0,
    1,
    "a",
    "b",
    "\u0161",
    "ab",
    new Uint8Array([97]),
    new Uint8Array([98]),
    new Uint8Array([0]),
    97n,
    [],
    {},
    "",
    new Uint8Array(),
  ];
  for (const stored of values) {
    any.prepare(stored);
    any.write(segment, AT);
    const { byteLength, tag } = any;
    for (const other of values) {
      any.prepare(other);
      assertStrictEquals(
        any.equals(segment, AT, byteLength, tag),
        stored === other,
        `${Deno.inspect(stored)} and ${Deno.inspect(other)}`,
      );
    }
  }
});

Deno.test('equals() of "any" takes a clone for what it was, not for the one prepared before', () => {
  const any = VALUE_FORMATS.any();
  any.prepare({ a: 1 });
  any.write(segment, AT);
  const { byteLength, tag } = any;
  any.prepare({ a: 1 });
  any.prepare("x");
  assertFalse(any.equals(segment, AT, byteLength, tag));
  any.prepare({ a: 2 });
  assertFalse(any.equals(segment, AT, byteLength, tag));
  any.prepare({ a: 1 });
  assert(any.equals(segment, AT, byteLength, tag));
});
