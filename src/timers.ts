/**
 * Timers and clocks for the work that a map does by itself, as they are when this module is
 * loaded. A program that replaces those of the global scope, as a test with a fake clock does,
 * does not stop that work, nor does it run when the fake clock is moved on.
 *
 * What users see goes by `Date.now()` at that time: when an entry expires, and how old a
 * snapshot is. So a test with a fake clock sees its entries expire.
 *
 * @module
 */

import { clearTimeout, setInterval, setTimeout } from "node:timers";

/** A timer that was set. */
export interface Timer {
  /** Lets the program end although the timer is set. */
  unref(): unknown;
}

/** As long as a timer can be set for, in milliseconds. */
export const LONGEST_MS: number = 2 ** 31 - 1;

/** What sets timers, and tells the time. */
export interface Timers {
  /** Calls back once, so many milliseconds from now. */
  setTimeout(callback: () => void, ms: number): Timer;
  /** Calls back every so many milliseconds. */
  setInterval(callback: () => void, ms: number): Timer;
  /** Ends a timer. Does nothing if there is none. */
  clear(timer: Timer | undefined): void;
  /** The wall clock, which all threads share, in milliseconds since 1970. It may be set back. */
  now(): number;
  /** A clock of this thread that is never set back, in milliseconds since some moment. */
  elapsed(): number;
}

const { now } = Date;

/** Those of the runtime. (The tests swap them.) */
export const timers: Timers = {
  setTimeout,
  setInterval,
  clear(timer) {
    clearTimeout(timer as ReturnType<typeof setTimeout> | undefined);
  },
  now,
  elapsed: performance.now.bind(performance),
};

/** Resolves after so many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void timers.setTimeout(resolve, ms));
}
