/**
 * Tests of crews: each is run with the kernel, without it, and by workers of both kinds,
 * because both must behave alike, and work together.
 *
 * @module
 */
import type { SharedMapHandle } from "../../mod.ts";
import { Crew } from "./crew.ts";
import { KERNELS, type Kernels } from "./kernels.ts";
import { seeded } from "./random.ts";
import type { Role } from "./role.ts";
import { SCALE } from "./scale.ts";
import { WorkerPool } from "./worker_pool.ts";

/** The workers of all tests of a file. */
const pool = new WorkerPool();
Deno.test.afterAll(() => pool[Symbol.dispose]());

/** One run of a test. */
export class Run {
  readonly seed: number;
  readonly kernels: Kernels;

  constructor(seed: number, kernels: Kernels) {
    this.seed = seed;
    this.kernels = kernels;
  }

  /** A crew of this run, on a map. */
  crew<Roles extends Record<string, Role>>(
    script: URL,
    handle: SharedMapHandle,
  ): Crew<Roles> {
    return new Crew(script, handle, this.seed, this.kernels, pool);
  }

  /** What this run does of the work of a test, which its runs share. */
  share(work: number): number {
    return Math.ceil(work * SCALE / KERNELS.length);
  }
}

/**
 * The body of a test, for `Deno.test`: it is run once for each of `KERNELS`, with choices
 * of its own.
 */
export function inCrews(
  body: (run: Run, t: Deno.TestContext) => Promise<void>,
): (t: Deno.TestContext) => Promise<void> {
  return async (t) => {
    for (const [i, kernels] of KERNELS.entries()) {
      await t.step(
        kernels,
        seeded(({ seed }, t) => body(new Run(seed + i, kernels), t)),
      );
    }
  };
}
