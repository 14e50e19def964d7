/**
 * Which policy a map evicts by: that follows from what its memory keeps.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import type { EvictionPolicy } from "./eviction_policy.ts";
import { RandomReplacement } from "./random_replacement.ts";
import { SampledLru } from "./sampled_lru.ts";
import { S3Fifo } from "./s3_fifo.ts";

/** The name of a policy, as an option. */
export type PolicyName = "s3-fifo" | "lru" | "random";
/** All of them. */
export const POLICIES: readonly PolicyName[] = ["s3-fifo", "lru", "random"];

/** The policy of a map, for the participant with this record. */
export function policyFor(segment: Segment, base: number): EvictionPolicy {
  if (segment.keepsGhosts) return new S3Fifo(segment, base);
  if (segment.keepsRecency) return new SampledLru(segment.words);
  return new RandomReplacement();
}
