import {
  assert,
  assertEquals,
  assertGreater,
  assertStrictEquals,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { participantBase } from "../../src/segment/participants.ts";
import {
  H_ROOT,
  P_ENTRIES,
  P_FREE,
  P_LIMBO_HEAD,
  PARTICIPANTS,
  R_LINK,
  REF_MASK,
  SLOT_WORDS,
  T_CAPACITY,
  T_SLOTS,
} from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { inspect, type Inspection } from "../../src/table/inspect.ts";
import { forSeeds } from "../testing/random.ts";

/** A map with entries, tombstones, held versions and free blocks in it. */
function usedMap(): { map: SharedMap<string, string>; segment: Segment } {
  const map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  for (let i = 0; i < 400; i++) map.set(`${i}`, "x".repeat(i));
  map.snapshot();
  for (let i = 0; i < 100; i++) map.delete(`${i}`);
  for (let i = 100; i < 200; i++) map.set(`${i}`, "another value");
  map.set("large", "large".repeat(4000));
  const { buffer } = map.handle;
  return { map, segment: Segment.attach({ buffer }) };
}

/** The first version that a slot links. */
function someVersion({ words }: Segment): number {
  const table = words[H_ROOT] * 4;
  for (let i = 0; i < words[table + T_CAPACITY]; i++) {
    const link = words[table + T_SLOTS + i * SLOT_WORDS + 1];
    if (link > 0) return link & REF_MASK;
  }
  throw new Error("there is no entry");
}

/** The first free block that a participant has, and its list. */
function someFreeBlock(
  { words, classes }: Segment,
): [list: number, ref: number] {
  for (let c = 0; c < classes.refs.length; c++) {
    const list = participantBase(0) + P_FREE + c;
    if (words[list] !== 0) return [list, words[list]];
  }
  throw new Error("there is no free block");
}

Deno.test("inspect() finds one owner for each block of a map, and right counters", () => {
  const { map, segment } = usedMap();
  const { faults, leaks, miscounts, tables, queues } = inspect(segment);
  assertEquals({ faults, leaks, miscounts }, {
    faults: [],
    leaks: [],
    miscounts: [],
  });
  assertStrictEquals(tables.entries, map.size);
  assertGreater(tables.tombstones, 0);
  assertGreater(queues.held, 0);
  map.close();
});

Deno.test("inspect() says of all memory what it is used for", () => {
  const { map, segment } = usedMap();
  const { chunks, classes, counters, refs } = inspect(segment);
  assertStrictEquals(
    chunks.fresh + chunks.free + chunks.cut + chunks.inRuns,
    segment.chunkCount,
  );
  assert(classes.every(({ size }, c) => size === segment.classes.refs[c]));
  const sum = (of: (figures: Inspection["classes"][number]) => number) =>
    classes.reduce((sum, figures) => sum + of(figures), 0);
  assertStrictEquals(sum((c) => c.chunks), chunks.cut);
  assertStrictEquals(sum((c) => c.size * c.free), refs.free);
  const used = refs.table + refs.version + refs.held + refs.retired;
  assertStrictEquals(used, counters.usedRefs.counted);
  assertStrictEquals(
    sum((c) => c.size * c.used) + chunks.inRuns * 2 ** segment.chunkShift,
    used,
  );
  map.close();
});

Deno.test("inspect() finds a block with two owners", () => {
  const { map, segment } = usedMap();
  const { words } = segment;
  const head = participantBase(0) + P_LIMBO_HEAD;
  const before = words[head];
  words[head] = someVersion(segment);
  const { faults } = inspect(segment);
  assert(faults.some((fault) => /limbo of 0/.test(fault)), faults.join());
  words[head] = before;
  map.close();
});

Deno.test("inspect() finds a list that leads astray, and a block that is lost", () => {
  const { map, segment } = usedMap();
  const { words } = segment;
  const [list, ref] = someFreeBlock(segment);
  const next = words[ref * 4 + R_LINK];
  words[ref * 4 + R_LINK] = ref + 1;
  assert(inspect(segment).faults.some((fault) => /is no block/.test(fault)));
  words[ref * 4 + R_LINK] = next;
  words[list] = next;
  assertEquals(inspect(segment).leaks.map((leak) => leak.ref), [ref]);
  words[list] = ref;
  map.close();
});

Deno.test("inspect() finds a counter that is wrong", () => {
  const { map, segment } = usedMap();
  const index = participantBase(0) + P_ENTRIES;
  segment.words[index]++;
  const { miscounts } = inspect(segment);
  assertStrictEquals(miscounts.length, 1);
  assert(/entries/.test(miscounts[0]));
  segment.words[index]--;
  map.close();
});

Deno.test("inspect() comes to an end, whatever lies in the memory", () => {
  forSeeds(20, (random) => {
    const { map, segment } = usedMap();
    const copy = new SharedArrayBuffer(segment.buffer.byteLength);
    const words = new Int32Array(copy);
    words.set(segment.words);
    map.close();
    for (let i = 0; i < 2000; i++) {
      const index = PARTICIPANTS + random.below(words.length - PARTICIPANTS);
      words[index] = random.chance(0.5)
        ? random.below(words.length / 4)
        : random.below(2 ** 32) | 0;
    }
    inspect(Segment.attach({ buffer: copy }));
  });
});
