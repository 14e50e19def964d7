/**
 * Chains with versions in the middle that no snapshot shows, beside one that an older
 * snapshot does.
 *
 * @module
 */
import { participantBase } from "../../../src/segment/participants.ts";
import { P_REGISTRY } from "../../../src/segment/layout.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

const A = 1;
/** What the long snapshot shows, and the tick that it has: the first. */
const OLDEST = 100;
const FIRST_TICK = 10;
/** The founder has the first place. */
const LONG = participantBase(0) + P_REGISTRY;

const READ = op.readAtTick(A, FIRST_TICK, OLDEST);
const SHORT = [op.openSnapshot, op.readSnapshot(A), op.closeSnapshot];

/** The versions between the oldest and the newest are held by the first two in turn. */
function prepare({ founder, clients: [one, other] }: Setup): void {
  founder.map.set(A, OLDEST);
  founder.map.snapshot();
  one.map.set(A, 1);
  const snapshots = [];
  for (const [value, { map }] of [[2, other], [3, one], [4, other]] as const) {
    snapshots.push(founder.map.snapshot());
    map.set(A, value);
  }
  for (const snapshot of snapshots) snapshot.close();
}

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [[op.collect, READ], [op.collect, READ]],
  [[op.collect, READ], [op.set(A, 5), op.collect]],
  [[op.set(A, 5), READ], [op.collect, op.collect]],
  [[op.collect], [op.set(A, 5), op.set(A, 6)], [READ]],
  [[op.collect], [op.collect], [READ, READ]],
  [[op.collect], [op.collect], [op.set(A, 5), READ]],
  [[op.collect], [op.remove(A)], [READ]],
  [[op.collect], [op.set(A, 5)], SHORT],
  [[op.collect], [...SHORT, op.collect]],
  [[op.collect], [op.closeAt(LONG), op.collect]],
  [[op.collect], [op.closeAt(LONG), op.remove(A), op.collect]],
  [[op.collect], [op.collect], [op.closeAt(LONG), op.set(A, 5), op.get(A)]],
];

export const chains: Scenario[] = PROGRAMS.map((programs) => ({
  group: "chains",
  name: titleOf(programs, "one key, many versions"),
  prepare,
  programs,
}));
