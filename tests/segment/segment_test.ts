import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { HandleError } from "../../src/errors.ts";
import {
  CODEC_NAME_BYTES,
  DESCRIPTOR_WORDS,
  DESCRIPTORS,
  H_CHUNK_COUNT,
  H_CHUNK_SHIFT,
  H_FIRST_CHUNK,
  H_FLAGS,
  H_KEY_CODEC,
  H_LAYOUT,
  H_MAGIC,
  H_MIN_CAPACITY_SHIFT,
  H_READY,
  H_TOTAL_REFS,
  H_VALUE_CODEC,
  MAX_CLASSES,
  REF_BYTES,
} from "../../src/segment/layout.ts";
import { PAGE_BYTES } from "../../src/segment/kernel.ts";
import {
  MAX_SEGMENT_BYTES,
  MIN_SEGMENT_BYTES,
  Segment,
} from "../../src/segment/segment.ts";
import { copyOf, freshSegment } from "./fresh_segment.ts";

function attachTo(memory: unknown): Segment {
  return Segment.attach({ buffer: memory as SharedArrayBuffer });
}

Deno.test("Segment.create() lays out sizes from the smallest to the largest", () => {
  const sizes = [
    MIN_SEGMENT_BYTES,
    MIN_SEGMENT_BYTES + 1,
    3 * 2 ** 20 + 4095,
    2 ** 24,
    2 ** 26 - 4096,
    2 ** 30,
    MAX_SEGMENT_BYTES,
  ];
  for (const size of sizes) {
    const segment = freshSegment(size);
    const { byteLength } = segment.buffer;
    assert(byteLength <= size && byteLength > size - PAGE_BYTES, `${size}`);
    assertStrictEquals(segment.buffer.growable, false);
    const chunkBytes = 2 ** segment.chunkShift * REF_BYTES;
    const start = segment.firstChunk * REF_BYTES;
    const end = start + segment.chunkCount * chunkBytes;
    const descriptors = DESCRIPTORS + segment.chunkCount * DESCRIPTOR_WORDS;
    assert(descriptors * 4 <= start, "descriptors end before the chunks");
    assert(end <= byteLength, "chunks end before the segment");
    assert(byteLength - end < chunkBytes + 4096, "little is left over");
    assert(segment.chunkCount > 100, "size classes do not crowd each other");
    assert(segment.classes.refs.length <= MAX_CLASSES);
  }
});

Deno.test("Segment.chunkOf() inverts chunkRef()", () => {
  for (const size of [2 ** 20, 2 ** 24, MAX_SEGMENT_BYTES]) {
    const segment = freshSegment(size);
    for (const chunk of [0, 1, segment.chunkCount - 1]) {
      const first = segment.chunkRef(chunk);
      assertStrictEquals(segment.chunkOf(first), chunk);
      const last = first + 2 ** segment.chunkShift - 1;
      assertStrictEquals(segment.chunkOf(last), chunk);
    }
  }
});

Deno.test("Segment.create() gives each segment its own id and hash key", () => {
  const a = freshSegment();
  const b = freshSegment();
  assertNotEquals(a.id, b.id);
  assertNotEquals(a.seed, b.seed);
  assertStrictEquals(a.id.length, 16);
});

Deno.test("Segment.attach() sees what create() wrote", () => {
  const made = Segment.create({
    maxBytes: 2 ** 21,
    keyCodec: "schlüssel",
    valueCodec: "v".repeat(CODEC_NAME_BYTES),
    evict: true,
    keepsHeat: true,
    minCapacityShift: 13,
  });
  made.publish();
  const seen = Segment.attach({ buffer: made.buffer });
  assertStrictEquals(seen.buffer, made.buffer);
  assertEquals(seen.seed, made.seed);
  for (
    const field of [
      "id",
      "chunkShift",
      "chunkCount",
      "firstChunk",
      "keyCodec",
      "valueCodec",
      "evicts",
      "keepsHeat",
      "minCapacityShift",
    ] as const
  ) assertStrictEquals(seen[field], made[field], field);
  assertStrictEquals(seen.keyCodec, "schlüssel");
  assertStrictEquals(seen.evicts, true);
  assertStrictEquals(seen.keepsHeat, true);
  assertStrictEquals(seen.minCapacityShift, 13);
});

