/**
 * Snapshots that open and close while versions are settled, pruned, held and freed.
 *
 * @module
 */
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

const A = 1;
const B = 2;

function prepare({ founder }: Setup): void {
  founder.map.set(A, 100);
  founder.map.set(B, 200);
}

const READ = [op.openSnapshot, op.readSnapshot(A), op.readSnapshot(B)];
const READ_TWICE = [
  op.openSnapshot,
  op.readSnapshot(A),
  op.readSnapshot(A),
  op.closeSnapshot,
];

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [READ, [op.set(A, 1), op.set(B, 2)]],
  [READ, [op.set(B, 2), op.set(A, 1)]],
  [READ_TWICE, [op.set(A, 1), op.set(A, 2)]],
  [READ_TWICE, [op.set(A, 1)], [op.set(A, 2)]],
  [READ_TWICE, [op.remove(A), op.set(A, 3)]],
  [READ_TWICE, [op.remove(A)], [op.getOrInsert(A, 3)]],
  [READ_TWICE, READ_TWICE, [op.set(A, 1)]],
  [READ, [op.set(A, 1)], [op.get(A), op.get(B)]],
  [READ, [op.increment(A)], [op.increment(A)]],
  [READ_TWICE, [op.set(A, 1), op.collect]],
  [[...READ_TWICE, op.collect], [op.set(A, 1), op.set(A, 2), op.collect]],
  [
    [op.openSnapshot, op.closeSnapshot, op.openSnapshot, op.readSnapshot(A)],
    [op.set(A, 1), op.set(A, 2), op.collect],
  ],
  [[op.openSnapshot, op.sumSnapshot], [op.set(A, 1), op.remove(B)]],
  [READ, [op.set(A, 1), op.collect], [op.set(A, 2), op.collect]],
];

export const snapshots: Scenario[] = PROGRAMS.map((programs) => ({
  group: "snapshots",
  name: titleOf(programs, "two entries"),
  prepare,
  programs,
}));
