/**
 * Vectors as embeddings are: they lie in clusters, and in fewer dimensions than they have.
 *
 * @module
 */

const LATENT = 32;
const CENTRES = 200;
/** How far vectors of a cluster are apart, in its dimensions, and in all of them. */
const SPREAD = 0.6;
const NOISE = 0.3;

/** A mixture of normal distributions, the same for one seed. */
export class Mixture {
  readonly dimensions: number;
  #state: number;
  readonly #basis: Float32Array;
  readonly #centres: readonly Float32Array[];

  constructor(dimensions: number, seed: number) {
    this.dimensions = dimensions;
    this.#state = seed;
    this.#basis = this.#normals(LATENT * dimensions);
    this.#centres = Array.from(
      { length: CENTRES },
      () => this.#normals(LATENT),
    );
  }

  /** So many vectors of it. */
  take(count: number): Float32Array[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): Float32Array {
    const { dimensions } = this;
    const centre = this.#centres[Math.floor(this.#fraction() * CENTRES)];
    const vector = this.#normals(dimensions).map((x) => x * NOISE);
    for (let i = 0; i < LATENT; i++) {
      const along = centre[i] + SPREAD * this.#normal();
      const first = i * dimensions;
      for (let j = 0; j < dimensions; j++) {
        vector[j] += along * this.#basis[first + j];
      }
    }
    return vector;
  }

  #normals(length: number): Float32Array {
    return Float32Array.from({ length }, () => this.#normal());
  }

  /** By the transform of Box and Muller. */
  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#fraction()));
    return radius * Math.cos(2 * Math.PI * this.#fraction());
  }

  /** From 0 up to, but not, 1: "mulberry32". */
  #fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
