/**
 * The hashes of integers, remembered: keys that are integers are often few or close together, and
 * to hash one takes as long as the rest of a read from the cache.
 *
 * @module
 */

/**
 * How many integers are remembered, each in the place that its low bits say: they take a small part
 * of the innermost cache.
 */
const PLACES = 1024;

/** What one worker remembers of one map's hashes. */
export class HashMemo {
  /** An integer and its hash in each place; no hash is 0. */
  readonly #pairs = new Int32Array(2 * PLACES);

  /** The hash of an integer of 32 bits; 0: it is not remembered. */
  recall(integer: number): number {
    const at = placeOf(integer);
    return this.#pairs[at] === integer ? this.#pairs[at + 1] : 0;
  }

  /** Remembers a hash, in the place of another one. */
  remember(integer: number, hash: number): void {
    const at = placeOf(integer);
    this.#pairs[at] = integer;
    this.#pairs[at + 1] = hash;
  }
}

function placeOf(integer: number): number {
  return (integer & (PLACES - 1)) * 2;
}
