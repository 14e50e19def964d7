/**
 * Random choices that a seed brings back.
 *
 * @module
 */

/** Decides everything: printed by a test that fails. */
export const SEED: number = Number(Deno.env.get("EPOCHMAP_TEST_SEED") ?? "") ||
  crypto.getRandomValues(new Uint32Array(1))[0];

/** How hard to try: `EPOCHMAP_TEST_SCALE=20`. */
export const SCALE: number =
  Number(Deno.env.get("EPOCHMAP_TEST_SCALE") ?? "") || 1;

/** A source of random choices. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 up to, but not, `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % end;
  }
}

/** Runs a test's body; a failure says which seed brings it back. */
export async function withSeed(
  body: (seed: number) => void | Promise<void>,
): Promise<void> {
  try {
    await body(SEED);
  } catch (error) {
    console.error(`EPOCHMAP_TEST_SEED=${SEED} brings this back`);
    throw error;
  }
}
