/**
 * Recoveries: someone died at some step, and is cleared up after while others, who are
 * merely slow, work on the same words. `tests/crash` has all the deaths and few
 * schedules; here it is the other way round.
 *
 * @module
 */
import type { Actor } from "../actor.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Props, type Scenario, titleOf } from "../scenario.ts";
import { slotOf } from "../participants.ts";
import { dieAfter } from "../scheduler.ts";

const KEY = 1;
const OTHER = 2;
const LARGE = 2000;
const BLOCKS = 5;

/** What somebody died of, and who goes on meanwhile. */
interface Case {
  readonly deed: (dead: Actor) => void;
  /** Steps that it takes, about. */
  readonly steps: number;
  readonly company: readonly Operation[];
}

const CASES: Record<string, Case> = {
  "a set": {
    deed: ({ map }) => map.set(KEY, 9),
    steps: 34,
    company: [op.set(KEY, 1), op.collect],
  },
  "a move": {
    deed: (dead) => {
      op.startMove.run(dead);
      op.finishMove.run(dead);
    },
    steps: 234,
    company: [op.set(KEY, 1), op.startMove, op.finishMove, op.collect],
  },
  "giving blocks": {
    deed: ({ blocks, participant: { allocator } }) => {
      for (const ref of blocks.splice(0)) allocator.free(ref);
    },
    steps: 60,
    company: [op.allocate(LARGE), op.free(LARGE), op.flush],
  },
  "collecting": {
    deed: ({ participant }) => participant.collectAll(),
    steps: 42,
    company: [op.set(KEY, 1), op.hasTime(OTHER), op.collect],
  },
};

const DEATHS = 8;

/** Everyone starts with blocks in hand, retired versions and a snapshot. */
function prepare(
  { founder, join }: Props,
  deed: (dead: Actor) => void,
  step: number,
): void {
  founder.map.set(KEY, 100);
  const dead = join();
  for (let i = 0; i < BLOCKS; i++) op.allocate(LARGE).run(dead);
  dead.map.set(OTHER, 1);
  op.openSnapshot.run(dead);
  dead.map.set(OTHER, 2);
  dieAfter(step, () => deed(dead));
}

/** The dead has the slot behind the parts. */
const DEAD = slotOf(2);

const afterDeaths = Object.entries(CASES).flatMap((
  [name, { company, deed, steps }],
) =>
  Array.from({ length: DEATHS }, (_, i): Scenario => {
    const step = Math.floor((i + 0.5) * steps / DEATHS);
    const parts = [[op.recover(DEAD)], company];
    return {
      group: "recoveries",
      name: titleOf(parts, `a death at step ${step} of ${name}`),
      shift: 6,
      prepare: (props) => prepare(props, deed, step),
      parts,
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
  parts: [[op.recover(slotOf(1)), op.collect], [
    op.hasTime(KEY),
    op.set(KEY, 1),
  ], [
    op.set(KEY, 2),
    op.collect,
  ]],
};

export const recoveries: Scenario[] = [...afterDeaths, ofTheLiving];
