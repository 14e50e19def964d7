/**
 * Dumps of changes, while keys are deleted and tombstones dropped.
 *
 * @module
 */
import { dumpAll, dumpChanges, revoke, revokeAll } from "../dumps.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

const A = 1;
const B = 2;

function prepare({ founder }: Setup): void {
  founder.map.set(A, 100);
  founder.map.set(B, 200);
}

const DUMPS = [dumpAll, dumpChanges];
const MOVE = [op.startMove, op.finishMove];

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [DUMPS, [op.remove(A), ...MOVE]],
  [DUMPS, [op.remove(A)], MOVE],
  [DUMPS, [op.remove(A), op.set(A, 3)], MOVE],
  [[...DUMPS, dumpChanges], [op.remove(A), op.remove(B), ...MOVE]],
  [DUMPS, [op.remove(A), revoke, ...MOVE]],
  [DUMPS, [op.remove(A), ...MOVE], [revoke]],
  [DUMPS, [revokeAll, op.set(A, 3), op.remove(A)]],
  [DUMPS, [op.set(A, 3), op.set(A, 4)], [revokeAll, op.set(B, 5)]],
  [[dumpAll, dumpAll], [op.remove(A), revokeAll, ...MOVE]],
  [DUMPS, [op.set(B, 3), op.remove(B), op.set(A, 4), op.remove(A)]],
];

export const dumps: Scenario[] = PROGRAMS.map((programs) => ({
  group: "dumps",
  name: titleOf(programs, "two entries"),
  shift: 6,
  prepare,
  programs,
}));
