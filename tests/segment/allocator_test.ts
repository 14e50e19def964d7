import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Allocator } from "../../src/segment/allocator.ts";
import { leastReserve } from "../../src/segment/chunk_limits.ts";
import { unlinkChunks } from "../../src/segment/consolidation.ts";
import {
  CHUNK_FREE,
  H_PARTICIPANTS,
  P_CHUNK,
  P_FREE,
  P_FREE_COUNT,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  R_LINK,
  TRANSFER,
  TRANSFER_WAYS,
  V_KEY,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { reservedChunks } from "../../src/segment/long_key.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { classOf } from "../../src/segment/size_classes.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { freshSegment } from "./fresh_segment.ts";
import { LiveBlocks, usedRefs } from "./live_blocks.ts";

/** The allocator of the participant in a slot. */
function allocatorOf(segment: Segment, slot: number): Allocator {
  const { words } = segment;
  words[H_PARTICIPANTS] = Math.max(words[H_PARTICIPANTS], slot + 1);
  return new Allocator(segment, slot);
}

function chunkBytes(segment: Segment): number {
  return 2 ** segment.chunkShift * 16;
}

/** Allocates blocks of one size until there are no more; returns how many. */
function fill(live: LiveBlocks, allocator: Allocator, bytes: number): number {
  let count = 0;
  while (live.allocate(allocator, bytes)) count++;
  return count;
}

function randomSize(random: Random, segment: Segment): number {
  const kind = random.below(100);
  if (kind < 60) return 1 + random.below(200);
  if (kind < 95) return 1 + random.below(chunkBytes(segment) / 2);
  return 1 + random.below(6 * chunkBytes(segment));
}

function playAtRandom(participants: number): void {
  forSeeds(12, (random) => {
    const segment = freshSegment();
    const allocators = Array.from(
      { length: participants },
      (_, slot) => allocatorOf(segment, slot * 7),
    );
    const live = new LiveBlocks(segment);
    for (let step = 0; step < 3000; step++) {
      const allocator = random.pick(allocators);
      // Waves: now it fills up, now it empties.
      if (random.chance(step % 1000 < 600 ? 0.65 : 0.3) || live.count === 0) {
        live.allocate(
          allocator,
          randomSize(random, segment),
          random.chance(0.2) ? "table" : "entry",
        );
      } else live.free(allocator, random.below(live.count));
    }
    assertStrictEquals(usedRefs(segment), live.refs);
    for (const allocator of allocators) {
      while (live.count > 0 && random.chance(0.9)) {
        live.free(allocator, random.below(live.count));
      }
    }
    live.freeAll(allocators[0]);
    assertStrictEquals(usedRefs(segment), 0);
  });
}

Deno.test("Allocator gives out no block twice", () => {
  playAtRandom(1);
});

Deno.test("Allocator gives out no block twice when participants free each other's", () => {
  playAtRandom(2);
  playAtRandom(5);
});

Deno.test("Allocator.blockRefs() says how large the block is that allocate() returns", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const most = 3 * chunkBytes(segment);
  for (let bytes = 1; bytes < most; bytes += bytes < 300 ? 1 : 97) {
    const ref = allocator.allocate(bytes);
    assertNotEquals(ref, 0);
    assertStrictEquals(usedRefs(segment), allocator.blockRefs(bytes));
    assert(allocator.blockRefs(bytes) * 16 >= bytes);
    allocator.free(ref);
    assertStrictEquals(usedRefs(segment), 0);
  }
});

Deno.test("Allocator.allocate() serves nothing, one byte and the limits of a class", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const live = new LiveBlocks(segment);
  const { largest } = segment.classes;
  const sizes = [
    1,
    largest * 16 - 1,
    largest * 16,
    largest * 16 + 1,
    chunkBytes(segment),
    chunkBytes(segment) + 1,
  ];
  for (const bytes of sizes) assert(live.allocate(allocator, bytes));
  assert(allocator.allocate(0) !== 0);
});

