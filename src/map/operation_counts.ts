/**
 * What the operations of one participant count, each in its own record: see `counters.ts` for the
 * sums.
 *
 * @module
 */

import { LOAD_COUNTERS, P_LOAD_COUNTERS } from "../segment/layout.ts";
import type { Participant } from "../reclamation/participant.ts";

const LOADS = LOAD_COUNTERS.indexOf("loads");
const FAILURES = LOAD_COUNTERS.indexOf("loadFailures");
const TIME = LOAD_COUNTERS.indexOf("loadTime");

/** Counts operations, for `SharedMap.prototype.stats`. */
export class OperationCounts {
  readonly #floats: Float64Array;
  readonly #hits: number;
  readonly #misses: number;
  readonly #sets: number;
  readonly #deletes: number;
  readonly #loads: number;

  constructor(participant: Participant) {
    this.#floats = participant.segment.floats;
    this.#hits = participant.counterIndex("hits");
    this.#misses = participant.counterIndex("misses");
    this.#sets = participant.counterIndex("sets");
    this.#deletes = participant.counterIndex("deletes");
    this.#loads = (participant.base + P_LOAD_COUNTERS) / 2;
  }

  hit(): void {
    this.#floats[this.#hits]++;
  }

  miss(): void {
    this.#floats[this.#misses]++;
  }

  set(): void {
    this.#floats[this.#sets]++;
  }

  delete(): void {
    this.#floats[this.#deletes]++;
  }

  /** A load ended: it took so many milliseconds, and may have failed. */
  load(milliseconds: number, hasFailed: boolean): void {
    this.#floats[this.#loads + LOADS]++;
    if (hasFailed) this.#floats[this.#loads + FAILURES]++;
    this.#floats[this.#loads + TIME] += milliseconds;
  }
}
