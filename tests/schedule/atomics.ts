/**
 * Stands in for `src/segment/atomics.ts` where a search decides who runs:
 * `instrumented.json` maps that module to this one. Every operation is a step; a
 * fault may be planted in it, what it reads is checked, and it is written down when
 * a schedule is replayed.
 *
 * @module
 */
import * as real from "../../src/segment/atomics.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { injection } from "./faults.ts";
import { checkRead, checkTarget } from "./freed.ts";
import { fallAsleep, wakeAll } from "./sleepers.ts";
import { trace } from "./trace.ts";
import { READ, step, WRITE } from "./scheduler.ts";

export type { Words };
export const { pause } = real;

export function load(words: Words, index: number): number {
  step(index, READ);
  const value = injection().load?.(words, index) ?? look(words, index);
  trace("load", index, value);
  return checkRead(index, value);
}

/** An optimistic read that is led astray by what was freed sees nothing there. */
function look(words: Words, index: number): number {
  return index in words ? real.load(words, index) : 0;
}

function plain(words: Words, index: number): number {
  step(index, READ);
  const value = real.hint(words, index);
  trace("plain", index, value);
  return checkRead(index, value);
}

export function hint(words: Words, index: number): number {
  return plain(words, index);
}

export function own(words: Words, index: number): number {
  return plain(words, index);
}

export function fixed(words: Words, index: number): number {
  return plain(words, index);
}

/** No step: nothing comes of it. */
export function touch(words: Words, index: number): number {
  return real.touch(words, index);
}

export function release(words: Words, index: number, value: number): void {
  step(index, WRITE);
  trace("release", index, value);
  real.release(words, index, value);
}

export function store(words: Words, index: number, value: number): void {
  step(index, WRITE);
  trace("store", index, value);
  if (injection().store?.(words, index, value)) return;
  real.store(words, index, value);
}

export function poke(words: Words, index: number, value: number): void {
  step(index, WRITE);
  trace("poke", index, value);
  real.poke(words, index, injection().poke?.(words, index, value) ?? value);
}

export function add(words: Words, index: number, by: number): number {
  step(index, READ | WRITE);
  trace("add", index, by);
  return checkRead(index, real.add(words, index, by));
}

export function compareAndSet(
  words: Words,
  index: number,
  expected: number,
  value: number,
): boolean {
  step(index, READ | WRITE);
  checkTarget(words, index);
  const set = injection().compareAndSet?.(words, index, expected, value) ??
    real.compareAndSet(words, index, expected, value);
  trace(set ? "set" : "fail", index, value, expected);
  return set;
}

/** Nobody sleeps in a search, where one worker runs at a time: it is noted who does. */
export function notify(words: Words, index: number): void {
  step(index, WRITE);
  trace("notify", index, 0);
  if (!injection().notify?.(words, index)) wakeAll(index);
}

export function sleepOn(
  words: Words,
  index: number,
  expected: number,
): Promise<never> | undefined {
  step(index, READ);
  const stands = injection().sleepsAnyway ??
    real.hint(words, index) === expected;
  trace(stands ? "sleep" : "awake", index, expected);
  if (!stands) return undefined;
  fallAsleep(index);
  return new Promise(() => {});
}
