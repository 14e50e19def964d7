/**
 * One who waits for a change of a key, beside each operation that changes it: what the waiter has
 * not seen must disarm the word that it armed.
 *
 * @module
 */
import type { Segment } from "../../../src/segment/segment.ts";
import { changeWord } from "../../../src/table/changes.ts";
import { Client } from "../client.ts";
import type { Event } from "../history.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { FOUNDER } from "../participants.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { hashOf } from "./keys.ts";

const KEY = 1;
const OLD = 5;
const GROUP = "waiting";

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

const WAIT = [op.arm(KEY), op.get(KEY)];

/** What the waiter saw must be what is there still, or its word has changed. */
function checkWaiter(segment: Segment, events: readonly Event[]): string {
  const ofWaiter = events.filter(({ worker }) => worker === 0);
  const armed = ofWaiter.find(({ operation }) => operation === WAIT[0])!;
  const seen = ofWaiter.find(({ operation }) => operation === WAIT[1])!;
  const there = new Client(segment, FOUNDER).map.get(KEY);
  const word = segment.words[changeWord(hashOf(KEY))];
  return there === seen.result || word !== armed.result
    ? ""
    : `the waiter saw ${seen.result}, there is ${there}, and its word is armed still`;
}

function scenario(
  programs: readonly (readonly Operation[])[],
  state: string,
  group = GROUP,
): Scenario {
  const name = titleOf(programs, `the key is ${state}`);
  return { group, name, prepare: STATES[state], programs, check: checkWaiter };
}

/** Beside one change, beside two, and beside another one who waits. */
export const waiting: Scenario[] = [
  ...Object.keys(STATES).flatMap((state) =>
    CHANGES.map((change) => scenario([WAIT, [change]], state))
  ),
  ...[op.set(KEY, 20), op.remove(KEY)].map((change) =>
    scenario([WAIT, [op.set(KEY, 10)], [change]], "present")
  ),
  scenario([WAIT, [op.arm(KEY)], [op.set(KEY, 10), op.remove(KEY)]], "present"),
  {
    ...scenario(
      [WAIT.toReversed(), [op.set(KEY, 10)]],
      "present",
      "waiting, but only after a look",
    ),
    isSlip: true,
  },
];
