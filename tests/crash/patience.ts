/**
 * Stands in for `src/epoch/patience.ts` where a worker dies or is stopped at a step:
 * nothing comes of waiting for that one. Workers that only stumble are waited for.
 *
 * @module
 */
import { Patience as RealPatience } from "../../src/epoch/patience.ts";

class NoPatience {
  nap(): boolean {
    return false;
  }
}

export const Patience: typeof RealPatience | typeof NoPatience =
  Deno.env.get("EPOCHMAP_TEST_STUMBLE") === undefined
    ? NoPatience
    : RealPatience;
