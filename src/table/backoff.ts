/**
 * Back-off: what a writer does when another one was faster.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { pause } from "../segment/atomics.ts";

/** Pauses after the first lost race, and at most. */
const LEAST_PAUSES = 1;
const MOST_PAUSES = 64;

/** Bounded exponential back-off; the number of lost races is counted. */
export class Backoff {
  readonly #participant: Participant;
  #pauses = LEAST_PAUSES;

  constructor(participant: Participant) {
    this.#participant = participant;
  }

  /** Before an operation's first try. */
  reset(): void {
    this.#pauses = LEAST_PAUSES;
  }

  /** After a lost race. Returns soon, whatever the others do. */
  wait(): void {
    this.#participant.count("retries");
    for (let i = 0; i < this.#pauses; i++) pause();
    this.#pauses = Math.min(MOST_PAUSES, this.#pauses * 2);
  }
}
