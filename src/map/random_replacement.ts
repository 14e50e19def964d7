/**
 * Random replacement with a second chance: of a few entries that are met by chance, the first one
 * is evicted that has not been read of late; where entries expire, the one that expires sooner
 * comes first. An entry that has been read is passed over, and its heat lowered: see
 * `table/heat.ts`.
 *
 * Each time, other entries are met. A hand that goes round would leave the table ever denser before
 * it and sparser behind it, and to take several at a time from one place would leave it patchy:
 * either makes probes long.
 *
 * Source: the second chance, with a count in the place of a bit, is that of the CLOCK algorithm
 * (Corbató, "A Paging Experiment with the Multics System", 1968).
 *
 * @module
 */

import { H_TTL_USED } from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import type { Segment } from "../segment/segment.ts";
import { cool } from "../table/heat.ts";
import { type Sample, sampleVersions } from "../table/sample.ts";
import { expiryOf, hasExpired } from "../table/version.ts";
import type { Candidates, EvictionPolicy } from "./eviction_policy.ts";

/** Entries that are met, so that one of them goes. */
const SAMPLES = 8;

/** Chooses by chance what is not read. */
export class RandomReplacement implements EvictionPolicy {
  readonly #sample: Sample = { refs: [], hashes: [] };

  choose(candidates: Candidates): number {
    const { limit, segment } = candidates;
    const { words } = segment;
    const sample = this.#sample;
    const { refs, hashes } = sample;
    sampleVersions(words, SAMPLES, sample, limit);
    const mayExpire = load(words, H_TTL_USED) !== 0;
    for (let i = 0; i < refs.length; i++) {
      if (mayExpire) bringSoonest(segment, sample, i);
      const isSpared = cool(words, hashes[i]) > 0 &&
        !hasExpired(words, refs[i]);
      if (!isSpared && candidates.isEvictable(refs[i], hashes[i])) {
        return refs[i];
      }
    }
    // All of them have been read.
    const first = refs.findIndex((ref, i) =>
      candidates.isEvictable(ref, hashes[i])
    );
    return first < 0 ? 0 : refs[first];
  }
}

/** Puts the version that expires first of those from a place on to this place. */
function bringSoonest(
  segment: Segment,
  { refs, hashes }: Sample,
  place: number,
): void {
  let soonest = place;
  let expiry = expiryOf(segment, refs[place]);
  for (let i = place + 1; i < refs.length; i++) {
    const other = expiryOf(segment, refs[i]);
    if (other >= expiry) continue;
    soonest = i;
    expiry = other;
  }
  [refs[place], refs[soonest]] = [refs[soonest], refs[place]];
  [hashes[place], hashes[soonest]] = [hashes[soonest], hashes[place]];
}
