/**
 * Statistics: summed over the participants' own counters when somebody asks, so that counting
 * touches no shared memory.
 *
 * @module
 */

import { countOpen } from "../reclamation/registry.ts";
import { participantBase, sumHints } from "../segment/participants.ts";
import {
  COUNTERS,
  H_PARTICIPANTS,
  LOAD_COUNTERS,
  P_HELD_COUNT,
  P_STATE,
  P_WEIGHT,
} from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { load } from "../segment/atomics.ts";
import { liveEntries } from "../table/account.ts";
import {
  type Counted,
  liveBytesOf,
  sumCounter,
  usedBytesOf,
} from "./counters.ts";
import { type PersistenceStats, readDiskRecord } from "./disk_record.ts";

/**
 * What {@linkcode SharedMap.prototype.stats} returns: plain numbers, for the whole map and not for
 * one worker.
 */
export interface SharedMapStats {
  /** Entries, with expired ones until they are swept. Exact when nobody writes. */
  entries: number;
  /** Bytes that live entries take. */
  liveBytes: number;
  /** What the entries weigh together; 0 if the map was made without `maxWeight`. */
  weight: number;
  /** Bytes in use: entries, held and retired versions, tables, and the map's own records. */
  usedBytes: number;
  /** The size of the map's memory in bytes. */
  reservedBytes: number;
  /** Reads that found their key. */
  hits: number;
  /** Reads that did not. */
  misses: number;
  /** Values written. */
  sets: number;
  /** Entries deleted by callers. */
  deletes: number;
  /** Expired entries removed. */
  expired: number;
  /** Entries evicted. */
  evicted: number;
  /** Writes that had to try again, as another worker wrote to the same place. */
  retries: number;
  /** Transactions that took effect, also those that only read. */
  transactions: number;
  /** Runs of transactions that were in vain, as another worker changed what they read or wrote. */
  conflicts: number;
  /** Loads of `fetch` that ended, also in the background. */
  loads: number;
  /** Those of them that failed, or were ended before they had a value. */
  loadFailures: number;
  /** Milliseconds that all of them took together. */
  loadTime: number;
  /** Moves to another table that were started. */
  migrations: number;
  /** Blocks that were retired and then freed. */
  reclaimed: number;
  /** Replaced versions that open snapshots keep. */
  heldVersions: number;
  /** Snapshots open in all workers, and dumps under way. */
  openSnapshots: number;
  /** Attachments in all workers. */
  participants: number;
  /** Dead workers after which others have cleared up. */
  recoveries: number;
  /**
   * The epochs on disk, if `persist` or a {@linkcode SnapshotWriter} writes them, in any worker.
   */
  persistence?: PersistenceStats;
}

/** Sums the statistics of a segment. O(participants). */
export function sumStats(segment: Segment): SharedMapStats {
  const counted = Object.fromEntries(
    [...COUNTERS, ...LOAD_COUNTERS].map((
      name,
    ) => [name, sumCounter(segment, name)]),
  ) as Record<Counted, number>;
  const persistence = readDiskRecord(segment);
  return {
    ...counted,
    entries: liveEntries(segment.words),
    liveBytes: liveBytesOf(segment),
    weight: sumHints(segment.words, P_WEIGHT),
    usedBytes: usedBytesOf(segment),
    reservedBytes: segment.buffer.byteLength,
    heldVersions: sumHints(segment.words, P_HELD_COUNT),
    openSnapshots: countOpen(segment.words),
    participants: countParticipants(segment),
    ...persistence && { persistence },
  };
}

function countParticipants(segment: Segment): number {
  let live = 0;
  const slots = load(segment.words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    if (load(segment.words, participantBase(slot) + P_STATE) > 0) live++;
  }
  return live;
}
