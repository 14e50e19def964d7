/**
 * What keeps a program alive while it waits: to the runtime, a sleep on a word is no reason to go
 * on.
 *
 * @module
 */

import { LONGEST_MS, type Timer, timers } from "../timers.ts";

let reasons = 0;
let timer: Timer | undefined;

/** Keeps this thread's event loop alive until what it returns is called. */
export function keepAlive(): () => void {
  if (reasons++ === 0) timer = timers.setInterval(() => {}, LONGEST_MS);
  let isKept = true;
  return () => {
    if (!isKept) return;
    isKept = false;
    if (--reasons > 0) return;
    timers.clear(timer);
    timer = undefined;
  };
}
