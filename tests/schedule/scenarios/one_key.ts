/**
 * Operations on one key: every pair, and triples, from each state that a key can be in.
 *
 * @module
 */
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

const KEY = 1;
const OLD = 5;

/** The states of the key. */
const STATES: Record<string, (setup: Setup) => void> = {
  absent: () => {},
  "absent, and permits are at hand": ({ takePermits }) => takePermits(),
  present: ({ founder }) => founder.map.set(KEY, OLD),
  deleted: ({ founder }) => {
    founder.map.set(KEY, OLD);
    founder.map.delete(KEY);
  },
  "a tombstone": ({ founder, keepTombstones }) => {
    keepTombstones();
    founder.map.set(KEY, OLD);
    founder.map.delete(KEY);
  },
};

/** Every operation, with a value of the caller's where it writes one. */
const OPERATIONS: ((value: number) => Operation)[] = [
  () => op.get(KEY),
  () => op.has(KEY),
  (value) => op.set(KEY, value),
  () => op.remove(KEY),
  (value) => op.swap(KEY, value),
  () => op.take(KEY),
  (value) => op.compareAndSet(KEY, OLD, value),
  (value) => op.compareAndSet(KEY, undefined, value),
  () => op.compareAndDelete(KEY, OLD),
  (value) => op.getOrInsert(KEY, value),
  () => op.increment(KEY),
  () => op.double(KEY),
  () => op.getText(KEY),
];

function scenario(
  group: string,
  state: string,
  programs: readonly (readonly Operation[])[],
): Scenario {
  const name = titleOf(programs, `the key is ${state}`);
  return { group, name, prepare: STATES[state], programs };
}

/** Every pair. */
export const pairs: Scenario[] = Object.keys(STATES).flatMap((state) =>
  OPERATIONS.flatMap((a, i) =>
    OPERATIONS.slice(i).map((b) =>
      scenario("pairs on one key", state, [[a(10)], [b(20)]])
    )
  )
);

const SOME = [0, 2, 3, 6, 9, 10, 11].map((i) => OPERATIONS[i]);

/** Triples of the operations that differ most, and pairs with a second look. */
export const triples: Scenario[] = ["present", "absent"].flatMap((state) => [
  ...SOME.flatMap((a, i) =>
    SOME.slice(i).flatMap((b, j) =>
      SOME.slice(i + j).map((c) =>
        scenario("triples on one key", state, [[a(10)], [b(20)], [c(30)]])
      )
    )
  ),
  ...SOME.flatMap((a, i) =>
    SOME.slice(i).map((b) =>
      scenario("triples on one key", state, [
        [a(10), op.get(KEY)],
        [b(20), op.has(KEY)],
      ])
    )
  ),
]);
