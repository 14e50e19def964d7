import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FROZEN, H_CLOCK, V_STAMP } from "../../src/segment/layout.ts";
import { Cursor } from "../../src/table/cursor.ts";
import { isTombstone } from "../../src/table/version.ts";
import { forSeeds } from "../testing/random.ts";
import { type Key, SmallTable } from "./small_table.ts";

/** Goes on with a scan to its end; `between` runs after each range. */
function collect(
  of: SmallTable,
  from = 0,
  between: (position: number) => void = () => {},
): number[] {
  const cursor = new Cursor(of.segment, of.table.migration, from);
  const refs: number[] = [];
  const found: number[] = [];
  while (!cursor.done) {
    of.participant.pin();
    cursor.next(refs);
    for (const ref of refs) {
      if (!isTombstone(of.words, ref)) found.push(of.valueOf(ref));
    }
    of.participant.unpin();
    between(cursor.position);
  }
  return found;
}

function sorted(values: number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

Deno.test("Cursor reports every key once, in ranges from 0 to 2 ** 32", () => {
  for (const shift of [8, 9, 12]) {
    const of = new SmallTable({ shift, minCapacityShift: shift });
    for (let n = 0; n < 150; n++) of.set(n, n);
    const positions: number[] = [];
    const found = collect(of, 0, (position) => positions.push(position));
    assertEquals(sorted(found), range(150));
    assertEquals(positions, sorted(positions));
    assertStrictEquals(positions.at(-1), 2 ** 32);
    assertStrictEquals(positions.length, 2 ** shift / 128);
  }
});

Deno.test("Cursor reports nothing in an empty table", () => {
  const of = new SmallTable();
  assertEquals(collect(of), []);
});

Deno.test("Cursor goes round the end of the table, and reports no key twice", () => {
  const of = new SmallTable();
  // All want to live in the last slot; most live at the start of the table.
  const keys = range(40).map((n): Key => ({ n, hash: -1 - n }));
  keys.forEach((key, n) => of.set(key, n));
  of.set({ n: 100, hash: 2 }, 100);
  assert(of.words[of.slot(30)] < 0);
  assertEquals(sorted(collect(of)), [...range(40), 100]);
});

Deno.test("Cursor reports the keys of a full table", () => {
  const of = new SmallTable({ maxBytes: 2 ** 20 });
  const blocks = range(400).map((n) => of.version(n, n));
  while (of.participant.allocator.allocate(2048, "tombstone") !== 0);
  for (const block of blocks) of.participant.allocator.free(block);
  let count = 0;
  while (of.trySet(count, count)) count++;
  assertEquals(sorted(collect(of)), range(count));
});

Deno.test("Cursor begins with any hash, and reports those from there on", () => {
  const of = new SmallTable({ shift: 10 });
  const keys = range(300).map((n) => of.key(n));
  keys.forEach((_, n) => of.set(n, n));
  for (
    const from of [0, 1, 2 ** 30, 2 ** 31, 2 ** 32 - 1, keys[7].hash >>> 0]
  ) {
    const expected = range(300).filter((n) => keys[n].hash >>> 0 >= from);
    assertEquals(sorted(collect(of, from)), expected);
  }
});

Deno.test("Cursor reports keys in the order of their hashes, range by range", () => {
  const of = new SmallTable({ shift: 11, minCapacityShift: 11 });
  for (let n = 0; n < 900; n++) of.set(n, n);
  let before = 0;
  const seen: number[] = [];
  const cursor = new Cursor(of.segment, of.table.migration);
  const refs: number[] = [];
  while (!cursor.done) {
    cursor.next(refs);
    for (const ref of refs) {
      const hash = of.key(of.valueOf(ref)).hash >>> 0;
      assert(hash >= before && hash < cursor.position);
      seen.push(hash);
    }
    before = cursor.position;
  }
  assertStrictEquals(new Set(seen).size, 900);
});

Deno.test("Cursor settles what it reports", () => {
  const of = new SmallTable();
  of.set(1, 1);
  const ref = of.find(1);
  of.words[ref * 4 + V_STAMP] = 0;
  of.words[H_CLOCK] = 6;
  collect(of);
  assertStrictEquals(of.words[ref * 4 + V_STAMP], 6);
});

Deno.test("Cursor is not disturbed by a move that begins, goes on and ends between its ranges", () => {
  for (const steps of [0, 1, 3, 1000]) {
    const of = new SmallTable({ shift: 11, minCapacityShift: 9 });
    for (let n = 0; n < 800; n++) of.set(n, n);
    let ranges = 0;
    const found = collect(of, 0, () => {
      ranges++;
      if (ranges === 3) of.startMove();
      for (let i = 0; i < steps; i++) of.table.migration.helpIfMoving();
    });
    assertEquals(sorted(found), range(800), `${steps} steps a range`);
  }
});

Deno.test("Cursor moves the slots of its range itself, and leaves the others", () => {
  const of = new SmallTable({ shift: 12, minCapacityShift: 12 });
  for (let n = 0; n < 800; n++) of.set(n, n);
  of.startMove();
  const moved = () => of.countSlots((hash, link) => hash === 1 || link === -1);
  const cursor = new Cursor(of.segment, of.table.migration);
  const refs: number[] = [];
  cursor.next(refs);
  assert(moved() >= 128 && moved() < 128 + 50, `${moved()} slots`);
});

Deno.test("Cursor reports what is frozen", () => {
  const of = new SmallTable();
  for (let n = 0; n < 50; n++) of.set(n, n);
  of.startMove();
  for (let i = 0; i < 256; i++) {
    const slot = of.slot(i);
    if (of.words[slot + 1] > 0) of.words[slot + 1] |= FROZEN;
  }
  assertEquals(sorted(collect(of)), range(50));
});

Deno.test("Cursor reports exactly once what is there throughout, whatever the table does between its ranges", () => {
  forSeeds(40, (random) => {
    const of = new SmallTable({ shift: 9, maxBytes: 2 ** 23 });
    const stays = 1 + random.below(600);
    for (let n = 0; n < stays; n++) of.set(n, n);
    let others = 1000;
    for (let i = random.below(3000); i > 0; i--) of.set(others++, others);
    const found = collect(of, 0, () => {
      const grow = random.chance(0.5);
      for (let i = random.below(400); i > 0; i--) {
        if (grow) of.set(others++, 5000);
        else of.delete(1000 + random.below(others - 1000));
      }
      for (let i = random.below(30); i > 0; i--) {
        const n = random.below(stays);
        of.set(n, n);
      }
      if (random.chance(0.1)) of.table.resizer.considerShrinking(1 / 8);
    });
    const stayed = found.filter((value) => value < 1000);
    assertStrictEquals(stayed.length, stays);
    assertEquals(sorted(stayed), range(stays));
  });
});
