/**
 * Alarms: timers for any time, however far away. They do not keep the program alive.
 *
 * @module
 */

import { LONGEST_MS, type Timer, timers } from "../timers.ts";

/** Something to be called at some time. */
export class Alarm {
  readonly #call: () => void;
  #timer: Timer | undefined;
  #end = 0;

  /** @param call Called once for each time that it is set, unless it is set anew before. */
  constructor(call: () => void) {
    this.#call = call;
  }

  /** Sets it, so many milliseconds from now; `Infinity`: never. */
  set(ms: number): void {
    this.clear();
    if (ms === Infinity) return;
    this.#end = timers.elapsed() + ms;
    this.#start();
  }

  #start(): void {
    const left = Math.ceil(this.#end - timers.elapsed());
    this.#timer = timers.setTimeout(
      () => this.#ring(),
      Math.min(LONGEST_MS, Math.max(1, left)),
    );
    this.#timer.unref();
  }

  #ring(): void {
    this.#timer = undefined;
    if (timers.elapsed() < this.#end) this.#start();
    else this.#call();
  }

  /** Takes it back. Does nothing if it is not set. */
  clear(): void {
    timers.clear(this.#timer);
    this.#timer = undefined;
  }
}
