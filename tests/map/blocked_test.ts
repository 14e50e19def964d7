// What a worker retired can be freed only by that worker, or by a survivor when it is
// dead. So a worker must not have much of it when it blocks, which may be after any
// operation.
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { participantBase } from "../../src/segment/participants.ts";
import { P_LIMBO_HEAD, R_LINK, REF_BYTES } from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { runLength } from "../../src/segment/table_region.ts";
import { seeded } from "../testing/random.ts";

const MIB = 2 ** 20;
/** The participant of the worker that made the map. */
const FOUNDER = 0;
/** What a worker that nobody reads beside may have in limbo, as said in the README. */
const SHARE = 1 / 32;

function blockBytes(segment: Segment, ref: number): number {
  const state = segment.words[segment.descriptor(segment.chunkOf(ref))];
  const run = runLength(state) * 2 ** segment.chunkShift;
  return (run || segment.classes.refs[state - 1]) * REF_BYTES;
}

/** Bytes that the participant of the founder has retired and not freed. */
function limboBytes(segment: Segment): number {
  const { words } = segment;
  let bytes = 0;
  let ref = words[participantBase(FOUNDER) + P_LIMBO_HEAD];
  for (; ref !== 0; ref = words[ref * 4 + R_LINK]) {
    bytes += blockBytes(segment, ref);
  }
  return bytes;
}

Deno.test("SharedMap frees the tables that it outgrew, though its worker does nothing but insert", () => {
  using map = SharedMap.create<number, number>({
    key: "number",
    value: "number",
    maxBytes: 32 * MIB,
  });
  const segment = Segment.attach(map.handle);
  let most = 0;
  for (let n = 0; n < 300_000; n++) {
    map.set(n, n);
    if (n % 64 === 0) most = Math.max(most, limboBytes(segment));
  }
  assertGreater(map.stats().migrations, 5);
  assertLess(most, 32 * MIB * SHARE);
  assertLess(limboBytes(segment), 32 * MIB * SHARE);
});

Deno.test(
  "SharedMap has little retired memory that others cannot reach, whatever sizes it writes",
  seeded((random) => {
    for (const largest of [100, 10_000, 300_000, 3 * MIB]) {
      using map = SharedMap.create<string, Uint8Array>({
        value: "bytes",
        maxBytes: 16 * MIB,
      });
      const segment = Segment.attach(map.handle);
      const keys = Math.min(5000, Math.ceil(4 * MIB / largest));
      for (let i = 0; i < 4 * keys; i++) {
        const key = `${random.below(keys)}`;
        if (random.chance(0.2)) map.delete(key);
        else map.set(key, new Uint8Array(random.below(largest)));
        const bytes = limboBytes(segment);
        const what = `${bytes} bytes, values up to ${largest}`;
        assertLess(bytes, 16 * MIB * SHARE, what);
      }
    }
  }),
);

Deno.test("SharedMap has nothing left of a long key that was deleted", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 32 * MIB });
  const segment = Segment.attach(map.handle);
  for (let n = 0; n < 5; n++) {
    map.set("k".repeat(4 * MIB), n);
    map.set("k".repeat(4 * MIB), n + 0.5);
    assertLess(limboBytes(segment), 32 * MIB * SHARE, "overwritten");
    map.delete("k".repeat(4 * MIB));
    assertLess(limboBytes(segment), 32 * MIB * SHARE, "deleted");
  }
});

Deno.test("SharedMap frees what is large soon after the last reader that kept it", () => {
  using map = SharedMap.create<string, Uint8Array>({
    value: "bytes",
    maxBytes: 16 * MIB,
  });
  using reader = SharedMap.attach<string, Uint8Array>(map.handle);
  const segment = Segment.attach(map.handle);
  {
    using _ = reader.pin();
    map.set("a", new Uint8Array(MIB));
    map.set("a", new Uint8Array(10));
    for (let n = 0; n < 50; n++) map.set("b", new Uint8Array(10));
    assertGreater(limboBytes(segment), MIB);
  }
  for (let n = 0; n < 200; n++) map.set("b", new Uint8Array(10));
  assertLess(limboBytes(segment), MIB / 2);
  assertEquals(map.get("a"), new Uint8Array(10));
});
