/**
 * Limits of collections by which small ones are trees, too: so that few commands meet all that may
 * become of a collection.
 *
 * @module
 */

import { LIMITS, type Limits } from "../../src/store/representation.ts";
import type { Random } from "../testing/random.ts";

/** By name: those of stores; trees of whatever there is; and back and forth between the two. */
export const ALL_LIMITS: Readonly<Record<string, Limits>> = {
  "as packs at first": LIMITS,
  "as trees only": { mostPacked: 0, leastTrees: 0 },
  "as packs and trees in turn": { mostPacked: 40, leastTrees: 120 },
};

/** One of them. */
export function anyLimits(random: Random): Limits {
  return random.pick(Object.values(ALL_LIMITS));
}
