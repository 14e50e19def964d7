/**
 * Liveness: whether a version that was found is an entry, or has expired.
 *
 * The clock cannot be read in the same step as the table. A version that had expired before it was
 * found is gone. One that expired between the two may have been replaced in time, by a renewal: so
 * it is looked for once more, and what is found then is judged by the time that was read before.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";

// Constants of its own: `layout.ts` says why.
const { endOf } = versions;

/**
 * The newest version of a key, if it is live; else the same negated, or 0 if there is none. So one
 * number says both, which costs less than an object for each read.
 *
 * @param segment The segment.
 * @param found The newest version, as it was just found; 0: none.
 * @param findAgain Finds it once more.
 */
export function judged(
  segment: Segment,
  found: number,
  findAgain: () => number,
): number {
  for (let ref = found, now = -Infinity;;) {
    const end = endOf(segment, ref);
    if (end === Infinity) return ref;
    if (end <= now) return 0 - ref; // not -ref, which could be -0
    now = Date.now();
    if (end > now) return ref;
    ref = findAgain();
  }
}
