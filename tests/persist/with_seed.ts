import { SEED } from "../crash/scale.ts";

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
