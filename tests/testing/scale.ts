/**
 * How hard the tests that search try: 1 as a rule, more for a longer search:
 * `EPOCHMAP_TEST_SCALE=20 deno task test`.
 *
 * @module
 */
export const SCALE: number =
  Number(Deno.env.get("EPOCHMAP_TEST_SCALE") ?? "") || 1;
