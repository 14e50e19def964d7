/**
 * Time slices: long work gives the event loop a turn now and then.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { timers } from "../timers.ts";

/** How long the event loop may wait, in milliseconds. */
const SLICE_MS = 5;

/** Work in slices. */
export class TimeSlices {
  #began = timers.elapsed();

  /** Whether the slice is over: then a turn is due. */
  get isOver(): boolean {
    return timers.elapsed() - this.#began > SLICE_MS;
  }

  /** Begins the next slice: the event loop has just had a turn. */
  begin(): void {
    this.#began = timers.elapsed();
  }

  /** Gives the event loop a turn. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(() => resolve()));
    this.begin();
  }
}
