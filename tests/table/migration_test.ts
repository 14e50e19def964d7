import {
  assert,
  assertEquals,
  assertFalse,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import {
  CLOSED,
  EMPTY,
  FINAL,
  FROZEN,
  MOVED,
  STRIDE,
  T_CAPACITY,
  T_NEXT,
  T_NUMBER,
  T_PERMITS,
  V_PREV,
} from "../../src/segment/layout.ts";
import { closeSnapshot, openSnapshot } from "../../src/table/clock.ts";
import { Cursor } from "../../src/table/cursor.ts";
import {
  allocateTable,
  liveEntries,
  tableBytes,
} from "../../src/table/migration.ts";
import { claimedSlots } from "../../src/table/slot_permits.ts";
import { usedRefs } from "../segment/live_blocks.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { homeAt, type Key, SmallTable } from "./small_table.ts";

/** Keys with a place of their own, some of them round the end of the table, some with one hash. */
function keysOf(count: number): Key[] {
  return Array.from({ length: count }, (_, n): Key => {
    if (n % 10 === 0) return { n, hash: -1 - n };
    if (n % 10 === 1) return { n, hash: 0x33333333 };
    return n;
  });
}

function fill(of: SmallTable, keys: readonly Key[]): void {
  keys.forEach((key, n) => of.set(key, n));
}

function checkAll(of: SmallTable, keys: readonly Key[], what: string): void {
  keys.forEach((key, n) => assertStrictEquals(of.get(key), n, `${what}: ${n}`));
  assertStrictEquals(of.get(-5), undefined, what);
}

/** All keys of a scan, tombstones left out. */
function scan(of: SmallTable): number[] {
  const cursor = new Cursor(of.segment, of.table.migration);
  const refs: number[] = [];
  const values: number[] = [];
  while (!cursor.done) {
    cursor.next(refs);
    for (const ref of refs) values.push(of.valueOf(ref));
  }
  return values.sort((a, b) => a - b);
}

Deno.test("allocateTable() makes an empty table, or gives back what it took", () => {
  const of = new SmallTable();
  const before = usedRefs(of.segment);
  assertStrictEquals(allocateTable(of.participant, 28), 0);
  assertStrictEquals(usedRefs(of.segment), before);
  for (let shift = 8; shift <= 15; shift++) {
    const table = allocateTable(of.participant, shift) * 4;
    assertStrictEquals(of.words[table + T_CAPACITY], 2 ** shift);
    assertStrictEquals(of.words[table + T_NEXT], 0);
    const used = of.countSlots((hash, link) => hash !== 0 || link !== 0, table);
    assertStrictEquals(used, 0);
  }
  const numbers = [9, 10].map((shift) =>
    of.words[allocateTable(of.participant, shift) * 4 + T_NUMBER]
  );
  assertStrictEquals(numbers[1], numbers[0] + 1, "each has its number");
  assert(tableBytes(256) >= 256 * 8);
});

Deno.test("Migration: every key is found and can be written at every step of a move", () => {
  for (const shift of [8, 9, 10]) {
    const of = new SmallTable({ shift });
    const keys = keysOf(100);
    fill(of, keys);
    const old = of.root;
    of.startMove();
    let steps = 0;
    while (of.root === old) {
      checkAll(of, keys, `step ${steps}`);
      assertEquals(scan(of.join()).length, 100);
      of.table.migration.help(old);
      steps++;
    }
    assert(steps >= 1);
    checkAll(of, keys, "after it");
    assertEquals(scan(of), Array.from({ length: 100 }, (_, n) => n));
  }
});

Deno.test("Migration: slot by slot, every key is found, replaced, deleted and scanned", () => {
  const of = new SmallTable({ shift: 8 });
  const keys = keysOf(120);
  fill(of, keys);
  const old = of.root;
  of.startMove();
  const model = new Map(keys.map((key, n) => [n, key]));
  for (let i = 0; i < 256; i++) {
    of.table.migration.moveSlot(old, of.slot(i, old));
    of.table.migration.moveSlot(old, of.slot(i, old)); // again is nothing
    for (const [n, key] of model) assertStrictEquals(of.get(key), n);
    // Reads alone do not move anything.
    assertStrictEquals(of.root, old);
  }
  of.table.migration.finish(old);
  checkAll(of, keys, "after it");
  assertStrictEquals(of.countSlots((_, link) => link === MOVED), 0);
});

Deno.test("Migration: keys can be set and deleted at every step of a move, also new ones", () => {
  forSeeds(20, (random) => {
    const of = new SmallTable({ shift: 10 });
    const other = of.join();
    const model = new Map<number, number>();
    const play = (count: number) => {
      for (let i = 0; i < count; i++) {
        const n = random.below(400);
        const by = random.pick([of, other]);
        if (random.chance(0.6)) {
          by.set(n, i);
          model.set(n, i);
        } else assertStrictEquals(by.delete(n), model.delete(n));
      }
    };
    play(300);
    for (let round = 0; round < 5; round++) {
      const old = of.root;
      assert(of.table.migration.start(old));
      while (of.root === old) {
        play(random.below(3));
        for (let i = 0; i < 20; i++) {
          const n = random.below(400);
          assertStrictEquals(random.pick([of, other]).get(n), model.get(n));
        }
        if (of.root === old && random.chance(0.3)) {
          random.pick([of, other]).table.migration.help(old);
        }
      }
      for (let n = 0; n < 400; n++) {
        assertStrictEquals(of.get(n), model.get(n));
      }
      assertStrictEquals(liveEntries(of.words), model.size);
    }
  });
});

Deno.test("Migration: the table grows by itself, in small steps", () => {
  const of = new SmallTable({ maxBytes: 2 ** 24 });
  let most = 0;
  let moves = 0;
  for (let n = 0; n < 20_000; n++) {
    const old = of.root;
    const moved = () =>
      of.countSlots((hash, link) => hash === CLOSED || link === MOVED, old);
    const watch = n % 7 === 0 || of.next !== 0;
    const before = watch && of.capacity <= 8192 ? moved() : -1;
    of.set(n, n);
    if (before < 0) continue;
    const after = of.root === old ? moved() : of.words[old + T_CAPACITY];
    most = Math.max(most, after - before);
    if (of.root !== old) moves++;
  }
  assert(moves >= 4);
  assert(most <= 3 * STRIDE, `one write moved ${most} slots`);
  for (let n = 0; n < 20_000; n++) assertStrictEquals(of.get(n), n);
  assert(of.capacity >= 20_000 * 8 / 7 && of.capacity <= 2 ** 16);
});

Deno.test("Migration: a move ends long before the room of the next table is spent", () => {
  const of = new SmallTable({ maxBytes: 2 ** 24 });
  let least = Infinity;
  let next = 0;
  for (let n = 0; n < 30_000; n++) {
    of.set(n, n);
    if (of.next !== 0) next = of.next;
    else if (next === of.root) { // it just became the root
      const room = of.words[of.root + T_PERMITS];
      if (room > 0) least = Math.min(least, room / of.capacity);
      next = 0;
    }
  }
  assert(least > 0.2, `${least} of the capacity was left`);
});

Deno.test("Migration: the table shrinks after mass deletes, to the horizon at least", () => {
  for (const minCapacityShift of [8, 10]) {
    const of = new SmallTable({
      maxBytes: 2 ** 24,
      minCapacityShift,
      shift: 10,
    });
    for (let n = 0; n < 10_000; n++) of.set(n, n);
    const large = of.capacity;
    for (let n = 20; n < 10_000; n++) of.delete(n);
    for (let i = 0; i < 1000 && of.capacity > 2 ** minCapacityShift; i++) {
      of.table.migration.considerShrinking(1 / 4);
      while (of.table.migration.helpIfMoving());
    }
    assert(large >= 2 ** 14);
    assertStrictEquals(of.capacity, 2 ** minCapacityShift);
    for (let n = 0; n < 10_000; n++) {
      assertStrictEquals(of.get(n), n < 20 ? n : undefined);
    }
    assertStrictEquals(of.countSlots((hash) => hash !== EMPTY), 20);
  }
});

Deno.test("Migration.purge() drops the tombstones, and their memory can be used again", () => {
  const of = new SmallTable({ shift: 10, minCapacityShift: 10 });
  const before = usedRefs(of.segment);
  for (let n = 0; n < 300; n++) of.set(n, n);
  for (let n = 0; n < 300; n++) of.delete(n);
  of.participant.pin();
  of.table.migration.purge();
  of.participant.unpin();
  of.participant.collectAll();
  assertStrictEquals(of.countSlots((hash) => hash !== EMPTY), 0);
  assertStrictEquals(claimedSlots(of.words, of.root), of.participant.permits);
  assertStrictEquals(usedRefs(of.segment), before);
});

Deno.test("Migration.purge() does nothing while a snapshot may need the tombstones", () => {
  const of = new SmallTable({ shift: 10, minCapacityShift: 10 });
  const { participant } = of;
  for (let n = 0; n < 300; n++) of.set(n, n);
  const word = participant.freeRegistryWord();
  openSnapshot(participant, word);
  for (let n = 0; n < 300; n++) of.delete(n);
  const root = of.root;
  of.table.migration.purge();
  of.table.migration.considerShrinking(1 / 4);
  assertStrictEquals(of.root, root);
  assertStrictEquals(of.next, 0);
  closeSnapshot(participant, word);
  of.table.migration.purge();
  assert(of.root !== root);
});

Deno.test("Table.insert() forgets what a failed replace() meant to replace", () => {
  const of = new SmallTable();
  const other = of.join();
  const { table, participant, words } = of;
  of.set(1, 1);
  of.delete(1);
  participant.pin();
  const tombstone = table.seek(of.key(1), true);
  assert(tombstone !== 0);
  const version = of.version(1, 2);
  other.table.migration.purge(1); // drops the tombstone, and retires it
  assertFalse(table.replace(tombstone, version));
  assertStrictEquals(table.seek(of.key(1), true), 0);
  assertStrictEquals(table.insert(of.key(1), version), "done");
  assertStrictEquals(words[version * 4 + V_PREV], FINAL);
  participant.unpin();
  of.set(1, 3); // prunes the version: must not retire the tombstone again
  for (const one of [of, other]) one.participant.collectAll();
  const free = participant.allocator.freeChunks;
  const refs = Array.from({ length: 50 }, () => of.version(2, 0));
  assertStrictEquals(
    new Set(refs).size,
    refs.length,
    "none is given out twice",
  );
  assert(participant.allocator.freeChunks <= free);
});

Deno.test("Migration keeps a tombstone that an open snapshot is older than", () => {
  const of = new SmallTable({ shift: 8 });
  const { participant } = of;
  of.set(1, 1);
  of.set(2, 2);
  of.delete(2); // before the snapshot: nobody needs it
  const word = participant.freeRegistryWord();
  openSnapshot(participant, word);
  of.delete(1);
  of.startMove();
  of.table.migration.finish(of.root);
  assert(of.find(1) !== 0, "the tombstone of 1 was moved");
  assertStrictEquals(of.find(2), 0, "that of 2 was dropped");
  closeSnapshot(participant, word);
  of.startMove();
  of.table.migration.finish(of.root);
  assertStrictEquals(of.find(1), 0);
});

Deno.test("Migration moves no tombstone away under a snapshot that is being opened", () => {
  const of = new SmallTable({ shift: 8 });
  const { participant, words } = of;
  of.set(1, 1);
  const word = participant.freeRegistryWord();
  participant.raiseSnapshotMarks(word);
  words[word] = -1; // PENDING
  of.delete(1);
  of.startMove();
  of.table.migration.finish(of.root);
  assert(of.find(1) !== 0);
  words[word] = 0;
});

Deno.test("Migration.purge() drops beside a snapshot what it does not need, if that is enough", () => {
  const of = new SmallTable({ shift: 10, minCapacityShift: 10 });
  const { participant } = of;
  for (let n = 0; n < 100; n++) of.set(n, n);
  openSnapshot(participant, participant.freeRegistryWord());
  for (let n = 0; n < 100; n++) of.delete(n);
  for (let n = 100; n < 300; n++) of.set(n, n);
  const { migration } = of.table;
  assertFalse(migration.wouldPurge(1));
  for (let n = 100; n < 300; n++) of.delete(n); // younger than the snapshot, which shows nothing under them
  const root = of.root;
  assertFalse(migration.wouldPurge(201));
  migration.purge(201);
  assertStrictEquals(of.root, root);
  assert(migration.wouldPurge(200));
  migration.purge(200);
  assert(of.root !== root);
  assert(of.find(0) !== 0);
  assertStrictEquals(of.find(100), 0);
});

Deno.test("Migration finishes what a dead helper left frozen, copied or unlinked", () => {
  const states: [string, (of: SmallTable, slot: number) => void][] = [
    ["frozen", (of, slot) => of.words[slot + 1] |= FROZEN],
    ["copied", (of, slot) => {
      const link = of.words[slot + 1];
      const next = of.next;
      const home = of.words[slot] >>>
        (32 - Math.log2(of.words[next + T_CAPACITY]));
      of.words[slot + 1] |= FROZEN;
      const target = of.slot(home, next);
      assertStrictEquals(of.words[target], EMPTY);
      of.words[target] = of.words[slot];
      of.words[target + 1] = link;
    }],
    ["copied in part", (of, slot) => {
      const next = of.next;
      const home = of.words[slot] >>>
        (32 - Math.log2(of.words[next + T_CAPACITY]));
      of.words[slot + 1] |= FROZEN;
      of.words[of.slot(home, next)] = of.words[slot];
    }],
  ];
  for (const [state, leave] of states) {
    for (const by of ["find", "set", "delete", "help", "scan"]) {
      const of = new SmallTable({ shift: 8 });
      const key = { n: 1, hash: 0x40000005 };
      of.set(key, 1);
      of.set(2, 2);
      const old = of.root;
      of.startMove();
      leave(of, of.slot(0x40, old));
      assertStrictEquals(of.get(key), 1, `${state}: the value is still there`);
      if (by === "set") {
        of.set(key, 5);
        assertStrictEquals(of.get(key), 5);
      }
      if (by === "delete") assert(of.delete(key));
      if (by === "scan") assertEquals(scan(of), [1, 2]);
      if (of.root === old) of.table.migration.finish(old);
      const expected = by === "set" ? 5 : by === "delete" ? undefined : 1;
      assertStrictEquals(of.get(key), expected, `${state}, then ${by}`);
      assertStrictEquals(of.get(2), 2);
      assertStrictEquals(
        of.countSlots((hash) => hash === key.hash) <= 1,
        true,
        "one slot",
      );
    }
  }
});

Deno.test("Migration gives the place of a slot that was claimed and never linked to the next table", () => {
  const of = new SmallTable({ shift: 8 });
  of.set({ n: 1, hash: homeAt(100, 5) }, 1);
  of.words[of.slot(200)] = homeAt(200, 5);
  of.words[of.root + T_PERMITS]--;
  of.startMove();
  const next = of.next;
  const { participant, words } = of;
  const room = () => words[next + T_PERMITS] + participant.permits;
  const before = room();
  of.table.migration.moveSlot(of.root, of.slot(200));
  assertStrictEquals(words[of.slot(200) + 1], MOVED);
  assertStrictEquals(room(), before + 1);
});

Deno.test("Migration.start() makes one next table, however many ask for it", () => {
  const of = new SmallTable({ shift: 8 });
  const other = of.join();
  fill(of, keysOf(50));
  const before = usedRefs(of.segment);
  of.startMove();
  const { next } = of;
  const used = usedRefs(of.segment) - before;
  other.startMove();
  of.startMove();
  assertStrictEquals(of.next, next);
  assertStrictEquals(usedRefs(of.segment) - before, used);
  of.table.migration.finish(of.root);
  assertStrictEquals(of.root, next);
});

Deno.test("Migration retires the old table, and its memory is used again", () => {
  const of = new SmallTable({ shift: 12, minCapacityShift: 12 });
  fill(of, keysOf(100));
  of.participant.collectAll();
  const before = usedRefs(of.segment);
  for (let i = 0; i < 50; i++) {
    of.startMove();
    of.table.migration.finish(of.root);
    of.participant.collectAll();
    assertStrictEquals(usedRefs(of.segment), before);
  }
  checkAll(of, keysOf(100), "after 50 moves");
});

Deno.test("Migration: a participant that pinned the old table reads on in it", () => {
  const of = new SmallTable({ shift: 8 });
  const reader = of.join();
  fill(of, keysOf(100));
  reader.participant.pin();
  const refs = keysOf(100).map((key) => reader.find(key));
  for (let i = 0; i < 5; i++) {
    of.startMove();
    of.table.migration.finish(of.root);
    for (let n = 0; n < 100; n++) of.set(keysOf(100)[n], -n);
    of.participant.collectAll();
  }
  refs.forEach((ref, n) => assertStrictEquals(of.valueOf(ref), n));
  reader.participant.unpin();
});

/** Random writes that let the table grow, shrink and purge. */
function wander(of: SmallTable, random: Random): void {
  const model = new Map<number, number>();
  let size = 100;
  for (let step = 0; step < 6000; step++) {
    if (step % 500 === 0) size = random.pick([20, 300, 2000]);
    const n = random.below(size);
    if (random.chance(0.55)) {
      of.set(n, step);
      model.set(n, step);
    } else assertStrictEquals(of.delete(n), model.delete(n));
    if (random.chance(0.01)) of.table.migration.considerShrinking(1 / 4);
    if (random.chance(0.005)) of.table.migration.purge();
  }
  for (let n = 0; n < 2000; n++) assertStrictEquals(of.get(n), model.get(n));
  assertEquals(
    scan(of).filter((value) => value !== 0 && !Number.isNaN(value)).length > 0,
    model.size > 0,
  );
  assertStrictEquals(liveEntries(of.words), model.size);
}

Deno.test("Migration: random growth, shrinking and purges lose nothing", () => {
  forSeeds(10, (random) => wander(new SmallTable(), random));
});

Deno.test("Migration.helpIfMoving() says whether there is more to do", () => {
  const of = new SmallTable({ shift: 10 });
  fill(of, keysOf(100));
  assertFalse(of.table.migration.helpIfMoving());
  of.startMove();
  let steps = 0;
  while (of.table.migration.helpIfMoving()) steps++;
  assertLess(steps, 2 * 1024 / STRIDE + 3);
  assertStrictEquals(of.next, 0);
  checkAll(of, keysOf(100), "after it");
});
