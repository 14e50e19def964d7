import { assert, assertFalse, assertStrictEquals } from "@std/assert";
import { FROZEN, H_ERA, V_STAMP } from "../../src/segment/layout.ts";
import {
  beginOptimisticRead,
  findOptimistically,
  UNDECIDED,
  validates,
} from "../../src/table/optimistic_read.ts";
import { forSeeds } from "../testing/random.ts";
import { homeAt, SmallTable } from "./small_table.ts";

function look(of: SmallTable, key: Parameters<SmallTable["key"]>[0]): number {
  const { hash, info, words } = of.key(key);
  return findOptimistically(of.words, hash, words, info);
}

Deno.test("findOptimistically() finds what find() finds, or leaves it undecided", () => {
  forSeeds(10, (random) => {
    const of = new SmallTable();
    let decided = 0;
    for (let step = 0; step < 2000; step++) {
      const n = random.below(300);
      if (random.chance(0.3)) of.set(n, step);
      else if (random.chance(0.1)) of.delete(n);
      const seen = look(of, n);
      if (seen === UNDECIDED) continue;
      decided++;
      assertStrictEquals(seen, of.find(n));
    }
    assert(decided > 1200, `${decided} were decided`);
  });
});

Deno.test("findOptimistically() leaves a pending version to others, and does not settle it", () => {
  const of = new SmallTable();
  of.set(1, 1);
  const ref = of.find(1);
  of.words[ref * 4 + V_STAMP] = 0;
  assertStrictEquals(look(of, 1), UNDECIDED);
  assertStrictEquals(of.words[ref * 4 + V_STAMP], 0);
});

Deno.test("findOptimistically() decides nothing where a move has been", () => {
  const of = new SmallTable();
  const key = { n: 1, hash: homeAt(100, 5) };
  of.set(key, 1);
  of.startMove();
  assertStrictEquals(look(of, key), of.find(key));
  of.words[of.slot(100) + 1] |= FROZEN;
  assertStrictEquals(look(of, key), UNDECIDED);
  of.table.migration.moveSlot(of.root, of.slot(100));
  assertStrictEquals(look(of, key), UNDECIDED);
  const absent = { n: 2, hash: homeAt(50) };
  assertStrictEquals(look(of, absent), 0);
  of.table.migration.moveSlot(of.root, of.slot(50));
  assertStrictEquals(look(of, absent), UNDECIDED);
});

Deno.test("findOptimistically() gives up a long probe", () => {
  const of = new SmallTable();
  const hash = homeAt(100);
  for (let n = 0; n < 60; n++) of.set({ n, hash }, n);
  assertStrictEquals(look(of, { n: 0, hash }), of.find({ n: 0, hash }));
  assertStrictEquals(look(of, { n: 59, hash }), UNDECIDED);
  assertStrictEquals(look(of, { n: 99, hash }), UNDECIDED);
});

Deno.test("findOptimistically() harms nothing, whatever stands in the memory", () => {
  forSeeds(30, (random) => {
    const of = new SmallTable({ maxBytes: 2 ** 20 });
    for (let n = 0; n < 50; n++) of.set(n, n);
    // As if everything had been freed and reused under it.
    const words = new Int32Array(of.words);
    const from = of.segment.firstChunk * 4;
    for (let i = from; i < of.words.length; i += 1 + random.below(3)) {
      of.words[i] = random.chance(0.5) ? random.word() : random.below(100);
    }
    const disturbed = new Int32Array(of.words);
    for (let n = 0; n < 50; n++) {
      try {
        look(of, n);
      } catch (error) {
        assert(error instanceof RangeError); // led out of the memory
      }
    }
    for (let i = 0; i < words.length; i += 97) {
      assertStrictEquals(of.words[i], disturbed[i]);
    }
  });
});

Deno.test("validates() until the era is two steps on", () => {
  const of = new SmallTable();
  for (const era of [1, 2 ** 31 - 1, -1, -3]) {
    of.words[H_ERA] = era;
    const before = beginOptimisticRead(of.words);
    assert(validates(of.words, before));
    of.words[H_ERA] = era + 2;
    assert(validates(of.words, before));
    of.words[H_ERA] = era + 4;
    assertFalse(validates(of.words, before));
    of.words[H_ERA] = era + 1000;
    assertFalse(validates(of.words, before));
  }
});
