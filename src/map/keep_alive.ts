/**
 * What keeps a program alive while it waits: to the runtime, a sleep on a word is no reason to go
 * on.
 *
 * @module
 */

import { type Timer, timers } from "../timers.ts";

/** As long as a timer can be set for, in milliseconds. */
const LONG_MS = 2 ** 31 - 1;

let reasons = 0;
let timer: Timer | undefined;

/** Keeps this thread's event loop alive until what it returns is called. */
export function keepAlive(): () => void {
  if (reasons++ === 0) timer = timers.setInterval(() => {}, LONG_MS);
  let isKept = true;
  return () => {
    if (!isKept) return;
    isKept = false;
    if (--reasons > 0) return;
    timers.clear(timer);
    timer = undefined;
  };
}
