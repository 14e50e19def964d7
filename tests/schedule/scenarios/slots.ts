/**
 * Slots: keys that meet in the table.
 *
 * @module
 */
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { TWINS } from "./keys.ts";

const [A, B] = TWINS;

const STATES: Record<string, (setup: Setup) => void> = {
  "both absent": () => {},
  "both absent, permits at hand": ({ takePermits }) => takePermits(),
  "the first present": ({ founder }) => founder.map.set(A, 1),
  "the first deleted": ({ founder }) => {
    founder.map.set(A, 1);
    founder.map.delete(A);
  },
  "the first deleted, permits at hand": ({ founder, takePermits }) => {
    founder.map.set(A, 1);
    founder.map.delete(A);
    takePermits();
  },
  "the first a tombstone": ({ founder, keepTombstones }) => {
    keepTombstones();
    founder.map.set(A, 1);
    founder.map.delete(A);
  },
};

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [[op.set(A, 10)], [op.set(B, 20)]],
  [[op.set(A, 10)], [op.set(B, 20)], [op.get(B), op.get(A)]],
  [[op.set(A, 10), op.get(A)], [op.set(B, 20), op.get(B)]],
  [[op.set(B, 10)], [op.set(B, 20)], [op.set(A, 30)]],
  [[op.remove(A)], [op.set(B, 20)], [op.getOrInsert(A, 3)]],
  [[op.increment(A)], [op.increment(B)], [op.increment(A)]],
  [[op.set(A, 1), op.remove(A)], [op.set(B, 2), op.remove(B)]],
  [[op.getOrInsert(B, 1)], [op.getOrInsert(B, 2)], [op.remove(A)]],
  [[op.remove(A), op.set(B, 10)], [op.set(B, 20)], [op.get(B)]],
];

/** Keys with equal hashes. */
export const slots: Scenario[] = Object.entries(STATES).flatMap((
  [state, prepare],
) =>
  PROGRAMS.map((programs): Scenario => ({
    group: "keys with one hash",
    name: titleOf(programs, `keys with one hash, ${state}`),
    prepare,
    programs,
  }))
);
