import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import {
  H_CLOCK,
  MOVED,
  T_PERMITS,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { forSeeds } from "../testing/random.ts";
import { homeAt, type Key, SmallTable } from "./small_table.ts";

Deno.test("Table.find() finds what was set, and nothing else", () => {
  const of = new SmallTable({ shift: 10 });
  for (let n = 0; n < 500; n++) of.set(n, n * 2);
  for (let n = 0; n < 500; n++) assertStrictEquals(of.get(n), n * 2);
  for (let n = 500; n < 1000; n++) assertStrictEquals(of.find(n), 0);
});

Deno.test("Table tells keys with one hash apart", () => {
  const of = new SmallTable();
  const hash = homeAt(100, 7);
  for (let n = 0; n < 50; n++) of.set({ n, hash }, n);
  for (let n = 0; n < 50; n++) assertStrictEquals(of.get({ n, hash }), n);
  assertStrictEquals(of.find({ n: 50, hash }), 0);
  assertStrictEquals(of.find({ n: 0, hash: hash + 1 }), 0);
  for (let n = 0; n < 50; n++) {
    assertStrictEquals(of.words[of.slot(100 + n)], hash, "one run of slots");
  }
});

Deno.test("Table goes round its end", () => {
  const of = new SmallTable();
  const keys = Array.from({ length: 20 }, (_, n): Key => ({
    n,
    hash: homeAt(250 + n % 6, n),
  }));
  keys.forEach((key, n) => of.set(key, n));
  keys.forEach((key, n) => assertStrictEquals(of.get(key), n));
  assert(of.words[of.slot(0)] !== 0 && of.words[of.slot(5)] !== 0);
  for (const key of keys) assert(of.delete(key));
  for (const key of keys) assertStrictEquals(of.get(key), undefined);
});

Deno.test("Table finds keys with the largest and the smallest hashes", () => {
  const of = new SmallTable();
  const hashes = [2, 3, -1, -2, 0x7fffffff, -(2 ** 31)];
  hashes.forEach((hash, n) => of.set({ n, hash }, n));
  hashes.forEach((hash, n) => assertStrictEquals(of.get({ n, hash }), n));
});

Deno.test("Table reuses the slot of a tombstone", () => {
  const of = new SmallTable();
  of.set(1, 1);
  of.participant.pin(); // so that none is dropped
  for (let i = 0; i < 1000; i++) {
    assert(of.delete(1));
    assertFalse(of.delete(1));
    assertStrictEquals(of.get(1), undefined);
    of.set(1, i);
    assertStrictEquals(of.get(1), i);
  }
  assertStrictEquals(of.countSlots((hash) => hash !== 0), 1);
  of.participant.unpin();
});

Deno.test("Table.seek() returns what is there, settled, or 0 where to insert", () => {
  const of = new SmallTable();
  const { table, words } = of;
  const key = of.key(1);
  assertStrictEquals(table.seek(key, true), 0);
  const version = of.version(1, 5);
  assertStrictEquals(table.insert(key, version), "done");
  assertStrictEquals(table.seek(key, true), version);
  assertStrictEquals(table.seek(key, false), version);
  assertStrictEquals(table.find(key), version);
  words[version * 4 + V_STAMP] = 0; // as if its writer had died before it settled it
  words[H_CLOCK] = 9;
  assertStrictEquals(table.find(key), version);
  assertStrictEquals(words[version * 4 + V_STAMP], 9);
});

Deno.test("Table.insert() loses when another one took the slot", () => {
  const of = new SmallTable();
  const other = of.join();
  const key = of.key(1);
  of.table.seek(key, true);
  other.set(1, 2);
  assertStrictEquals(of.table.insert(key, of.version(1, 1)), "lost");
  assertStrictEquals(of.get(1), 2);
});

Deno.test("Table.insert() loses when another key took the slot, and then finds another", () => {
  const of = new SmallTable();
  const other = of.join();
  const mine = { n: 1, hash: homeAt(9) };
  const theirs = { n: 2, hash: homeAt(9) };
  const key = of.key(mine);
  of.table.seek(key, true);
  other.set(theirs, 2);
  const version = of.version(mine, 1);
  assertStrictEquals(of.table.insert(key, version), "lost");
  assertStrictEquals(of.table.seek(key, true), 0);
  assertStrictEquals(of.table.insert(key, version), "done");
  assertEquals([of.get(mine), of.get(theirs)], [1, 2]);
});

Deno.test("Table.replace() loses when the key has another version by now", () => {
  const of = new SmallTable();
  const other = of.join();
  of.set(1, 1);
  const key = of.key(1);
  const current = of.table.seek(key, true);
  other.set(1, 2);
  assertFalse(of.table.replace(current, of.version(1, 3)));
  assertStrictEquals(of.get(1), 2);
  const newer = of.table.seek(key, true);
  assert(of.table.replace(newer, of.version(1, 3)));
  assertStrictEquals(other.get(1), 3);
});

Deno.test("Table finishes with a slot that a dead worker claimed and never linked", () => {
  const of = new SmallTable();
  const key = of.key(1);
  const slot = of.slot(key.hash >>> 24);
  of.words[slot] = key.hash;
  assertStrictEquals(of.find(1), 0);
  of.set(1, 7);
  assertStrictEquals(
    of.words[slot + 1] !== 0,
    true,
    "it is the key's slot now",
  );
  assertStrictEquals(of.get(1), 7);
});

Deno.test("Table finds keys behind a slot that was claimed and never linked", () => {
  const of = new SmallTable();
  const before = { n: 1, hash: homeAt(50, 5) };
  of.words[of.slot(50)] = homeAt(50, 9); // another hash
  of.set(before, 1);
  assertStrictEquals(of.words[of.slot(51)], before.hash);
  assertStrictEquals(of.get(before), 1);
});

Deno.test("Table.insert() says full when there is no memory for a larger table, and keeps what it has", () => {
  const of = new SmallTable({ maxBytes: 2 ** 20, shift: 8 });
  // All memory is taken.
  while (of.participant.allocator.allocate(4096, "tombstone") !== 0);
  const live: number[] = [];
  for (let n = 0; n < 400; n++) {
    try {
      if (!of.trySet(n, n)) break;
    } catch {
      break; // not even a version fits
    }
    live.push(n);
  }
  for (const n of live) assertStrictEquals(of.get(n), n);
});

Deno.test("Table fills to its limit when it cannot grow, and no further", () => {
  const of = new SmallTable({ maxBytes: 2 ** 20 });
  // Enough blocks for versions at hand, and no chunk for a table.
  const blocks = Array.from({ length: 400 }, (_, n) => of.version(n, n));
  while (of.participant.allocator.allocate(2048, "tombstone") !== 0);
  for (const block of blocks) of.participant.allocator.free(block);
  let count = 0;
  while (of.trySet(count, count)) count++;
  assertStrictEquals(count, 224);
  assertStrictEquals(of.words[of.root + T_PERMITS], 0);
  for (let n = 0; n < count; n++) assertStrictEquals(of.get(n), n);
  assertStrictEquals(of.find(1000), 0, "a probe ends at an empty slot");
  of.set(5, 55); // no new slot
  assertStrictEquals(of.get(5), 55);
});

Deno.test("Table holds up under random writes of two participants with few homes", () => {
  forSeeds(10, (random) => {
    const of = new SmallTable({ shift: 8 });
    const all = [of, of.join()];
    const model = new Map<number, number>();
    for (let step = 0; step < 2000; step++) {
      const n = random.below(120);
      // A third of the keys share three homes at the end of the table.
      const key = n % 3 === 0 ? { n, hash: homeAt(253 + n % 4 % 3, n + 2) } : n;
      const by = random.pick(all);
      if (random.chance(0.6)) {
        by.set(key, step);
        model.set(n, step);
      } else assertStrictEquals(by.delete(key), model.delete(n));
      assertStrictEquals(random.pick(all).get(key), model.get(n));
    }
    for (const finish of [false, true]) {
      if (finish) of.table.migration.finishIfMoving();
      for (let n = 0; n < 120; n++) {
        const key = n % 3 === 0
          ? { n, hash: homeAt(253 + n % 4 % 3, n + 2) }
          : n;
        assertStrictEquals(of.get(key), model.get(n));
      }
    }
    assertStrictEquals(of.countSlots((_, link) => link === MOVED), 0);
  });
});
