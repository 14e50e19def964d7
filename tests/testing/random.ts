/**
 * Random choices that a seed repeats. A test that makes them prints its seed when it
 * fails.
 *
 * @module
 */

/** What the random choices of this run start from: another seed each time, unless one is given. */
export const SEED: number = Number(Deno.env.get("EPOCHMAP_TEST_SEED") ?? "") ||
  crypto.getRandomValues(new Uint32Array(1))[0];

/** Random numbers: "mulberry32", 32 bits of state. */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed | 0;
  }

  /** Any 32 bits, as a signed number. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return t ^ (t >>> 14);
  }

  /** A number from 0 up to, but not, 1. */
  fraction(): number {
    return (this.word() >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** One of several. */
  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)];
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }
}

/** The body of a test that makes random choices, for `Deno.test`. */
export function seeded(
  body: (random: Random, t: Deno.TestContext) => void | Promise<void>,
): (t: Deno.TestContext) => Promise<void> {
  return async (t) => {
    try {
      await body(new Random(SEED), t);
    } catch (error) {
      throw told(error, `EPOCHMAP_TEST_SEED=${SEED} brings this back`);
    }
  };
}

/**
 * Runs for each seed from 1 on, which are the same in every run; a failure says with which
 * of them it came.
 */
export function forSeeds(count: number, run: (random: Random) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      run(new Random(seed));
    } catch (error) {
      throw told(error, `seed ${seed}`);
    }
  }
}

/** An error whose message tells something more. */
function told(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return new Error(`${error} (${what})`);
  // Some have a message that cannot be assigned to.
  const value = `${error.message} (${what})`;
  return Object.defineProperty(error, "message", { value });
}
