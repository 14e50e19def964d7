/**
 * Random replacement: entries are evicted by chance; where entries expire, that one of several
 * which expires first. It takes no bookkeeping, neither by reads nor by writes.
 *
 * Each entry is chosen anew. A hand that goes round would leave the table ever denser before it and
 * sparser behind it, and to take several at a time from one place would leave it patchy: either
 * makes probes long.
 *
 * @module
 */

import { H_TTL_USED } from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import { type Sample, sampleVersions } from "../table/sample.ts";
import { expiryOf } from "../table/version.ts";
import type { Candidates, EvictionPolicy } from "./eviction_policy.ts";

/** Entries of which the one that expires first is chosen. */
const SAMPLES = 8;

/** Chooses by chance. */
export class RandomReplacement implements EvictionPolicy {
  readonly #sample: Sample = { refs: [], hashes: [] };

  choose(candidates: Candidates): number {
    const { limit, segment } = candidates;
    const { words } = segment;
    const { refs, hashes } = this.#sample;
    const samples = load(words, H_TTL_USED) === 0 ? 1 : SAMPLES;
    sampleVersions(words, samples, this.#sample, limit);
    let chosen = 0;
    let soonest = Infinity;
    for (let i = 0; i < refs.length; i++) {
      if (!candidates.isEvictable(refs[i], hashes[i])) continue;
      const expiry = expiryOf(segment, refs[i]);
      if (chosen !== 0 && expiry >= soonest) continue;
      chosen = refs[i];
      soonest = expiry;
    }
    return chosen;
  }
}
