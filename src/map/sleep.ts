/**
 * Sleeps: a waiter sleeps until a word changes, or until a time, as an entry that expires changes
 * without a write.
 *
 * @module
 */

import { Alarm } from "./alarm.ts";
import type { WakeUps } from "./wake_ups.ts";

/** The sleep of one waiter. */
export class Sleep {
  readonly #wakeUps: WakeUps;
  #alarm: Alarm | undefined;
  #stop: (() => void) | undefined;

  constructor(wakeUps: WakeUps) {
    this.#wakeUps = wakeUps;
  }

  /**
   * Begins. It has to be ended before the next one.
   *
   * @param word The word.
   * @param armed What it was armed to, before the caller looked at what it waits for.
   * @param until The time, in milliseconds since 1970; `Infinity`: none.
   * @param wake Called as a task of its own when it is time to look again.
   */
  begin(word: number, armed: number, until: number, wake: () => void): void {
    this.#stop = this.#wakeUps.wait(word, armed, wake);
    this.#alarm = new Alarm(wake);
    this.#alarm.set(until - Date.now());
  }

  /** Ends, and takes back what would wake. Can be called again. */
  end(): void {
    this.#alarm?.clear();
    this.#stop?.();
    this.#stop = undefined;
  }
}
