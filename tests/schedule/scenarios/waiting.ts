/**
 * Workers that wait for a change of a key, beside each operation that changes it: what they have
 * not seen wakes them.
 *
 * @module
 */
import type { Segment } from "../../../src/segment/segment.ts";
import { Client } from "../client.ts";
import type { Event } from "../history.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { FOUNDER } from "../participants.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { isAsleep } from "../sleepers.ts";

const KEY = 1;
const OLD = 5;
const GROUP = "waiting";
const MANY = "waiting for all";

const STATES: Record<string, (setup: Setup) => void> = {
  absent: () => {},
  present: ({ founder }) => void founder.map.set(KEY, OLD),
  "present, and a move has begun": ({ founder }) => {
    founder.map.set(KEY, OLD);
    op.startMove.run(founder);
  },
};

/** Every way by which a key changes. */
const CHANGES: readonly Operation[] = [
  op.set(KEY, 10),
  op.swap(KEY, 10),
  op.getOrInsert(KEY, 10),
  op.remove(KEY),
  op.take(KEY),
  op.compareAndSet(KEY, OLD, 10),
  op.compareAndSet(KEY, undefined, 10),
  op.compareAndDelete(KEY, OLD),
  op.increment(KEY),
  op.double(KEY),
  op.setFor(KEY, 10, 1000),
  op.incrementFor(KEY, 1000),
];

const LOOK = op.get(KEY);
/** One who waits for the key, and one who waits for all. */
const WAIT = [op.arm(KEY), LOOK, op.sleepFor(KEY)];
const WATCH = [
  op.arm(KEY),
  LOOK,
  op.armAny,
  op.compareWord(KEY),
  op.sleepForAny,
];

/** A waiter that sleeps has seen what is there. */
function checkWaiters(segment: Segment, events: readonly Event[]): string {
  const there = new Client(segment, FOUNDER).map.get(KEY);
  const looks = events.filter(({ operation }) => operation === LOOK);
  const missed = looks.find(({ worker, result }) =>
    isAsleep(worker) && result !== there
  );
  return missed === undefined
    ? ""
    : `worker ${missed.worker} saw ${missed.result}, there is ${there}, and nobody woke it`;
}

function scenario(
  programs: readonly (readonly Operation[])[],
  state: string,
  group = GROUP,
): Scenario {
  const name = titleOf(programs, `the key is ${state}`);
  return { group, name, prepare: STATES[state], programs, check: checkWaiters };
}

function slip(waiter: readonly Operation[], group: string): Scenario {
  return { ...scenario([waiter, [SET]], "present", group), isSlip: true };
}

const SET = op.set(KEY, 10);
/** What changes it a second time, faster or slower. */
const SECOND = [op.set(KEY, 20), op.remove(KEY)];

/** Beside one change, beside two, and beside others who wait. */
export const waiting: Scenario[] = [
  ...Object.keys(STATES).flatMap((state) =>
    CHANGES.map((change) => scenario([WAIT, [change]], state))
  ),
  ...SECOND.map((change) => scenario([WAIT, [SET], [change]], "present")),
  scenario([WAIT, WAIT, [SET, op.remove(KEY)]], "present"),
  scenario([WATCH, [SET]], "absent", MANY),
  scenario([WATCH, [SET]], "present, and a move has begun", MANY),
  ...SECOND.map((change) =>
    scenario([WATCH, [SET], [change]], "present", MANY)
  ),
  scenario([WATCH, WAIT, [SET, op.remove(KEY)]], "present", MANY),
  slip(
    [LOOK, op.arm(KEY), op.sleepFor(KEY)],
    "waiting, but only after a look",
  ),
  slip(
    [op.arm(KEY), LOOK, op.compareWord(KEY), op.armAny, op.sleepForAny],
    "waiting for all, but only after a comparison",
  ),
];