Deno.test("Allocator.allocate() returns 0, and harms nothing, when there is no memory", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const live = new LiveBlocks(segment);
  assertStrictEquals(allocator.allocate(segment.buffer.byteLength), 0);
  assertStrictEquals(allocator.limits.freeChunks, segment.chunkCount);
  assert(fill(live, allocator, 48) > 0);
  assertStrictEquals(allocator.allocate(48), 0);
  assertStrictEquals(allocator.allocate(chunkBytes(segment)), 0);
  live.freeAll(allocator);
  assertStrictEquals(usedRefs(segment), 0);
});

Deno.test("Allocator.allocateZeroed() zeroes what was used before", () => {
  for (const bytes of [16, 48, 300, 2048, 4096, 4097, 40_000]) {
    const segment = freshSegment();
    const allocator = allocatorOf(segment, 0);
    const live = new LiveBlocks(segment);
    const count = fill(live, allocator, bytes); // each filled with a mark
    live.freeAll(allocator);
    for (let i = 0; i < count; i++) {
      assert(live.allocate(allocator, bytes, "table"), `${bytes} bytes, ${i}`);
    }
  }
});

Deno.test("Allocator lets any size use what another size gave back", () => {
  const sizes = [32, 144, 1000, 2048, 5000, 100_000];
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const live = new LiveBlocks(segment);
  const first = new Map<number, number>();
  for (let round = 0; round < 3; round++) {
    for (const bytes of sizes) {
      const count = fill(live, allocator, bytes);
      const before = first.get(bytes) ?? count;
      first.set(bytes, before);
      const size = allocator.blockRefs(bytes) * 16;
      assert(
        count * size >= segment.chunkCount * chunkBytes(segment) * 0.75,
        `round ${round}: ${count} blocks of ${bytes} bytes fill the segment`,
      );
      assert(
        count >= before - 1,
        `round ${round}: ${count} < ${before} of ${bytes} bytes`,
      );
      live.freeAll(allocator);
    }
  }
});

Deno.test("Allocator lets another participant use what one freed and flushed", () => {
  const segment = freshSegment();
  const one = allocatorOf(segment, 1);
  const other = allocatorOf(segment, 2);
  const live = new LiveBlocks(segment);
  const count = fill(live, one, 64);
  live.freeAll(one);
  assert(one.flush());
  assert(fill(live, other, 64) >= count - 64);
  live.freeAll(other);
  assert(one.giveAll());
  assert(fill(live, other, 2000) > 350);
});

Deno.test("Allocator keeps at most two batches of a class to itself", () => {
  const segment = freshSegment();
  const one = allocatorOf(segment, 1);
  const other = allocatorOf(segment, 2);
  const live = new LiveBlocks(segment);
  const count = fill(live, one, 64);
  live.freeAll(one);
  const { batch } = segment.classes;
  const kept = 2 * batch[classOf(64 / 16)];
  assert(fill(live, other, 64) >= count - kept);
});

Deno.test("Allocator.flush() and giveAll() leave nothing in the record", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 3);
  const live = new LiveBlocks(segment);
  for (const bytes of [20, 40, 100, 500, 2000]) live.allocate(allocator, bytes);
  live.freeAll(allocator);
  assert(allocator.giveAll());
  const base = PARTICIPANTS + 3 * PARTICIPANT_WORDS;
  for (let c = 0; c < segment.classes.refs.length; c++) {
    assertStrictEquals(segment.words[base + P_FREE + c], 0);
    assertStrictEquals(segment.words[base + P_CHUNK + c], 0);
  }
  const other = allocatorOf(segment, 0);
  assert(fill(live, other, 100_000) >= 6, "whole chunks can be had again");
});

Deno.test("Allocator.flush() keeps what it has while every transfer word is claimed", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  allocator.free(allocator.allocate(64));
  const c = classOf(4);
  const from = TRANSFER + c * TRANSFER_WAYS;
  segment.words.fill(-100, from, from + TRANSFER_WAYS);
  assertFalse(allocator.flush());
  assertFalse(allocator.giveAll());
  segment.words.fill(0, from, from + TRANSFER_WAYS);
  assert(allocator.giveAll());
});

