/**
 * Crowds: three parts that each do a few things by chance, in a table that is about to
 * move. What nobody thought of.
 *
 * @module
 */
import { crowded } from "../../../src/table/slot_permits.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Props, type Scenario, titleOf } from "../scenario.ts";
import { Random } from "../../testing/random.ts";
import { SCALE } from "../../testing/scale.ts";
import { TWINS } from "./keys.ts";

const CROWDS = 60 * Math.ceil(Math.sqrt(SCALE));
const PARTS = 3;
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
  (key) => op.meet(key + FILLER),
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

function makeParts(random: Random): Operation[][] {
  let value = 10;
  const choose = () =>
    random.chance(0.3)
      ? random.pick(ASIDE)
      : ON_KEYS[random.below(ON_KEYS.length)](random.pick(KEYS), value++);
  return Array.from({ length: PARTS }, (_, part) => {
    const own = Array.from(
      { length: 1 + random.below(MOST_OPERATIONS) },
      choose,
    );
    const snaps = part === 0 && random.chance(0.5);
    const shown = random.pick(KEYS);
    return snaps
      ? [op.openSnapshot, op.look(shown), ...own, op.look(shown)]
      : own;
  });
}

/** Some keys there, some deleted, and room for a few more before a move starts. */
function prepare({ founder }: Props, random: Random): void {
  for (const key of KEYS) {
    if (random.chance(0.6)) founder.map.set(key, 5);
    if (random.chance(0.3)) founder.map.delete(key);
  }
  const fillers = crowded(2 ** SHIFT) - 3 - random.below(3);
  for (let i = 0; i < fillers; i++) founder.map.set(FILLER + i, i);
}

export const crowds: Scenario[] = Array.from({ length: CROWDS }, (_, seed) => {
  const parts = makeParts(new Random(seed));
  return {
    group: "crowds",
    name: titleOf(parts, `crowd ${seed}`),
    shift: SHIFT,
    prepare: (props) => prepare(props, new Random(~seed)),
    parts,
  };
});
