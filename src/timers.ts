/**
 * Timers and clocks for the work that a map does by itself, as they are when this module is loaded. Programs that replace those of
 * the global scope, as tests with a fake clock do, stop none of that work; and none of it runs when they move their clock on.
 *
 * What is told to the user goes by `Date.now()` as it is then: when an entry expires, and how old a snapshot is. So a test
 * with a fake clock sees its entries expire.
 *
 * @module
 */

import { clearTimeout, setInterval, setTimeout } from "node:timers";

/** A timer that was set. */
export interface Timer {
  /** From here on it does not keep the program running. */
  unref(): unknown;
}

/** What sets timers, and tells the time. */
export interface Timers {
  /** Calls back once, so many milliseconds from now. */
  setTimeout(callback: () => void, ms: number): Timer;
  /** Calls back every so many milliseconds. */
  setInterval(callback: () => void, ms: number): Timer;
  /** Ends a timer; undefined is nothing. */
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
