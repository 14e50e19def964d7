/**
 * The pin of a participant: that it reads, and since which era.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { H_ERA, P_PIN } = layout;
const { hint, release, store } = access;

/**
 * From here on nothing that the participant with this record can reach is reused. The era may be
 * stale by now: a stale pin only holds the era back, and what can still be reached was not retired
 * before the pin was visible.
 */
export function setPin(words: Words, base: number): void {
  store(words, base + P_PIN, hint(words, H_ERA));
}

/** Ends that: the participant reads nothing any more that others may reuse. */
export function clearPin(words: Words, base: number): void {
  release(words, base + P_PIN, 0);
}
