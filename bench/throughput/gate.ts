/**
 * A starting gate in shared memory: nobody passes before all are there, and all
 * read the same starting time.
 */
export class Gate {
  readonly #words: Int32Array;
  readonly #time: Float64Array;
  readonly #parties: number;

  static create(): SharedArrayBuffer {
    return new SharedArrayBuffer(16);
  }

  constructor(buffer: SharedArrayBuffer, parties: number) {
    this.#words = new Int32Array(buffer, 0, 2);
    this.#time = new Float64Array(buffer, 8, 1);
    this.#parties = parties;
  }

  /** Waits for the others; returns when the gate opened, by the common clock. */
  pass(): number {
    const arrived = Atomics.add(this.#words, ARRIVED, 1) + 1;
    if (arrived === this.#parties) this.#open();
    else if (this.#sleep() === "timed-out") {
      throw new Error(
        `Cannot start: ${this.#parties} workers were expected at the gate, ` +
          `${Atomics.load(this.#words, ARRIVED)} came`,
      );
    }
    return this.#time[0];
  }

  #open(): void {
    this.#time[0] = now();
    Atomics.store(this.#words, OPEN, 1);
    Atomics.notify(this.#words, OPEN);
  }

  #sleep(): string {
    return Atomics.wait(this.#words, OPEN, 0, TIMEOUT_MS);
  }
}

/** Milliseconds by a clock that all workers of the process share. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

const ARRIVED = 0;
const OPEN = 1;
const TIMEOUT_MS = 60_000;
