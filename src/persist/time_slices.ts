/**
 * Time slices: long work gives the event loop a turn now and then.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { timers } from "../timers.ts";

/** How long the event loop may wait, in milliseconds. */
const SLICE_MS = 10;

/** Work in slices. */
export class TimeSlices {
  #began = timers.elapsed();

  /** Whether the slice is over: then `pause` is due. */
  get isOver(): boolean {
    return timers.elapsed() - this.#began > SLICE_MS;
  }

  /** Gives the event loop a turn. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(() => resolve()));
    this.#began = timers.elapsed();
  }
}
