/**
 * The best of many scores: the highest first; of equal ones that with the lowest number.
 *
 * @module
 */

/** Gives numbers one by one, the best first: O(n) for the first, O(log n) for each next one. */
export class Ranking {
  readonly #scores: Float32Array;
  readonly #heap: Uint32Array;
  #length: number;

  /**
   * @param scores The scores, by number.
   * @param numbers The numbers that are ranked: the ranking takes them over.
   */
  constructor(scores: Float32Array, numbers: Uint32Array) {
    this.#scores = scores;
    this.#heap = numbers;
    this.#length = numbers.length;
    for (let i = (this.#length >>> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  /** The best of those that are left; -1: none is. */
  next(): number {
    if (this.#length === 0) return -1;
    const heap = this.#heap;
    const best = heap[0];
    heap[0] = heap[--this.#length];
    this.#sink(0);
    return best;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moved = heap[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#length) break;
      if (
        child + 1 < this.#length && this.#isBetter(heap[child + 1], heap[child])
      ) child++;
      if (!this.#isBetter(heap[child], moved)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
  }

  #isBetter(a: number, b: number): boolean {
    const difference = this.#scores[a] - this.#scores[b];
    return difference > 0 || difference === 0 && a < b;
  }
}

/** The numbers of the `k` best of the first `count` scores, in no order. O(n + k log k log n). */
export function highest(
  scores: Float32Array,
  count: number,
  k: number,
): Uint32Array {
  if (k >= count) return Uint32Array.from({ length: count }, (_, i) => i);
  // A heap whose root is the worst that is kept: most scores are compared with it, and no more.
  const heap = Uint32Array.from({ length: k }, (_, i) => i);
  for (let i = (k >>> 1) - 1; i >= 0; i--) sinkWorst(scores, heap, i);
  let worst = scores[heap[0]];
  for (let i = k; i < count; i++) {
    if (!(scores[i] > worst)) continue;
    heap[0] = i;
    sinkWorst(scores, heap, 0);
    worst = scores[heap[0]];
  }
  return heap;
}

function sinkWorst(
  scores: Float32Array,
  heap: Uint32Array,
  from: number,
): void {
  const { length } = heap;
  const moved = heap[from];
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= length) break;
    if (child + 1 < length && isWorse(scores, heap[child + 1], heap[child])) {
      child++;
    }
    if (!isWorse(scores, heap[child], moved)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

function isWorse(scores: Float32Array, a: number, b: number): boolean {
  const difference = scores[a] - scores[b];
  return difference < 0 || difference === 0 && a > b;
}
