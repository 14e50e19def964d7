/**
 * Recoveries: a worker died at some step, and is recovered while others, which are merely
 * slow, work on the same words. `tests/crash` has all the deaths and few schedules; here
 * it is the other way round.
 *
 * @module
 */
import type { Client } from "../client.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { slotOf } from "../participants.ts";
import { dieAfter } from "../scheduler.ts";

const KEY = 1;
const OTHER = 2;
const LARGE = 2000;
const BLOCKS = 5;

/** What a worker died in, and what others do meanwhile. */
interface Case {
  readonly act: (dead: Client) => void;
  /** Steps that it takes, about. */
  readonly steps: number;
  readonly others: readonly Operation[];
}

const CASES: Record<string, Case> = {
  "a set": {
    act: ({ map }) => map.set(KEY, 9),
    steps: 34,
    others: [op.set(KEY, 1), op.collect],
  },
  "a move": {
    act: (dead) => {
      op.startMove.run(dead);
      op.finishMove.run(dead);
    },
    steps: 234,
    others: [op.set(KEY, 1), op.startMove, op.finishMove, op.collect],
  },
  "giving blocks": {
    act: ({ blocks, participant: { allocator } }) => {
      for (const ref of blocks.splice(0)) allocator.free(ref);
    },
    steps: 60,
    others: [op.allocate(LARGE), op.free(LARGE), op.flush],
  },
  "collecting": {
    act: ({ participant }) => participant.collectAll(),
    steps: 42,
    others: [op.set(KEY, 1), op.hasTime(OTHER), op.collect],
  },
};

const DEATHS = 8;

/** The dead one has blocks in hand, retired versions and a snapshot. */
function prepare(
  { founder, join }: Setup,
  act: (dead: Client) => void,
  step: number,
): void {
  founder.map.set(KEY, 100);
  const dead = join();
  for (let i = 0; i < BLOCKS; i++) op.allocate(LARGE).run(dead);
  dead.map.set(OTHER, 1);
  op.openSnapshot.run(dead);
  dead.map.set(OTHER, 2);
  dieAfter(step, () => act(dead));
}

/** The dead one has the record behind those of the workers. */
const DEAD = slotOf(2);

const afterDeaths = Object.entries(CASES).flatMap((
  [name, { others, act, steps }],
) =>
  Array.from({ length: DEATHS }, (_, i): Scenario => {
    const step = Math.floor((i + 0.5) * steps / DEATHS);
    const programs = [[op.recover(DEAD)], others];
    return {
      group: "recoveries",
      name: titleOf(programs, `a death at step ${step} of ${name}`),
      shift: 6,
      prepare: (setup) => prepare(setup, act, step),
      programs,
      leaks: BLOCKS + 1,
    };
  })
);

/** What the locks rule out: someone is taken for dead who is merely slow. */
const ofTheLiving: Scenario = {
  group: "recovery of the living",
  name: "recovery of the living",
  isSlip: true,
  prepare: ({ founder }) => founder.map.set(KEY, 100),
  programs: [[op.recover(slotOf(1)), op.collect], [
    op.hasTime(KEY),
    op.set(KEY, 1),
  ], [
    op.set(KEY, 2),
    op.collect,
  ]],
};

export const recoveries: Scenario[] = [...afterDeaths, ofTheLiving];
