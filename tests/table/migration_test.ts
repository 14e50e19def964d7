import {
  assert,
  assertEquals,
  assertFalse,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import {
  EMPTY,
  FINAL,
  FROZEN,
  MOVED,
  STRIDE,
  T_CAPACITY,
  T_PERMITS,
  V_PREV,
} from "../../src/segment/layout.ts";
import { closeSnapshot, openSnapshot } from "../../src/table/clock.ts";
import { liveEntries } from "../../src/table/account.ts";
import { usedRefs } from "../segment/live_blocks.ts";
import { forSeeds } from "../testing/random.ts";
import { homeAt, SmallTable } from "./small_table.ts";
import { checkAll, fill, keysOf, scan } from "./filling.ts";

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
      assert(of.table.resizer.start(old));
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
  other.table.resizer.purge(1); // drops the tombstone, and retires it
  assertFalse(table.replace(tombstone, version));
  assertStrictEquals(table.seek(of.key(1), true), 0);
  assertStrictEquals(table.insert(of.key(1), version), "done");
  assertStrictEquals(words[version * 4 + V_PREV], FINAL);
  participant.unpin();
  of.set(1, 3); // prunes the version: must not retire the tombstone again
  for (const one of [of, other]) one.participant.collectAll();
  const free = participant.allocator.limits.freeChunks;
  const refs = Array.from({ length: 50 }, () => of.version(2, 0));
  assertStrictEquals(
    new Set(refs).size,
    refs.length,
    "none is given out twice",
  );
  assert(participant.allocator.limits.freeChunks <= free);
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
  const permits = () => words[next + T_PERMITS] + participant.permits;
  const before = permits();
  of.table.migration.moveSlot(of.root, of.slot(200));
  assertStrictEquals(words[of.slot(200) + 1], MOVED);
  assertStrictEquals(permits(), before + 1);
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
