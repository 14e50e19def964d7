/**
 * Latency: times one operation in 16, so that timing changes little.
 *
 * @module
 */

const ONE_IN = 16;

/** Times some of the operations of one kind. */
export class Stopwatch {
  #samples: number[] = [];
  #operations = 0;

  /** Does an operation, and perhaps times it. */
  time<T>(operation: () => T): T {
    if (!this.#isTurn()) return operation();
    const start = performance.now();
    const result = operation();
    this.#samples.push(performance.now() - start);
    return result;
  }

  /** The same for an operation that answers later. */
  async timeAnswer<T>(operation: () => Promise<T>): Promise<T> {
    if (!this.#isTurn()) return operation();
    const start = performance.now();
    const result = await operation();
    this.#samples.push(performance.now() - start);
    return result;
  }

  #isTurn(): boolean {
    return this.#operations++ % ONE_IN === 0;
  }

  /** The times in milliseconds, less what the clock itself takes. */
  get samples(): Float64Array {
    return Float64Array.from(
      this.#samples,
      (time) => Math.max(0, time - CLOCK_TIME),
    );
  }
}

/** The shortest time from one look at the clock to the next. */
const CLOCK_TIME = (() => {
  const looks = Float64Array.from({ length: 10_000 }, () => performance.now());
  return Math.min(...looks.slice(1).map((look, at) => look - looks[at]));
})();

/** The time that a share of the samples does not exceed; `NaN` if there are none. */
export function percentile(samples: Float64Array, share: number): number {
  const sorted = samples.toSorted();
  const at = Math.ceil(share * sorted.length) - 1;
  return sorted[Math.max(0, at)] ?? NaN;
}