Deno.test("Allocator.adopt() takes over free blocks and half-cut chunks", () => {
  const segment = freshSegment();
  const dead = allocatorOf(segment, 1);
  const heir = allocatorOf(segment, 2);
  const live = new LiveBlocks(segment);
  for (const bytes of [20, 40, 100, 500, 2000]) live.allocate(dead, bytes);
  live.freeAll(dead);
  heir.adopt(PARTICIPANTS + PARTICIPANT_WORDS);
  const base = PARTICIPANTS + PARTICIPANT_WORDS;
  const left = segment.words.subarray(base + P_FREE, base + P_FREE_COUNT);
  assert(left.every((word) => word === 0));
  // All memory is the heir's now, whatever size it wants.
  const count = fill(live, heir, 2000);
  const kept = leastReserve(segment.chunkCount);
  assertStrictEquals(count, 2 * (segment.chunkCount - kept));
});

Deno.test("Allocator leaves some chunks to tombstones, and those from the ceiling up to tables", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const live = new LiveBlocks(segment);
  const spare = leastReserve(segment.chunkCount);
  const bytes = 3 * chunkBytes(segment);
  allocator.tables.keep(bytes);
  const top = segment.chunkRef(segment.chunkCount - 6);
  assert(allocator.allocateZeroed(bytes) >= top);
  fill(live, allocator, chunkBytes(segment));
  fill(live, allocator, 64);
  assertStrictEquals(allocator.limits.freeChunks, 3 + spare);
  for (let i = 0; i < spare; i++) {
    assertNotEquals(allocator.allocate(chunkBytes(segment), "tombstone"), 0);
  }
  assertStrictEquals(allocator.allocate(64, "tombstone"), 0);
  assert(allocator.allocateZeroed(bytes) >= top);
  assertStrictEquals(allocator.limits.freeChunks, 0);
});

Deno.test("Allocator leaves memory for what is to be moved out of the next table's place", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const chunk = chunkBytes(segment);
  const kept = leastReserve(segment.chunkCount);
  allocator.tables.keep(2 * chunk);
  // All that entries may have, up to the ceiling: then the ceiling is lowered, as by a larger table, and half is given back.
  const refs: number[] = [];
  for (let ref; (ref = allocator.allocate(chunk)) !== 0;) refs.push(ref);
  const low = refs.slice(0, refs.length / 2);
  for (const ref of low) allocator.free(ref);
  const count = 20;
  allocator.tables.keep(count * chunk);
  const high = refs.filter((ref) =>
    ref >= segment.chunkRef(segment.chunkCount - count)
  );
  assertGreater(high.length, 0);
  fill(new LiveBlocks(segment), allocator, chunk);
  for (const ref of high) {
    const copy = allocator.allocateOutside(0, 0, chunk, () => {});
    assertNotEquals(copy, 0);
    assertFalse(allocator.isHigh(copy));
    allocator.free(ref);
  }
  for (let i = 0; i < kept; i++) {
    assertNotEquals(allocator.allocateOutside(0, 0, chunk, () => {}), 0);
  }
});

Deno.test("TombstoneReserve.keep() leaves a run for the tombstone of the longest key", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const live = new LiveBlocks(segment);
  const bytes = 9 * chunkBytes(segment);
  assert(allocator.reserve.keep(bytes));
  assert(allocator.reserve.keep(bytes - 1), "it is there already");
  fill(live, allocator, 2 * chunkBytes(segment));
  fill(live, allocator, 64);
  assertStrictEquals(allocator.allocate(bytes), 0);
  assertFalse(allocator.reserve.keep(bytes + 6 * chunkBytes(segment)));
  assertNotEquals(allocator.allocate(bytes, "tombstone"), 0);
});

