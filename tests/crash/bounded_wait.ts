/**
 * Stands in for `src/reclamation/bounded_wait.ts` where a worker dies or is stopped at a
 * step: to wait for that worker would be in vain. Workers that only stumble are waited
 * for.
 *
 * @module
 */
import { BoundedWait as RealBoundedWait } from "../../src/reclamation/bounded_wait.ts";

class NoWait {
  nap(): boolean {
    return false;
  }
}

export const BoundedWait: typeof RealBoundedWait | typeof NoWait =
  Deno.env.get("EPOCHMAP_TEST_STUMBLE") === undefined
    ? NoWait
    : RealBoundedWait;