Deno.test("Segment.attach() refuses a segment that was not published", () => {
  const { buffer } = freshSegment();
  assertThrows(() => Segment.attach({ buffer }), HandleError, "never finished");
});

Deno.test("Segment.attach() refuses what is no map's memory", () => {
  const { buffer } = freshSegment();
  const growable = new SharedArrayBuffer(2 ** 20, { maxByteLength: 2 ** 21 });
  const foreign = [
    undefined,
    null,
    1,
    "buffer",
    {},
    new ArrayBuffer(2 ** 20),
    new Uint8Array(2 ** 20),
    new Uint8Array(buffer),
    new SharedArrayBuffer(0),
    new SharedArrayBuffer(4),
    new SharedArrayBuffer(2 ** 20),
    new SharedArrayBuffer(2 ** 20 + 1),
    growable,
  ];
  for (const memory of foreign) {
    assertThrows(() => attachTo(memory), HandleError, "Cannot attach");
  }
});

Deno.test("Segment.attach() refuses truncated and extended copies", () => {
  const made = freshSegment(2 ** 21);
  made.publish();
  const bytes = new Uint8Array(made.buffer);
  for (
    const length of [
      16,
      4096,
      2 ** 20 - 4096,
      2 ** 20,
      2 ** 21 - 4096,
      2 ** 21 - 1,
      2 ** 21 + 4096,
      2 ** 22,
    ]
  ) {
    const other = new SharedArrayBuffer(length);
    new Uint8Array(other).set(bytes.subarray(0, length));
    assertThrows(() => Segment.attach({ buffer: other }), HandleError);
  }
});

Deno.test("Segment.attach() refuses a growable copy", () => {
  const made = freshSegment();
  made.publish();
  const growable = new SharedArrayBuffer(2 ** 20, { maxByteLength: 2 ** 20 });
  new Uint8Array(growable).set(new Uint8Array(made.buffer));
  assertThrows(() => Segment.attach({ buffer: growable }), HandleError);
});

Deno.test("Segment.attach() refuses each fixed word of the header with any bit flipped", () => {
  const made = freshSegment();
  made.publish();
  const fixed = {
    H_MAGIC,
    H_LAYOUT,
    H_TOTAL_REFS,
    H_CHUNK_SHIFT,
    H_FIRST_CHUNK,
    H_CHUNK_COUNT,
    H_READY,
  };
  const { words } = made;
  for (const [name, index] of Object.entries(fixed)) {
    const right = words[index];
    for (let bit = 0; bit < 32; bit++) {
      words[index] = right ^ (1 << bit);
      assertThrows(() => Segment.attach({ buffer: made.buffer }), HandleError);
    }
    words[index] = right;
    Segment.attach({ buffer: made.buffer });
    assert(true, name);
  }
});

Deno.test("Segment.attach() refuses lengths of codec names and horizons that are out of bounds", () => {
  const made = freshSegment();
  made.publish();
  const bad = [0, -1, 1 << 31, 0x7fffffff];
  const cases: [index: number, values: number[]][] = [
    [H_KEY_CODEC, [...bad, CODEC_NAME_BYTES + 1]],
    [H_VALUE_CODEC, [...bad, CODEC_NAME_BYTES + 1]],
    [H_MIN_CAPACITY_SHIFT, [...bad, 31, 32]],
  ];
  for (const [index, values] of cases) {
    const right = made.words[index];
    for (const value of values) {
      made.words[index] = value;
      assertThrows(
        () => Segment.attach({ buffer: made.buffer }),
        HandleError,
        "damaged",
      );
    }
    made.words[index] = right;
  }
});

Deno.test("Segment.attach() names both layout versions", () => {
  const made = freshSegment();
  made.publish();
  made.words[H_LAYOUT] = 77;
  const error = assertThrows(
    () => Segment.attach({ buffer: made.buffer }),
    HandleError,
  );
  assert(error.message.includes("77"), error.message);
});

Deno.test("Segment.attach() keeps to one copy of a segment", () => {
  const made = freshSegment();
  made.publish();
  const copy = Segment.attach({ buffer: copyOf(made.buffer) });
  copy.words[H_FLAGS] = 1;
  assertStrictEquals(made.words[H_FLAGS], 0);
});
