/**
 * A mutex for workers, as in Drepper, "Futexes are tricky", 2011.
 *
 * @module
 */

const FREE = 0;
const TAKEN = 1;
const AWAITED = 2;

/** A mutex in a word of shared memory. */
export class Mutex {
  readonly word: Int32Array;

  constructor(word: Int32Array = new Int32Array(new SharedArrayBuffer(4))) {
    this.word = word;
  }

  /** Runs something while nobody else does who has the mutex. */
  locked<T>(run: () => T): T {
    const { word } = this;
    if (Atomics.compareExchange(word, 0, FREE, TAKEN) !== FREE) {
      while (Atomics.exchange(word, 0, AWAITED) !== FREE) {
        Atomics.wait(word, 0, AWAITED);
      }
    }
    try {
      return run();
    } finally {
      if (Atomics.exchange(word, 0, FREE) === AWAITED) {
        Atomics.notify(word, 0, 1);
      }
    }
  }
}