Deno.test("TombstoneReserve.keep() refuses what entries have taken", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  fill(new LiveBlocks(segment), allocator, 64);
  assertFalse(allocator.reserve.keep(9 * chunkBytes(segment)));
});

/**
 * A run that stands for a version with a key whose tombstone takes as much; 0: there is no memory
 * for both.
 */
function bringLongKey(
  segment: Segment,
  allocator: Allocator,
  bytes: number,
): number {
  if (!allocator.reserve.keep(bytes)) return 0;
  const ref = allocator.allocate(bytes);
  if (ref === 0) return 0;
  segment.words[ref * 4 + V_KEY] = bytes;
  if (!allocator.reserve.keep(bytes)) {
    allocator.free(ref);
    return 0;
  }
  segment.words[ref * 4 + V_STAMP] = 1;
  return ref;
}

function keyIn(segment: Segment): (ref: number) => number {
  return (ref) => segment.words[ref * 4 + V_KEY];
}

Deno.test("TombstoneReserve.lower() keeps what the longest key that is left needs", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const refs = [2, 7, 4].map((chunks) =>
    bringLongKey(segment, allocator, chunks * chunkBytes(segment))
  );
  const expected = [[1, 4], [0, 4], [2, 0]];
  assertStrictEquals(reservedChunks(segment.words), 7);
  for (const [gone, left] of expected) {
    allocator.free(refs[gone]);
    allocator.reserve.lower(keyIn(segment));
    assertStrictEquals(reservedChunks(segment.words), left);
  }
});

Deno.test("TombstoneReserve.lower() gives way to whoever brings a long key meanwhile", () => {
  for (const chunks of [3, 6, 8]) {
    const segment = freshSegment();
    const allocator = allocatorOf(segment, 0);
    const other = allocatorOf(segment, 1);
    const bytes = chunks * chunkBytes(segment);
    const [low, high, gone] = [chunks, 1, 6].map((count) =>
      bringLongKey(segment, allocator, count * chunkBytes(segment) + 1)
    );
    allocator.free(low); // the other's is put there, where the look has passed
    allocator.free(gone);
    let brought = 0;
    allocator.reserve.lower((ref) => {
      if (ref === high) brought = bringLongKey(segment, other, bytes);
      return keyIn(segment)(ref);
    });
    assertStrictEquals(brought, low);
    assertGreaterOrEqual(reservedChunks(segment.words), chunks);
    allocator.reserve.lower(keyIn(segment));
    assertStrictEquals(reservedChunks(segment.words), chunks);
  }
});

Deno.test("TombstoneReserve.lower() looks again when a long key goes meanwhile", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const other = allocatorOf(segment, 1);
  const bytes = 5 * chunkBytes(segment);
  const [mine, gone] = [allocator, other].map((it) =>
    bringLongKey(segment, it, bytes)
  );
  other.free(gone);
  allocator.reserve.lower((ref) => {
    const seen = keyIn(segment)(ref);
    if (ref === mine) other.free(mine);
    return seen;
  });
  allocator.reserve.lower(keyIn(segment));
  assertStrictEquals(reservedChunks(segment.words), 0);
});

Deno.test("TombstoneReserve.lower() does not trust what is in a run that is yet to be written", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const bytes = 5 * chunkBytes(segment);
  const gone = bringLongKey(segment, allocator, bytes);
  allocator.free(gone);
  const value = allocator.allocate(bytes);
  assertStrictEquals(value, gone);
  allocator.reserve.lower(keyIn(segment)); // sees the key that was there before
  segment.words[value * 4 + V_KEY] = 8;
  segment.words[value * 4 + V_STAMP] = 1;
  allocator.reserve.lower(keyIn(segment));
  assertStrictEquals(reservedChunks(segment.words), 0);
});

