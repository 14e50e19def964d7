/**
 * Stands in for `src/segment/atomics.ts` where a worker is to die at a chosen
 * operation on a shared word, or to pause at some: `instrumented.json` maps that
 * module to this one. A fault may be planted in it.
 *
 * @module
 */
import * as real from "../../src/segment/atomics.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { INJECTED } from "./faults.ts";

export type { Words };
export const { pause } = real;

/** Which operations count: all, or those that may change a word. */
export type Counted = "all" | "writes";

/** More operations than the living need between two deaths: they run in circles. */
const TOO_MANY = 20_000_000;

let left = Infinity;
let reads = 0;
let taken = 0;
let dead = false;
let ends = true;
let die: () => never = giveUp;

function giveUp(): never {
  throw new Error("An operation does not end");
}

/**
 * Lets `how` end this worker in the place of the operation number `step`,
 * counted from 1. `how` must not return.
 */
export function dieAt(step: number, counted: Counted, how: () => never): void {
  left = step;
  reads = counted === "all" ? 1 : 0;
  taken = 0;
  dead = false;
  ends = true;
  die = how;
}

/**
 * The same for an exception, as that of a stack that overflows: `how` throws
 * once, and what follows (each `finally`, and later operations) is done.
 */
export function failAt(step: number, counted: Counted, how: () => never): void {
  dieAt(step, counted, how);
  ends = false;
}

/**
 * Pauses, which give others time for much in between: how many operations there
 * are between two, on average, how many milliseconds the longest takes, and in
 * which workers, if not in all. `1000:3`, `1000:3:reader`; none by default.
 */
const [OFTEN, LONGEST] = (() => {
  const told = Deno.env.get("EPOCHMAP_TEST_STUMBLE") ?? "";
  const [often, longest, name = self.name] = told.split(":");
  return told === "" || name !== self.name
    ? [Infinity, 0]
    : [Number(often), Number(longest)];
})();
const neverNotified = new Int32Array(new SharedArrayBuffer(4));
let untilPause = OFTEN;

function stumble(): void {
  untilPause = 2 * OFTEN * Math.random();
  Atomics.wait(neverNotified, 0, 0, LONGEST * Math.random());
}

/** Ends the counting, or a death; returns what was counted, and whether it was a death. */
export function live(): { steps: number; died: boolean } {
  const ended = { steps: taken, died: dead };
  left = TOO_MANY;
  reads = 1;
  dead = false;
  die = giveUp;
  return ended;
}

/** What is dead stays dead: the `finally` of an operation changes nothing. */
function step(weight: number): void {
  if (--untilPause < 0) stumble();
  if (dead && ends) die();
  taken += weight;
  left -= weight;
  if (left > 0 || weight === 0) return;
  dead = true;
  if (!ends) left = TOO_MANY;
  die();
}

export function load(words: Words, index: number): number {
  step(reads);
  return real.load(words, index);
}

function plain(words: Words, index: number): number {
  step(reads);
  return real.hint(words, index);
}

export function hint(words: Words, index: number): number {
  return plain(words, index);
}

export function own(words: Words, index: number): number {
  return plain(words, INJECTED.at?.(index) ?? index);
}

export function fixed(words: Words, index: number): number {
  return plain(words, index);
}

/** No step: nothing comes of it. */
export function touch(words: Words, index: number): number {
  return real.touch(words, index);
}

export function release(words: Words, index: number, value: number): void {
  step(1);
  real.release(words, index, value);
}

export function store(words: Words, index: number, value: number): void {
  step(1);
  real.store(words, index, value);
}

export function poke(words: Words, index: number, value: number): void {
  step(1);
  if (INJECTED.poke?.(words, index, value)) return;
  real.poke(words, INJECTED.at?.(index) ?? index, value);
}

export function add(words: Words, index: number, by: number): number {
  step(1);
  return real.add(words, index, by);
}

export function compareAndSet(
  words: Words,
  index: number,
  expected: number,
  value: number,
): boolean {
  step(1);
  return INJECTED.compareAndSet?.(words, index, expected, value) ??
    real.compareAndSet(words, index, expected, value);
}

/** The words whose sleepers were woken. */
export const woken: Set<number> = new Set();

export function notify(words: Words, index: number): void {
  step(1);
  if (INJECTED.notify?.(index)) return;
  woken.add(index);
  real.notify(words, index);
}

export const { sleepOn } = real;
