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
export const expiry: Scenario[] = OPERATIONS.flatMap((a, i) =>
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
