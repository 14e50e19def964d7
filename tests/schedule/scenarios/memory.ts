/**
 * Memory: readers that are slow while what they read is retired, eras that advance,
 * blocks that go from hand to hand.
 *
 * @module
 */
import { V_KEY } from "../../../src/segment/layout.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

const A = 1;
const B = 2;
const C = 3;

function twoEntries({ founder }: Setup): void {
  founder.map.set(A, 100);
  founder.map.set(B, 200);
}

const READERS: (readonly (readonly Operation[])[])[] = [
  [[op.hasTime(A)], [op.set(A, 1), op.collect]],
  [[op.has(A)], [op.set(A, 1), op.collect]],
  [[op.get(A)], [op.set(A, 1), op.collect]],
  [[op.get(A)], [op.set(A, 1), op.collect, op.set(C, 3)]],
  [[op.getText(A)], [op.set(A, 1), op.collect]],
  [[op.getText(A)], [op.set(A, 1), op.collect, op.set(C, 3)]],
  [[op.increment(A)], [op.set(A, 1), op.collect, op.set(C, 3)]],
  [[op.hasTime(A)], [op.set(A, 1), op.collect], [op.collect]],
  [[op.hasTime(A), op.hasTime(A)], [op.remove(A), op.collect], [op.collect]],
  [[op.increment(A)], [op.increment(A), op.collect], [op.collect]],
  [[op.double(A)], [op.set(A, 1), op.collect, op.set(C, 3)]],
  [[op.compareAndSet(A, 100, 1)], [op.set(A, 7), op.collect, op.set(A, 100)]],
  [[op.set(A, 1), op.collect], [op.set(A, 2), op.collect], [op.get(A)]],
  [[op.set(A, 1), op.collect], [op.set(A, 2), op.collect], [op.getText(A)]],
  [[op.set(A, 1), op.collect], [op.advance, op.hasTime(A)]],
];

/** Half a chunk: two of them travel together. */
const LARGE = 2000;
const { allocate, consolidate, flush, free } = op;
const make = allocate(LARGE);
const drop = free(LARGE);

const TRADERS: (readonly (readonly Operation[])[])[] = [
  [[make, drop, flush], [make, drop]],
  [[make, drop, flush, make], [make, drop, flush, make]],
  [[make, make, drop, drop, flush], [make, make, drop, drop]],
  [[make, drop, flush], [make, drop, flush], [make, drop, flush]],
  [[make, drop, consolidate], [make, drop]],
  [[make, drop, consolidate, make], [make, drop, flush, make]],
];

/** Blocks lie in the transfer cache, for all. */
function offer({ join }: Setup): void {
  const { participant: { allocator } } = join();
  const blocks = Array.from({ length: 4 }, () => allocator.allocate(LARGE));
  for (const ref of blocks) allocator.free(ref);
  allocator.giveAll();
}

/** Blocks that a worker still has in hand at the end. */
const IN_HAND = 4;

function trade(found: string, prepare?: (setup: Setup) => void) {
  return (programs: Scenario["programs"]): Scenario => ({
    group: "blocks",
    name: titleOf(programs, found),
    prepare,
    programs,
    leaks: IN_HAND,
  });
}

function longKeys(found: string, prepare: (setup: Setup) => void) {
  return (programs: Scenario["programs"]): Scenario => ({
    group: "long keys",
    name: titleOf(programs, found),
    prepare,
    programs,
    leaks: IN_HAND,
  });
}

/** Runs of two, three and five chunks. */
const [SHORT, LONG, LONGEST] = [2, 3, 5].map((chunks) => chunks * 4096);
const { bringLongKey: bring, checkReserve: check, lowerReserve: lower } = op;
const forget = op.dropLongKey;

const LONG_KEYS: (readonly (readonly Operation[])[])[] = [
  [[bring(LONG), check, check], [lower, lower]],
  [[bring(LONG), check, forget], [bring(SHORT), check, check], [lower]],
  [[bring(LONGEST), forget, lower], [bring(LONG), check, check]],
  [[bring(LONG), check, check], [bring(SHORT), forget, lower], [lower]],
  [[bring(LONG), bring(LONG), forget, check], [lower, lower], [lower]],
];

/** One change of hands shows what is wrong in these. */
const LOWERED: Scenario["programs"] = [
  [bring(LONG)],
  [lower, op.checkReserveOfAll],
];
const RAISED: Scenario["programs"] = [
  [op.linkLongKey(LONG), check],
  [bring(SHORT), check],
];

/** Somebody has memory for a long key, and what was kept for it was lowered again. */
function halfBring({ join }: Setup): void {
  const { participant: { allocator }, segment: { words } } = join();
  words[allocator.allocate(LONG) * 4 + V_KEY] = LONG;
}

/** So much is kept that it will be lowered. */
function keepMuch({ join }: Setup): void {
  const { participant: { allocator } } = join();
  const [first, second] = [SHORT, LONGEST].map((bytes) => {
    allocator.reserve.keep(bytes);
    return allocator.allocate(bytes);
  });
  for (const ref of [first, second]) allocator.free(ref);
}

export const memory: Scenario[] = [
  ...READERS.map((programs): Scenario => ({
    group: "readers",
    name: titleOf(programs, "two entries"),
    prepare: twoEntries,
    programs,
  })),
  ...TRADERS.map(trade("nothing on offer")),
  ...TRADERS.map(trade("blocks on offer", offer)),
  ...[...LONG_KEYS, LOWERED].map(
    longKeys("more is kept than needed", keepMuch),
  ),
  longKeys("nothing is kept", halfBring)(RAISED),
];
