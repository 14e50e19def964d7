/**
 * Operations on an entry whose time is over at some moment meanwhile.
 *
 * @module
 */
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

const KEY = 1;
const OLD = 5;
const OTHER = 2;
/** The time that the entry has. */
const BRIEF = 10;
const LONG = 1000;

function prepare({ founder }: Setup): void {
  founder.map.set(KEY, OLD, { ttl: BRIEF });
  founder.map.set(OTHER, 6);
}

/**
 * Each operation that sees an expiry or changes one, with a value of the caller's where it
 * writes one.
 */
const OPERATIONS: ((value: number) => readonly Operation[])[] = [
  () => [op.get(KEY), op.has(KEY)],
  () => [op.getText(KEY)],
  (value) => [op.swap(KEY, value)],
  () => [op.take(KEY)],
  () => [op.remove(KEY)],
  (value) => [op.compareAndSet(KEY, OLD, value)],
  (value) => [op.compareAndSetFor(KEY, OLD, value, LONG)],
  () => [op.incrementFor(KEY, LONG)],
  (value) => [op.getOrInsert(KEY, value)],
  () => [op.increment(KEY)],
  () => [op.double(KEY)],
  () => [op.expire(KEY, Infinity)],
  () => [op.expire(KEY, LONG)],
  () => [op.openSnapshot, op.readSnapshot(KEY), op.readSnapshot(OTHER)],
  (value) => [op.setFor(KEY, value, LONG)],
  () => [op.sweep],
];

/** What is done as soon as the time is over. */
const AFTERWARDS = [op.get(KEY), op.set(OTHER, 7)];

/** Every pair, beside the clock. */
const pairs: Scenario[] = OPERATIONS.flatMap((a, i) =>
  OPERATIONS.slice(i).map((b) => {
    const programs = [a(10), b(20), [op.pass(BRIEF), ...AFTERWARDS]];
    return {
      group: "expiry",
      name: titleOf(programs, `the key lives for ${BRIEF} ms`),
      prepare,
      programs,
    };
  })
);

// ---- a time to idle -----------------------------------------------------------------------------

const IDLE = 16;
/** By then an entry is to be renewed, and it ends before as much time has passed once more. */
const MOST = 17;

function prepareIdle({ founder }: Setup): void {
  founder.map.set(KEY, OLD);
}

const USES: ((value: number) => readonly Operation[])[] = [
  () => [op.use(KEY, IDLE)],
  () => [op.use(KEY, IDLE), op.use(KEY, IDLE)],
  (value) => [op.setFor(KEY, value, LONG)],
  () => [op.take(KEY)],
  () => [op.remove(KEY)],
  () => [op.openSnapshot, op.readSnapshot(KEY)],
  () => [op.sweep],
];

const idle = { group: "a time to idle", idle: IDLE, prepare: prepareIdle };

const uses: Scenario[] = USES.flatMap((a, i) =>
  USES.slice(i).map((b) => {
    const clock = [op.pass(MOST), op.pass(MOST), op.use(KEY, IDLE)];
    const programs = [a(10), b(20), clock];
    return { ...idle, name: titleOf(programs, "the key idles"), programs };
  })
);

/** All of them. */
export const expiry: Scenario[] = [
  ...pairs,
  ...uses,
  {
    ...idle,
    group: "a time to idle, but uses do not renew",
    name: "a use that gives more time without renewing, beside other uses",
    programs: [
      [op.useWithoutRenewal(KEY, IDLE)],
      [op.use(KEY, IDLE), op.use(KEY, IDLE)],
      [op.pass(IDLE * 9 / 8 + 1)],
    ],
    isSlip: true,
  },
];
