/**
 * Bounded waits: for what another worker is about to do, but not for long. (The searches put
 * another module in this one's place, which does not wait: where they kill a worker, or stop it,
 * nothing comes of waiting.)
 *
 * @module
 */

import { timers } from "../timers.ts";

/** How long a wait lasts: longer than any worker is interrupted for. */
const LIMIT_MS = 500;
/** The first nap, and the longest. */
const LEAST_NAP_MS = 0.01;
const LONGEST_NAP_MS = 1;
/** Nobody changes or wakes it. */
const pillow = new Int32Array(new SharedArrayBuffer(4));

/** One wait. */
export class BoundedWait {
  readonly #end: number;
  #ms = LEAST_NAP_MS;

  /** @param ms How long it lasts. */
  constructor(ms: number = LIMIT_MS) {
    this.#end = timers.elapsed() + ms;
  }

  /** Sleeps, each time a little longer; false, and it does not, once the wait is over. */
  nap(): boolean {
    if (timers.elapsed() > this.#end) return false;
    Atomics.wait(pillow, 0, 0, this.#ms);
    this.#ms = Math.min(LONGEST_NAP_MS, this.#ms * 2);
    return true;
  }
}
