/**
 * Random programs: three workers that each do a few things by chance, in a table that is
 * about to move. They find what nobody thought of.
 *
 * @module
 */
import { crowded } from "../../../src/table/permit_batch.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { Random } from "../../testing/random.ts";
import { SCALE } from "../../testing/scale.ts";
import { TWINS } from "./keys.ts";

const COUNT = 60 * Math.ceil(Math.sqrt(SCALE));
const WORKERS = 3;
const MOST_OPERATIONS = 3;
const SHIFT = 6;
const KEYS = [1, 2, ...TWINS];
const FILLER = 1000;

type Choice = (key: number, value: number) => Operation;

/** What is done to a key; what changes it more often. */
const ON_KEYS: readonly Choice[] = [
  (key) => op.get(key),
  (key) => op.hasTime(key),
  (key, value) => op.set(key, value),
  (key, value) => op.set(key, value),
  (key) => op.remove(key),
  (key) => op.remove(key),
  (key, value) => op.swap(key, value),
  (key) => op.take(key),
  (key, value) => op.compareAndSet(key, 5, value),
  (key, value) => op.compareAndSet(key, undefined, value),
  (key, value) => op.getOrInsert(key, value),
  (key) => op.increment(key),
  (key) => op.double(key),
  (key) => op.countInKeys(key + FILLER),
];

/** What is done besides. */
const ASIDE: readonly Operation[] = [
  op.collect,
  op.startMove,
  op.help,
  op.finishMove,
  op.purge,
  op.tidy,
  op.flush,
];

function makePrograms(random: Random): Operation[][] {
  let value = 10;
  const choose = () =>
    random.chance(0.3)
      ? random.pick(ASIDE)
      : ON_KEYS[random.below(ON_KEYS.length)](random.pick(KEYS), value++);
  return Array.from({ length: WORKERS }, (_, worker) => {
    const own = Array.from(
      { length: 1 + random.below(MOST_OPERATIONS) },
      choose,
    );
    const snaps = worker === 0 && random.chance(0.5);
    const shown = random.pick(KEYS);
    return snaps
      ? [
        op.openSnapshot,
        op.readSnapshot(shown),
        ...own,
        op.readSnapshot(shown),
      ]
      : own;
  });
}

/** Some keys are there, some deleted, and a few more fit in before a move starts. */
function prepare({ founder }: Setup, random: Random): void {
  for (const key of KEYS) {
    if (random.chance(0.6)) founder.map.set(key, 5);
    if (random.chance(0.3)) founder.map.delete(key);
  }
  const fillers = crowded(2 ** SHIFT) - 3 - random.below(3);
  for (let i = 0; i < fillers; i++) founder.map.set(FILLER + i, i);
}

export const randomPrograms: Scenario[] = Array.from(
  { length: COUNT },
  (_, seed) => {
    const programs = makePrograms(new Random(seed));
    return {
      group: "random programs",
      name: titleOf(programs, `random ${seed}`),
      shift: SHIFT,
      prepare: (setup) => prepare(setup, new Random(~seed)),
      programs,
    };
  },
);
