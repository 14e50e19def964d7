/**
 * Structures: changes of trees beside each other, reads, snapshots, whatever takes their place, and
 * deaths.
 *
 * @module
 */
import { commitAll } from "../../testing/commit.ts";
import type { Client } from "../client.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import {
  addTo,
  addToBoth,
  beginLoad,
  cut,
  endLoad,
  expectPair,
  getPair,
  getPairInSnapshot,
  giveUpLoad,
  load,
  putPair,
} from "../pairs.ts";
import { slotOf } from "../participants.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { type Acts, deathsIn } from "./deaths.ts";

const A = 1;
const B = 2;
const OLD = 9;

/** Sets two keys at one moment, whatever they have. */
const setBoth = (value: number): Operation => ({
  text: `set(${A} and ${B}, ${value})`,
  run: ({ attachment, participant }) => {
    const steps = [A, B].map((n) => ({ n, change: () => value }));
    commitAll({ participant, table: attachment.table }, steps);
    return undefined;
  },
  spec: ({ map }) => void map.set(A, value).set(B, value),
});

const first = addTo(A, 0, 1);
const second = addTo(A, 1, 1);
const FREE = [op.collect];
const LOOK = [op.openSnapshot, getPairInSnapshot(A), op.closeSnapshot];

/** A load, and a write between two of its nodes, as one that makes room. */
function loadAround(write: Operation): Operation[] {
  return [expectPair, beginLoad(B, 5, 6), write, endLoad(B, 5, 6)];
}

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [[first], [second]],
  [[first, first, ...FREE], [second, second, ...FREE]],
  [[first, ...FREE], [getPair(A)]],
  [[first, ...FREE], LOOK],
  [[first, first, ...FREE], LOOK],
  [[first, ...FREE], [second, ...FREE], LOOK],
  [[first], [second], [getPair(A)]],
  [[cut(A), ...FREE], [getPair(A)]],
  [[cut(A), ...FREE], LOOK],
  [[cut(A), ...FREE], [second, ...FREE]],
  [[op.remove(A), ...FREE], [getPair(A)]],
  [[op.remove(A), ...FREE], LOOK],
  [[op.remove(A), ...FREE], [first, ...FREE]],
  [[op.remove(A), ...FREE], [op.remove(A), ...FREE], [first]],
  [[op.set(A, 7), ...FREE], [first, ...FREE], LOOK],
  [[putPair(A, 5, 6), ...FREE], [second, ...FREE], LOOK],
  [[putPair(B, 5, 6), ...FREE], [putPair(B, 7, 8), ...FREE]],
  [[op.expire(A, 50)], [first, ...FREE], LOOK],
  [[setBoth(7), ...FREE], [first, ...FREE]],
  [[setBoth(7), ...FREE], [getPair(A)], LOOK],
  [[setBoth(7), ...FREE], [setBoth(8), ...FREE]],
  [[addToBoth(A, B, 1), ...FREE], [first, ...FREE]],
  [[addToBoth(A, B, 1), ...FREE], [addToBoth(B, A, 2), ...FREE]],
  [[addToBoth(A, B, 1), ...FREE], [op.set(B, 3)], LOOK],
  [[addToBoth(A, B, 1), ...FREE], [op.startMove, op.finishMove]],
  [[first, ...FREE], [op.startMove, op.finishMove]],
  [[op.remove(A), ...FREE], [op.startMove, op.finishMove], LOOK],
  [[load(A, 5, 6), ...FREE], [first, ...FREE]],
  [[load(A, 5, 6), ...FREE], [getPair(A)], LOOK],
  [[load(A, 5, 6), ...FREE], [op.remove(A), ...FREE]],
  [[load(B, 5, 6), ...FREE], [load(B, 7, 8), ...FREE]],
  [[load(B, 5, 6), ...FREE], [setBoth(7), ...FREE]],
  [[load(A, 5, 6), ...FREE], [op.startMove, op.finishMove]],
  [[...loadAround(first), ...FREE], [second, ...FREE]],
  [[...loadAround(op.remove(B)), ...FREE], [putPair(B, 7, 8), ...FREE]],
  [[expectPair, beginLoad(A, 5, 6), first, giveUpLoad, ...FREE], [
    second,
    ...FREE,
  ]],
];

/** A pair that was changed before, and a plain value. */
function prepare({ founder, takePermits }: Setup): void {
  founder.pairs.put(A, 1, 1);
  founder.pairs.add(A, 1, 1);
  founder.map.set(B, OLD);
  founder.participant.collectAll();
  takePermits();
}

const alive = PROGRAMS.map((programs): Scenario => ({
  group: "structures",
  name: titleOf(programs, "a pair in a tree"),
  shift: 6,
  prepare,
  programs,
}));

/** What one died in, at some of its steps. */
const ACTS: Acts = {
  "a change": { act: (dead) => void first.run(dead), steps: 120 },
  "a change that leaves a subtree out": {
    act: (dead) => void cut(A).run(dead),
    steps: 100,
  },
  "a removal": { act: (dead) => void op.remove(A).run(dead), steps: 70 },
  "a commit": { act: (dead) => void setBoth(7).run(dead), steps: 220 },
  "a commit of trees": {
    act: (dead) => void addToBoth(A, B, 1).run(dead),
    steps: 360,
  },
};
/** Has blocks at hand, and makes ready for the next load. */
function loadOther(dead: Client): void {
  load(B, 1, 1).run(dead);
  expectPair.run(dead);
}

/** ... while it loaded one. */
const LOADS: Acts = {
  "a load": {
    before: loadOther,
    act(dead) {
      beginLoad(A, 5, 6).run(dead);
      endLoad(A, 5, 6).run(dead);
    },
    steps: 240,
  },
  "a load around a change": {
    before: loadOther,
    act: (dead) =>
      loadAround(first).slice(1).forEach((part) => void part.run(dead)),
    steps: 400,
  },
  "a load that is given up": {
    before: loadOther,
    act(dead) {
      beginLoad(A, 5, 6).run(dead);
      giveUpLoad.run(dead);
    },
    steps: 150,
  },
};
const DEATHS = 10;
const DEAD = slotOf(3);

const around = {
  programs: [
    [op.recover(DEAD), ...FREE],
    [addTo(A, 1, 1), ...FREE],
    [op.openSnapshot, getPairInSnapshot(A), getPairInSnapshot(A)],
  ],
  leaks: 1,
  prepare,
};
const deaths = deathsIn(ACTS, DEATHS, {
  ...around,
  group: "deaths in structures",
});

const loads = deathsIn(LOADS, DEATHS, { ...around, group: "deaths in loads" });

export const structures: Scenario[] = [...alive, ...deaths, ...loads];
