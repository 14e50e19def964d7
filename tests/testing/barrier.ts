/**
 * Where workers wait for each other, to go on side by side.
 *
 * @module
 */

/** Words of a barrier's memory. */
const ARRIVED = 0;
const ROUND = 1;
const WORDS = 2;

/** How often a worker looks whether it was told to stop, while it waits. */
const STOP_CHECK_MS = 1_000;

/** One worker's view of a barrier. */
export class Barrier {
  readonly #words: Int32Array;
  readonly #count: number;
  readonly #isStopped: () => boolean;
  readonly #spins: number;

  /** The memory of a barrier, to be handed to all workers that meet there. */
  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(WORDS * 4);
  }

  /**
   * @param memory Made by `Barrier.memory()`.
   * @param count How many workers meet there.
   * @param isStopped Whether a worker that should come has failed.
   * @param spins How often to read the round before the thread sleeps.
   */
  constructor(
    memory: SharedArrayBuffer,
    count: number,
    isStopped: () => boolean,
    spins = 0,
  ) {
    this.#words = new Int32Array(memory);
    this.#count = count;
    this.#isStopped = isStopped;
    this.#spins = spins;
  }

  /** Returns when all have arrived. */
  wait(): void {
    const round = this.#arrive();
    for (let spin = 0; spin < this.#spins; spin++) {
      if (Atomics.load(this.#words, ROUND) !== round) return;
    }
    while (this.#isIn(round)) {
      Atomics.wait(this.#words, ROUND, round, STOP_CHECK_MS);
    }
  }

  /** The same, with the event loop running meanwhile. */
  async waitAsync(): Promise<void> {
    const round = this.#arrive();
    while (this.#isIn(round)) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  /** Returns the round in which this worker arrived; the last one to arrive ends it. */
  #arrive(): number {
    const words = this.#words;
    const round = Atomics.load(words, ROUND);
    if (Atomics.add(words, ARRIVED, 1) === this.#count - 1) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.add(words, ROUND, 1);
      Atomics.notify(words, ROUND);
    }
    return round;
  }

  #isIn(round: number): boolean {
    if (Atomics.load(this.#words, ROUND) !== round) return false;
    if (this.#isStopped()) throw new Error("another worker failed");
    return true;
  }
}
