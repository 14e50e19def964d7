/**
 * Accounting: what a write changes in the writer's own counters. Nothing here is shared between writers.
 *
 * @module
 */

import { type Participant, participantBase } from "../epoch/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/words.ts";
import * as versions from "../table/version.ts";

// Constants of its own: `layout.ts` says why.
const { H_PARTICIPANTS, P_ENTRIES, P_LIVE_REFS, REF_BYTES, V_KEY, V_VALUE } =
  layout;
const { load, peek } = access;
const { bytesOf, isTombstone } = versions;

/** Counts that `after` took the place of `before` (0: of nothing). The caller is pinned. */
export function account(
  participant: Participant,
  before: number,
  after: number,
): void {
  const { words } = participant.segment;
  if (
    before !== 0 &&
    words[before * 4 + V_VALUE] === words[after * 4 + V_VALUE] &&
    words[before * 4 + V_KEY] === words[after * 4 + V_KEY]
  ) return; // as large, and as live
  const had = liveRefs(participant, before);
  const has = liveRefs(participant, after);
  participant.tally(P_LIVE_REFS, has - had);
  const entries = (has > 0 ? 1 : 0) - (had > 0 ? 1 : 0);
  if (entries !== 0) participant.tally(P_ENTRIES, entries);
}

/** The block of an entry in refs; 0 for a tombstone or nothing. */
function liveRefs(participant: Participant, ref: number): number {
  const { words } = participant.segment;
  if (ref === 0 || isTombstone(words, ref)) return 0;
  return participant.allocator.blockRefs(bytesOf(words, ref));
}

/** A counter that wraps at 32 bits, summed over all participants. */
export function sumTally(segment: Segment, word: number): number {
  let sum = 0;
  const slots = load(segment.words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum = (sum + peek(segment.words, participantBase(slot) + word)) | 0;
  }
  return sum >>> 0;
}

/** Bytes that live entries take. */
export function liveBytesOf(segment: Segment): number {
  return sumTally(segment, P_LIVE_REFS) * REF_BYTES;
}
