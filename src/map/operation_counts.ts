/**
 * What the operations of one participant count, each in its own record: see `counters.ts` for the
 * sums.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";

/** Counts operations, for `SharedMap.prototype.stats`. */
export class OperationCounts {
  readonly #floats: Float64Array;
  readonly #hits: number;
  readonly #misses: number;
  readonly #sets: number;
  readonly #deletes: number;

  constructor(participant: Participant) {
    this.#floats = participant.segment.floats;
    this.#hits = participant.counterIndex("hits");
    this.#misses = participant.counterIndex("misses");
    this.#sets = participant.counterIndex("sets");
    this.#deletes = participant.counterIndex("deletes");
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
}
