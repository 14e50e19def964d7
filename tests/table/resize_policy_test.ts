import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  canShrink,
  deadSlots,
  earlyPurgeWorth,
  fittingShift,
  growthShifts,
  hasDeadShare,
  isMostlyDead,
  isSparse,
  isWorthGrowing,
  minCapacityShiftFor,
  purgeWorth,
} from "../../src/table/resize_policy.ts";
import { crowded, slotLimit } from "../../src/table/permit_batch.ts";

const LEAST_SHIFT = 8;

Deno.test("crowded() comes well before slotLimit()", () => {
  for (let shift = LEAST_SHIFT; shift <= 28; shift++) {
    const capacity = 2 ** shift;
    assert(crowded(capacity) < slotLimit(capacity) - capacity / 8);
  }
});

Deno.test("minCapacityShiftFor() is the least that is not crowded", () => {
  assertStrictEquals(minCapacityShiftFor(0), LEAST_SHIFT);
  for (let entries = 1; entries < 2 ** 24; entries = entries * 3 + 1) {
    const shift = minCapacityShiftFor(entries);
    assert(crowded(2 ** shift) > entries);
    assert(shift === LEAST_SHIFT || crowded(2 ** (shift - 1)) <= entries);
  }
});

Deno.test("fittingShift() suits what lives, and takes all claimed slots", () => {
  const shiftOf = (claimed: number, live: number, min = LEAST_SHIFT) =>
    fittingShift({ capacity: 1024, claimed, live }, min);
  assertStrictEquals(shiftOf(0, 0), LEAST_SHIFT);
  assertStrictEquals(shiftOf(0, 0, 12), 12);
  assertStrictEquals(shiftOf(410, 409), 10, "two fifths full");
  assertStrictEquals(shiftOf(410, 410), 11);
  assertStrictEquals(shiftOf(640, 100), 10, "most are dead, but all must move");
  for (let claimed = 0; claimed < 896; claimed++) {
    const capacity = 2 ** shiftOf(claimed, 0);
    assert(slotLimit(capacity) - claimed >= capacity / 8);
  }
});

Deno.test("growthShifts() are larger ones that take all claimed slots, the best first", () => {
  const counts = { capacity: 256, claimed: 160, live: 160 };
  assertEquals(growthShifts(counts, 0, LEAST_SHIFT), [9]);
  assertEquals(growthShifts(counts, 1000, LEAST_SHIFT), [11, 10, 9]);
  assertEquals(growthShifts(counts, 0, 10), [10, 9]);
  const dead = { capacity: 256, claimed: 160, live: 10 };
  assertEquals(growthShifts(dead, 0, LEAST_SHIFT), []);
  const full = { capacity: 256, claimed: 224, live: 10 };
  assertEquals(growthShifts(full, 0, LEAST_SHIFT), [9], "it has no other way");
});

Deno.test("a larger table is worth growing to unless it takes the memory of its entries", () => {
  const counts = { capacity: 256, claimed: 160, live: 160 };
  const needed = 1600 / 160 * slotLimit(256);
  assert(isWorthGrowing(counts, 1600, needed));
  assert(!isWorthGrowing(counts, 1600, needed - 1));
  assert(isWorthGrowing({ ...counts, claimed: 0 }, 0, 0));
});

Deno.test("a table shrinks when it is sparse, but not below its minimum", () => {
  const counts = { capacity: 1024, claimed: 127, live: 100 };
  assert(isSparse(counts, 0, 9));
  assert(!isSparse(counts, 1, 9), "more is expected");
  assert(!isSparse(counts, 0, 10));
  assert(canShrink(counts, 9));
  assert(!canShrink(counts, 10));
  assert(!canShrink({ ...counts, live: 410 }, 9));
});

Deno.test("dead slots are those of no entry", () => {
  const counts = { capacity: 1024, claimed: 512, live: 255 };
  assertStrictEquals(deadSlots(counts), 257);
  assert(isMostlyDead(counts));
  assert(!isMostlyDead({ ...counts, live: 256 }));
  assert(hasDeadShare(counts, 1 / 4));
  assert(!hasDeadShare(counts, 1 / 2));
});

Deno.test("a purge while there are permits must drop more than one when there are none", () => {
  assertStrictEquals(purgeWorth(1024), 32);
  const half = (slotLimit(1024) - 100) / 2;
  assertStrictEquals(
    earlyPurgeWorth({ capacity: 1024, claimed: 640, live: 100 }),
    half,
  );
  assertStrictEquals(
    earlyPurgeWorth({ capacity: 1024, claimed: 896, live: 890 }),
    32,
    "there is little left",
  );
});
