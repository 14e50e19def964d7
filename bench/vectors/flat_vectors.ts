/**
 * What one would write by hand: vectors in one `Float32Array`, and a loop over all of them.
 *
 * @module
 */

/** Vectors, all of which a search compares, by their dot product. */
export class FlatVectors {
  readonly #dimensions: number;
  readonly #floats: Float32Array;
  #count = 0;

  /**
   * @param dimensions Components of a vector.
   * @param most How many there may be.
   */
  constructor(dimensions: number, most: number) {
    this.#dimensions = dimensions;
    this.#floats = new Float32Array(most * dimensions);
  }

  add(vector: Float32Array): void {
    this.#floats.set(vector, this.#count++ * this.#dimensions);
  }

  /** The `k` numbers with the highest products. */
  search(query: Float32Array, k: number): number[] {
    const floats = this.#floats;
    const dimensions = this.#dimensions;
    const best: { number: number; score: number }[] = [];
    let worst = -Infinity;
    for (let number = 0; number < this.#count; number++) {
      const row = number * dimensions;
      let score = 0;
      for (let i = 0; i < dimensions; i++) score += floats[row + i] * query[i];
      if (score <= worst) continue;
      best.push({ number, score });
      if (best.length <= k) continue;
      best.sort((a, b) => b.score - a.score).pop();
      worst = best[k - 1].score;
    }
    return best.map(({ number }) => number);
  }
}
