/**
 * Workers that load a value from a database, beside others that change it there, and then delete
 * the key, or set it: nothing old stays in the map.
 *
 * @module
 */
import type { Segment } from "../../../src/segment/segment.ts";
import { Client } from "../client.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { FOUNDER, slotOf } from "../participants.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { type Acts, deathsIn } from "./deaths.ts";

const KEY = 1;
/** The key that stands for the database. */
const DATABASE = 2;
const GROUP = "loading";

const STATES: Record<string, (setup: Setup) => void> = {
  "no entry": ({ founder }) => void founder.map.set(DATABASE, 5),
  "a move has begun": ({ founder }) => {
    founder.map.set(DATABASE, 5);
    op.startMove.run(founder);
  },
};

const LOAD = [op.takeLease(KEY), op.loadFrom(DATABASE), op.keepLoaded(KEY)];
const CHANGE = op.set(DATABASE, 10);
const SET = op.set(KEY, 10);
const DELETE = [CHANGE, op.removeBlindly(KEY)];

/** What is in the map is what is in the database. */
function checkValue(segment: Segment): string {
  const { map } = new Client(segment, FOUNDER);
  const [value, original] = [map.get(KEY), map.get(DATABASE)];
  return value === undefined || value === original
    ? ""
    : `${value} is kept, and the database has ${original}`;
}

function scenario(
  programs: readonly (readonly Operation[])[],
  state = "no entry",
  group = GROUP,
): Scenario {
  const name = titleOf(programs, state);
  const prepare = STATES[state];
  return { group, name, prepare, programs, check: checkValue };
}

function slip(
  programs: readonly (readonly Operation[])[],
  group: string,
): Scenario {
  return { ...scenario(programs, "no entry", group), isSlip: true };
}

/** What one died in that had loaded a value. */
const ACTS: Acts = {
  "keeping a value": {
    act: ({ loading }) => void loading.keep(),
    steps: 240,
  },
};
const DEATHS = 24;

/** The dead one may have kept it before the change, or not at all. */
const afterDeaths = deathsIn(ACTS, DEATHS, {
  group: "deaths in loading",
  programs: [[op.recover(slotOf(2))], DELETE],
  leaks: 2,
  prepare: STATES["no entry"],
  before: (dead) => {
    for (const { run } of [...LOAD, op.removeBlindly(KEY)]) run(dead); // now it has blocks
    LOAD[0].run(dead);
    LOAD[1].run(dead);
  },
}).map((scenario) => ({ ...scenario, check: checkValue }));

/** Beside one change, and beside what makes it go away again, or puts a copy in its place. */
export const loading: Scenario[] = [
  ...Object.keys(STATES).map((state) => scenario([LOAD, DELETE], state)),
  scenario([LOAD, [CHANGE, SET]]),
  scenario([LOAD, [CHANGE, SET], [op.evictKey(KEY)]]),
  scenario([LOAD, [CHANGE, SET, op.removeBlindly(KEY)]]),
  scenario([LOAD, LOAD, DELETE]),
  scenario([LOAD, DELETE, [op.expire(KEY, 1000)]]),
  scenario([LOAD, [...DELETE, op.get(KEY)]]),
  slip(
    [[op.loadFrom(DATABASE), op.takeLease(KEY), op.keepLoaded(KEY)], DELETE],
    "loading, but the lease comes late",
  ),
  slip(
    [LOAD, [op.removeBlindly(KEY), CHANGE]],
    "loading, but the delete comes before the change",
  ),
  ...afterDeaths,
];
