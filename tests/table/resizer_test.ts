import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import {
  CLOSED,
  EMPTY,
  MOVED,
  STRIDE,
  T_CAPACITY,
  T_PERMITS,
} from "../../src/segment/layout.ts";
import { closeSnapshot, openSnapshot } from "../../src/table/clock.ts";
import { liveEntries } from "../../src/table/account.ts";
import { claimedSlots } from "../../src/table/slot_permits.ts";
import { usedRefs } from "../segment/live_blocks.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { fill, keysOf, scan } from "./filling.ts";
import { SmallTable } from "./small_table.ts";

Deno.test("Resizer: the table grows by itself, in small steps", () => {
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

Deno.test("Resizer: a move ends long before the permits of the next table are spent", () => {
  const of = new SmallTable({ maxBytes: 2 ** 24 });
  let least = Infinity;
  let next = 0;
  for (let n = 0; n < 30_000; n++) {
    of.set(n, n);
    if (of.next !== 0) next = of.next;
    else if (next === of.root) { // it just became the root
      const permits = of.words[of.root + T_PERMITS];
      if (permits > 0) least = Math.min(least, permits / of.capacity);
      next = 0;
    }
  }
  assert(least > 0.2, `${least} of the capacity was left`);
});

Deno.test("Resizer: the table shrinks after mass deletes, to its minimum at least", () => {
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
      of.table.resizer.considerShrinking(1 / 4);
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

Deno.test("Resizer.purge() drops the tombstones, and their memory can be used again", () => {
  const of = new SmallTable({ shift: 10, minCapacityShift: 10 });
  const before = usedRefs(of.segment);
  for (let n = 0; n < 300; n++) of.set(n, n);
  for (let n = 0; n < 300; n++) of.delete(n);
  of.participant.pin();
  of.table.resizer.purge();
  of.participant.unpin();
  of.participant.collectAll();
  assertStrictEquals(of.countSlots((hash) => hash !== EMPTY), 0);
  assertStrictEquals(claimedSlots(of.words, of.root), of.participant.permits);
  assertStrictEquals(usedRefs(of.segment), before);
});

Deno.test("Resizer.purge() does nothing while a snapshot may need the tombstones", () => {
  const of = new SmallTable({ shift: 10, minCapacityShift: 10 });
  const { participant } = of;
  for (let n = 0; n < 300; n++) of.set(n, n);
  const word = participant.freeRegistryWord();
  openSnapshot(participant, word);
  for (let n = 0; n < 300; n++) of.delete(n);
  const root = of.root;
  of.table.resizer.purge();
  of.table.resizer.considerShrinking(1 / 4);
  assertStrictEquals(of.root, root);
  assertStrictEquals(of.next, 0);
  closeSnapshot(participant, word);
  of.table.resizer.purge();
  assert(of.root !== root);
});

Deno.test("Resizer.purge() drops beside a snapshot what it does not need, if that is enough", () => {
  const of = new SmallTable({ shift: 10, minCapacityShift: 10 });
  const { participant } = of;
  for (let n = 0; n < 100; n++) of.set(n, n);
  openSnapshot(participant, participant.freeRegistryWord());
  for (let n = 0; n < 100; n++) of.delete(n);
  for (let n = 100; n < 300; n++) of.set(n, n);
  const { resizer } = of.table;
  assertFalse(resizer.wouldPurge(1));
  for (let n = 100; n < 300; n++) of.delete(n); // younger than the snapshot, which shows nothing under them
  const root = of.root;
  assertFalse(resizer.wouldPurge(201));
  resizer.purge(201);
  assertStrictEquals(of.root, root);
  assert(resizer.wouldPurge(200));
  resizer.purge(200);
  assert(of.root !== root);
  assert(of.find(0) !== 0);
  assertStrictEquals(of.find(100), 0);
});

Deno.test("Resizer.start() makes one next table, however many ask for it", () => {
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
    if (random.chance(0.01)) of.table.resizer.considerShrinking(1 / 4);
    if (random.chance(0.005)) of.table.resizer.purge();
  }
  for (let n = 0; n < 2000; n++) assertStrictEquals(of.get(n), model.get(n));
  assertEquals(
    scan(of).filter((value) => value !== 0 && !Number.isNaN(value)).length > 0,
    model.size > 0,
  );
  assertStrictEquals(liveEntries(of.words), model.size);
}

Deno.test("Resizer: random growth, shrinking and purges lose nothing", () => {
  forSeeds(10, (random) => wander(new SmallTable(), random));
});
