/**
 * Measuring searches: how many there are, and how long they take. Each index object counts its own,
 * in private memory: so it costs two looks at the clock, and no worker waits for another one's
 * counters.
 *
 * @module
 */

import { timers } from "../timers.ts";

/** Searches by one index object: part of {@linkcode VectorIndexStats}. */
export interface VectorSearchStats {
  /** Searches that have returned. */
  searches: number;
  /** Vectors, and codes of vectors, that they have compared with a query. */
  comparisons: number;
  /** Searches in a second, the mean of the last ten whole seconds. */
  queriesPerSecond: number;
  /** The time of half of all searches, at most, in milliseconds; 0 if there was none. */
  p50: number;
  /** The time of 99 of a hundred searches, at most, in milliseconds. */
  p99: number;
}

/** Buckets of times: eight for each doubling, from a microsecond up. */
const PER_DOUBLING = 8;
const BUCKETS = 32 * PER_DOUBLING;
/** Whole seconds that a rate is about. */
const SECONDS = 10;

/** Measures the searches of one object. */
export class SearchMeter {
  #searches = 0;
  readonly #buckets = new Float64Array(BUCKETS);
  /** Searches of the second at hand, and of those before it. */
  readonly #bySecond = new Float64Array(SECONDS + 1);
  #second = 0;

  /** Runs a search, and measures it if it returns. */
  measure<T>(search: () => T): T {
    const start = timers.elapsed();
    const found = search();
    const end = timers.elapsed();
    this.#note(end, end - start);
    return found;
  }

  #note(now: number, milliseconds: number): void {
    this.#searches++;
    const doublings = Math.log2(Math.max(1, milliseconds * 1000));
    const bucket = Math.min(BUCKETS - 1, Math.floor(doublings * PER_DOUBLING));
    this.#buckets[bucket]++;
    this.#goTo(now);
    this.#bySecond[this.#second % (SECONDS + 1)]++;
  }

  /** Forgets the searches of seconds that are too long ago. */
  #goTo(now: number): void {
    const second = Math.floor(now / 1000);
    const first = Math.max(this.#second + 1, second - SECONDS);
    for (let i = first; i <= second; i++) this.#bySecond[i % (SECONDS + 1)] = 0;
    this.#second = second;
  }

  /**
   * What was measured.
   *
   * @param comparisons How much all searches have compared.
   */
  read(comparisons: number): VectorSearchStats {
    this.#goTo(timers.elapsed());
    const here = this.#bySecond[this.#second % (SECONDS + 1)];
    const all = this.#bySecond.reduce((sum, count) => sum + count, 0);
    return {
      searches: this.#searches,
      comparisons,
      queriesPerSecond: (all - here) / SECONDS,
      p50: this.#timeOf(0.5),
      p99: this.#timeOf(0.99),
    };
  }

  /** The end of the bucket up to which this share of the searches is. */
  #timeOf(share: number): number {
    if (this.#searches === 0) return 0;
    let left = this.#searches * share;
    const bucket = this.#buckets.findIndex((count) => (left -= count) <= 0);
    return 2 ** ((bucket + 1) / PER_DOUBLING) / 1000;
  }
}
