import { Operation } from "../peers/contender.ts";
import type { Random } from "../measure/random.ts";

/**
 * Chooses the key of each operation, and knows what a correct map must answer.
 *
 * Each worker has keys of its own, numbered in the order of their insertion: an
 * insert takes the next number, always a fresh key; a delete takes the oldest key
 * that is left; a get or an update takes any number from the oldest on, out of a
 * span of twice as many as there are at the start. So about half of the reads
 * find nothing, as in a cache, and since nobody else touches these keys, every
 * answer is known beforehand and can be checked.
 */
export class Walk {
  /** Whether the key that was chosen last must be there. */
  expected = false;

  readonly #firstKey: number;
  readonly #keyCount: number;
  readonly #random: Random;
  #inserted = 0;
  #deleted = 0;
  #span = SMALLEST_SPAN;

  /** `firstKey` and `keyCount`: the key numbers that are this worker's own. */
  constructor(firstKey: number, keyCount: number, random: Random) {
    this.#firstKey = firstKey;
    this.#keyCount = keyCount;
    this.#random = random;
  }

  /** How many keys were inserted, those deleted since included. */
  get inserted(): number {
    return this.#inserted;
  }

  /** How many were deleted. */
  get deleted(): number {
    return this.#deleted;
  }

  /** The number of the key to use with `operation`; `expected` tells the answer. */
  choose(operation: Operation): number {
    if (operation === Operation.SET) return this.#insert();
    if (operation === Operation.DELETE && this.#deleted < this.#inserted) {
      this.expected = true;
      return this.#key(this.#deleted++);
    }
    const place = this.#deleted + this.#random.below(this.#span);
    this.expected = place < this.#inserted;
    return this.#key(place);
  }

  /** Makes the span fit the entries that are there now; growth does the rest. */
  settle(): void {
    const entries = this.#inserted - this.#deleted;
    while (this.#span < 2 * entries) this.#span *= 2;
  }

  #insert(): number {
    this.expected = false;
    if (this.#inserted - this.#deleted >= this.#span) this.#span *= 2;
    return this.#key(this.#inserted++);
  }

  #key(place: number): number {
    return this.#firstKey + place % this.#keyCount;
  }
}

const SMALLEST_SPAN = 16;
