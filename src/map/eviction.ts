/**
 * Eviction: removes entries so that a write fits, in maps made with `onFull: "evict"`. Which
 * entries go is for the policy to choose (`eviction_policy.ts`), unless it matters where they lie:
 * for an entry that takes a run of chunks, all go that lie in some stretches of memory.
 *
 * @module
 */

import { NEVER } from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { oldestSnapshot } from "../reclamation/registry.ts";
import type { Attachment } from "./attachment.ts";
import { purge } from "./purge.ts";
import { ScatteredEviction } from "./scattered_eviction.ts";
import type { Shortage } from "./shortage.ts";
import { emptyStretches } from "./stretches.ts";

/** Entries evicted at least, so that several writes share the cost. */
const LEAST_EVICTED = 16;
/** Tries at freeing enough here and there, before whole stretches of memory are emptied. */
const SCATTERED_TRIES = 5;

/**
 * Evicts entries so that a write may fit; says whether there were any, so that the write is worth
 * another try. What was evicted is free only when nobody reads it any more: to evict more instead
 * of waiting for that would empty the map.
 */
export function evict(
  attachment: Attachment,
  shortage: Shortage,
  tries: number,
): boolean {
  const { participant } = attachment;
  return participant.drainAndWait() &&
    (evictSome(attachment, shortage, tries) ||
      othersGive(attachment, shortage)) &&
    participant.drainAndWait();
}

/**
 * Evicts a few entries for one that shares its chunk with others, and says whether memory of theirs
 * is free now. This is enough as long as all entries are of about one size.
 */
export function evictFew(attachment: Attachment, bytes: number): boolean {
  return evictScattered(attachment, bytes, LEAST_EVICTED) &&
    attachment.participant.drainSomeAndWait();
}

/** Evicts so many bytes, if there are that many to evict, for the writes to come of all workers. */
export function evictAhead(attachment: Attachment, bytes: number): void {
  evictScattered(attachment, bytes, 0);
  const { participant } = attachment;
  participant.collectAll();
  participant.allocator.flush();
}

function evictScattered(
  attachment: Attachment,
  leastBytes: number,
  leastEntries: number,
): boolean {
  return new ScatteredEviction(attachment, leastBytes, leastEntries).run();
}

/**
 * Nothing is left to evict, because others have evicted it: waits for the memory, which they have
 * at hand. Not while a snapshot is open, which may be what keeps it.
 */
function othersGive(
  { participant, segment }: Attachment,
  { of, bytes }: Shortage,
): boolean {
  if (of !== "entry" || isSnapshotOpen(segment)) return false;
  return participant.waitForBlock(bytes, "entry");
}

function evictSome(
  attachment: Attachment,
  shortage: Shortage,
  tries: number,
): boolean {
  const { bytes, of } = shortage;
  if (of === "slot") return evictForSlot(attachment);
  const { largestClassBytes } = attachment.segment;
  if (bytes <= largestClassBytes && tries < SCATTERED_TRIES) {
    return evictForBlock(attachment, bytes);
  }
  const count = attachment.segment.chunksFor(bytes);
  return emptyStretches(attachment, count, tries);
}

/** A slot becomes free when the table moves without the tombstones of what was evicted. */
function evictForSlot(attachment: Attachment): boolean {
  const { resizer } = attachment.table;
  const entries = Math.max(LEAST_EVICTED, resizer.deletionsWanted);
  const evicted = evictScattered(attachment, 0, entries);
  // While a snapshot is open, there may be few tombstones that can be dropped.
  const worth = isSnapshotOpen(attachment.segment) ? 1 : undefined;
  return purge(attachment, worth, evicted ? "place" : "memory") ||
    evicted && worth === undefined;
}

/**
 * If nothing was evicted, there may be no memory for another tombstone, or for those that are in
 * the way of the next table: these are dropped, then.
 */
function evictForBlock(attachment: Attachment, bytes: number): boolean {
  const evicted = evictScattered(attachment, bytes, LEAST_EVICTED);
  const { limits } = attachment.participant.allocator;
  const purged = (!evicted || limits.isLow()) &&
    purge(attachment, 1, evicted ? "place" : "memory");
  return evicted || purged;
}

function isSnapshotOpen({ words }: Segment): boolean {
  return oldestSnapshot(words) !== NEVER;
}
