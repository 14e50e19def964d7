/**
 * Snapshots that open and close while versions are settled, pruned, held and freed.
 *
 * @module
 */
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Props, type Scenario, titleOf } from "../scenario.ts";

const A = 1;
const B = 2;

function prepare({ founder }: Props): void {
  founder.map.set(A, 100);
  founder.map.set(B, 200);
}

const LOOK = [op.openSnapshot, op.look(A), op.look(B)];
const LOOK_TWICE = [
  op.openSnapshot,
  op.look(A),
  op.look(A),
  op.closeSnapshot,
];

const PARTS: (readonly (readonly Operation[])[])[] = [
  [LOOK, [op.set(A, 1), op.set(B, 2)]],
  [LOOK, [op.set(B, 2), op.set(A, 1)]],
  [LOOK_TWICE, [op.set(A, 1), op.set(A, 2)]],
  [LOOK_TWICE, [op.set(A, 1)], [op.set(A, 2)]],
  [LOOK_TWICE, [op.remove(A), op.set(A, 3)]],
  [LOOK_TWICE, [op.remove(A)], [op.getOrInsert(A, 3)]],
  [LOOK_TWICE, LOOK_TWICE, [op.set(A, 1)]],
  [LOOK, [op.set(A, 1)], [op.get(A), op.get(B)]],
  [LOOK, [op.increment(A)], [op.increment(A)]],
  [LOOK_TWICE, [op.set(A, 1), op.collect]],
  [[...LOOK_TWICE, op.collect], [op.set(A, 1), op.set(A, 2), op.collect]],
  [
    [op.openSnapshot, op.closeSnapshot, op.openSnapshot, op.look(A)],
    [op.set(A, 1), op.set(A, 2), op.collect],
  ],
  [[op.openSnapshot, op.sumSnapshot], [op.set(A, 1), op.remove(B)]],
  [LOOK, [op.set(A, 1), op.collect], [op.set(A, 2), op.collect]],
];

export const snapshots: Scenario[] = PARTS.map((parts) => ({
  group: "snapshots",
  name: titleOf(parts, "two entries"),
  prepare,
  parts,
}));
