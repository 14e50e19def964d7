import type { Stage } from "../testing/role.ts";

/** Words of a starting line. */
const WORDS = { arrived: 0, round: 1, words: 2 };

/**
 * Looks at the others before a worker goes to sleep. To be woken takes longer
 * than a history: those who wait awake start together. But where there are more
 * workers than processors, whoever waits awake keeps another from coming.
 */
const LOOKS = 10_000;

/** Where workers wait for each other so that they start within a fraction of a microsecond. */
export class StartingLine {
  readonly #words: Int32Array;
  readonly #stage: Stage;
  readonly #looks: number;

  /** The memory of a line, to be handed to all workers. */
  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(WORDS.words * 4);
  }

  constructor(memory: SharedArrayBuffer, stage: Stage) {
    this.#words = new Int32Array(memory);
    this.#stage = stage;
    this.#looks = stage.count <= navigator.hardwareConcurrency ? LOOKS : 0;
  }

  /** Returns when everyone is here. */
  meet(): void {
    const words = this.#words;
    const round = Atomics.load(words, WORDS.round);
    if (Atomics.add(words, WORDS.arrived, 1) === this.#stage.count - 1) {
      Atomics.store(words, WORDS.arrived, 0);
      Atomics.add(words, WORDS.round, 1);
      Atomics.notify(words, WORDS.round);
      return;
    }
    for (let look = 0; look < this.#looks; look++) {
      if (Atomics.load(words, WORDS.round) !== round) return;
    }
    this.#sleepUntilAfter(round);
  }

  #sleepUntilAfter(round: number): void {
    const words = this.#words;
    while (Atomics.load(words, WORDS.round) === round) {
      if (this.#stage.stopped) throw new Error("another worker failed");
      Atomics.wait(words, WORDS.round, round, 1_000);
    }
  }
}