Deno.test("TombstoneReserve.lower() by one who is gone is done by the next", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const dead = allocatorOf(segment, 1);
  const bytes = 5 * chunkBytes(segment);
  bringLongKey(segment, allocator, chunkBytes(segment));
  allocator.free(bringLongKey(segment, allocator, bytes));
  assertThrows(
    () =>
      dead.reserve.lower(() => {
        throw new Error("cut short");
      }),
    Error,
    "cut short",
  );
  assertStrictEquals(reservedChunks(segment.words), 5);
  assertNotEquals(bringLongKey(segment, allocator, bytes), 0);
  allocator.reserve.lower(keyIn(segment));
  assertStrictEquals(reservedChunks(segment.words), 5);
});

Deno.test("Allocator takes tables from the top and large values from the bottom", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const bytes = 3 * chunkBytes(segment);
  const value = allocator.allocate(bytes);
  const table = allocator.allocateZeroed(bytes);
  assertStrictEquals(value, segment.chunkRef(0));
  assertStrictEquals(table, segment.chunkRef(segment.chunkCount - 3));
});

Deno.test("Allocator.free() of a run frees each of its chunks", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  for (const bytes of [4097, 10_000, 100_000]) {
    allocator.free(allocator.allocate(bytes));
    assertStrictEquals(allocator.limits.freeChunks, segment.chunkCount);
    const states = Array.from(
      { length: 3 },
      (_, i) => segment.words[segment.descriptor(i)],
    );
    assert(states.every((state) => state === CHUNK_FREE || state === 0));
  }
});

Deno.test("Allocator finds a gap that is just large enough between other runs", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const bytes = 2 * chunkBytes(segment);
  const runs: number[] = [];
  for (;;) {
    const ref = allocator.allocate(bytes, "tombstone");
    if (ref === 0) break;
    runs.push(ref);
  }
  const gap = runs[runs.length >> 1];
  allocator.free(gap);
  assertStrictEquals(allocator.allocate(bytes, "tombstone"), gap);
  for (let i = 0; i < runs.length - 1; i += 2) allocator.free(runs[i]);
  assertStrictEquals(
    allocator.allocate(bytes + 1, "tombstone"),
    0,
    "gaps are too small",
  );
  assertNotEquals(
    allocator.allocate(bytes, "tombstone"),
    0,
    "what was claimed is undone",
  );
});

Deno.test("Allocator.consolidate() returns whole chunks only", () => {
  const segment = freshSegment();
  const allocator = allocatorOf(segment, 0);
  const perChunk = chunkBytes(segment) / 512;
  const refs = Array.from(
    { length: 20 * perChunk },
    () => allocator.allocate(512),
  );
  const before = allocator.limits.freeChunks;
  // One block of each chunk stays in use, but for the chunks of every fourth.
  const keep = new Set<number>();
  for (const ref of refs) {
    const chunk = segment.chunkOf(ref);
    if (chunk % 4 !== 0 && !keep.has(chunk)) keep.add(chunk);
    else allocator.free(ref);
  }
  assert(allocator.consolidate());
  assertStrictEquals(allocator.limits.freeChunks - before, 5);
});

Deno.test("unlinkChunks() takes the blocks of the chunks off, and keeps the order of the rest", () => {
  const segment = freshSegment();
  const { words } = segment;
  const list = PARTICIPANTS + P_FREE;
  const chunks = [1, 2, 1, 3, 3, 2, 1];
  const refs = chunks.map((chunk, i) => segment.chunkRef(chunk) + 2 * i);
  const link = () => {
    words[list] = refs[0];
    refs.forEach((ref, i) => words[ref * 4 + R_LINK] = refs[i + 1] ?? 0);
  };
  const read = () => {
    const found: number[] = [];
    for (let ref = words[list]; ref !== 0; ref = words[ref * 4 + R_LINK]) {
      found.push(segment.chunkOf(ref));
    }
    return found;
  };
  for (
    const [gone, stay] of [
      [[1], [2, 3, 3, 2]],
      [[2, 3], [1, 1, 1]],
      [[1, 2, 3], []],
      [[9], chunks],
    ]
  ) {
    link();
    assertStrictEquals(unlinkChunks(segment, list, new Set(gone)), stay.length);
    assertEquals(read(), stay);
  }
});
