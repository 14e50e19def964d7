/**
 * Commits of several keys, beside each other, single operations, snapshots, moves and deaths.
 *
 * @module
 */
import type { Change, Step } from "../../testing/commit.ts";
import { commitAll } from "../../testing/commit.ts";
import type { Model } from "../history.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { slotOf } from "../participants.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { type Acts, deathsIn } from "./deaths.ts";
import { TWINS } from "./keys.ts";

const A = 1;
const B = 2;
const C = 3;

/** A commit of these steps. */
function commit(text: string, ...steps: readonly Step[]): Operation {
  return {
    text,
    run: ({ attachment, participant }) => {
      commitAll({ participant, table: attachment.table }, steps);
      return undefined;
    },
    spec: ({ map }: Model) => {
      const changes = steps.map(({ n, change }) => change(map.get(n)));
      steps.forEach(({ n }, i) => {
        const change = changes[i];
        if (typeof change === "number") map.set(n, change);
        else if (change === "delete") map.delete(n);
      });
      return undefined;
    },
  };
}

const plus = (n: number, by: number): Step => ({
  n,
  change: (value = 0) => value + by,
});
const to = (n: number, change: Change): Step => ({ n, change: () => change });

const transfer = (from: number, to: number) =>
  commit(`transfer(${from}, ${to})`, plus(from, -1), plus(to, 1));
const setBoth = (a: number, b: number, value: number) =>
  commit(`set(${a} and ${b}, ${value})`, to(a, value), to(b, value));
const guarded = (relied: number, n: number, by: number) => {
  let seen = 0;
  return commit(
    `set(${n}, get(${relied}) + ${by})`,
    { n: relied, change: (value = 0) => (seen = value, "guard") },
    { n, change: () => seen + by },
  );
};
const rename = (from: number, n: number, value: number) =>
  commit(
    `delete(${from}), set(${n}, ${value})`,
    to(from, "delete"),
    to(n, value),
  );

const READ = [op.openSnapshot, op.readSnapshot(B), op.readSnapshot(A)];
const GETS = [op.get(A), op.get(B)];
const BACK = [op.get(B), op.get(A)];

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [[transfer(A, B)], [transfer(B, A)]],
  [[transfer(A, B)], [op.increment(A)]],
  [[transfer(A, B)], [op.increment(B), op.get(A)]],
  [[transfer(A, B), op.collect], GETS],
  [[setBoth(A, B, 7)], READ],
  [[setBoth(A, B, 7)], BACK, [op.set(A, 1)]],
  [[setBoth(A, B, 7)], [setBoth(B, C, 8)], [op.set(A, 1)]],
  [[guarded(A, B, 7)], [op.set(A, 1), op.get(B)]],
  [[guarded(A, B, 7)], [guarded(B, A, 8)]],
  [[guarded(B, A, 7)], [op.set(A, 1)], [op.set(B, 2), op.get(A)]],
  [[guarded(C, A, 7)], [op.set(C, 1), op.get(A)]],
  [[rename(A, C, 7)], [op.get(C), op.get(A)]],
  [[rename(A, C, 7), op.collect], [op.set(A, 1)], [op.remove(C)]],
  [[rename(A, C, 7)], [
    op.openSnapshot,
    op.readSnapshot(C),
    op.readSnapshot(A),
  ]],
  [[rename(A, C, 7), op.collect], [rename(C, A, 8), op.collect]],
  [[setBoth(A, C, 7)], [op.startMove, op.finishMove]],
  [[rename(A, C, 7)], [op.startMove, op.finishMove], [op.get(C), op.get(A)]],
  [[setBoth(A, B, 7)], [op.set(B, 1)], [op.startMove, op.finishMove]],
];

const [TWIN, OTHER] = TWINS;
const TWIN_PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [[transfer(TWIN, OTHER)], [op.increment(TWIN)]],
  [[guarded(TWIN, OTHER, 7)], [op.remove(TWIN), op.get(OTHER)]],
];

function prepare({ founder, takePermits }: Setup): void {
  for (const key of [A, B, TWIN, OTHER]) founder.map.set(key, 10);
  takePermits();
}

const alive = [...PROGRAMS, ...TWIN_PROGRAMS].map((programs): Scenario => ({
  group: "commits",
  name: titleOf(programs, "several keys"),
  shift: 6,
  prepare,
  programs,
}));

/** What one died in, at some of its steps. */
const ACTS: Acts = {
  "a commit": {
    act: (dead) => void setBoth(A, B, 7).run(dead),
    steps: 200,
  },
  "a commit with a guard and a new key": {
    act: (dead) =>
      void commit("", to(A, "guard"), to(B, "delete"), to(C, 7)).run(dead),
    steps: 260,
  },
};
const DEATHS = 16;
const DEAD = slotOf(2);

/** Which order explains a death is not known: it may have committed or not. */
const afterDeaths = deathsIn(ACTS, DEATHS, {
  group: "deaths in commits",
  programs: [[op.recover(DEAD)], [op.set(A, 1), transfer(A, B)]],
  leaks: 2,
  prepare,
});

/**
 * A worker that helps is overtaken by all, and installs what was decided and retired long ago. Most
 * of what it takes for that has happened when the search begins.
 */
const LATE_PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [
    [guarded(B, A, 7), op.collect, op.collect, op.collect],
    [op.increment(A)],
    [op.hasTime(B)],
  ],
  [
    [setBoth(A, B, 7), op.collect, op.collect, op.collect],
    [transfer(A, B)],
    [op.set(B, 2), op.hasTime(B)],
  ],
];

const lateHelp = LATE_PROGRAMS.map((programs): Scenario => ({
  group: "late help",
  name: titleOf(programs, "late help"),
  shift: 6,
  prepare,
  programs,
}));

export const commits: Scenario[] = [...alive, ...lateHelp, ...afterDeaths];
