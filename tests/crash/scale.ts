/**
 * How hard the tests of workers and deaths try: 1 as a rule, more for a longer
 * search: `EPOCHMAP_TEST_SCALE=20 deno task test`.
 *
 * @module
 */
export const SCALE: number =
  Number(Deno.env.get("EPOCHMAP_TEST_SCALE") ?? "") || 1;

/** What a random choice starts from; a failure prints it, and this brings it back. */
export const SEED: number = Number(Deno.env.get("EPOCHMAP_TEST_SEED") ?? "") ||
  crypto.getRandomValues(new Uint32Array(1))[0];
