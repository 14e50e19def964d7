/**
 * Participants that come and go.
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
}

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [[op.attach, op.set(A, 1)], [op.attach, op.set(A, 2)]],
  [[op.attach, op.get(A)], [op.attach, op.set(A, 2)], [op.attach]],
  [[op.close, op.attach, op.set(B, 1)], [op.attach, op.set(A, 2)]],
  [[op.set(A, 1), op.close], [op.set(A, 2), op.close], [op.hasTime(A)]],
  [[op.close, op.attach, op.get(A)], [op.set(A, 3), op.collect]],
  [[op.set(B, 1), op.close], [
    op.openSnapshot,
    op.readSnapshot(A),
    op.readSnapshot(B),
  ]],
];

export const attachments: Scenario[] = PROGRAMS.map((programs) => ({
  group: "attachments",
  name: titleOf(programs, "one entry"),
  prepare,
  programs,
}));
