/**
 * Wake-ups: how a thread that waits for changes sleeps, without blocking, and is called back.
 *
 * All who wait on a word in one attachment share one sleep of the runtime's (`Atomics.waitAsync`).
 * The runtime tells of the end of a sleep by a task of its own, some time after it. All who share
 * the sleep by then are called back, also those who came to it after its end, since nothing else
 * would call them. So to be called back means only that it is time to look again.
 *
 * A sleep whose last waiter goes away is ended, and nothing is left of it. That may wake others on
 * the same word, who look, and fall asleep again.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { notify, sleepOn } = access;

/** Those who share a sleep. */
type Sleepers = Set<() => void>;

/** The sleeps of one attachment. */
export class WakeUps {
  readonly #words: Words;
  readonly #sleeps = new Map<number, Sleepers>();

  constructor(words: Words) {
    this.#words = words;
  }

  /** How many words somebody sleeps on, or has slept on until just now. */
  get sleeps(): number {
    return this.#sleeps.size;
  }

  /**
   * Calls back once, as a task of its own, when a word has changed; or sooner.
   *
   * @param word The word.
   * @param armed What it was armed to, before the caller looked at what it waits for.
   * @param wake What is called.
   * @returns What takes that back.
   */
  wait(word: number, armed: number, wake: () => void): () => void {
    const sleepers = this.#sleeps.get(word) ?? this.#sleep(word, armed);
    // One of its own, as the same function may wait twice.
    const sleeper = () => wake();
    sleepers.add(sleeper);
    return () => {
      if (sleepers.delete(sleeper) && sleepers.size === 0) {
        notify(this.#words, word);
      }
    };
  }

  #sleep(word: number, armed: number): Sleepers {
    const sleepers: Sleepers = new Set();
    const end = () => {
      this.#sleeps.delete(word);
      const woken = [...sleepers];
      sleepers.clear();
      for (const wake of woken) wake();
    };
    this.#sleeps.set(word, sleepers);
    const asleep = sleepOn(this.#words, word, armed);
    // A word that changes all the time must not keep the event loop from everything else.
    if (asleep === undefined) setImmediate(end);
    else asleep.then(end);
    return sleepers;
  }
}
