/**
 * What a store counts.
 *
 * @module
 */

import type { SharedMapStats } from "../map/stats.ts";

/** What {@linkcode SharedStore.prototype.stats} returns, for the whole store. */
export interface StoreStats {
  /** Keys, with expired ones until they are swept. Exact when nobody writes. */
  total: number;
  /** Expired keys that were removed. */
  expired: number;
  /** Keys that were evicted. */
  evicted: number;
  /** Bytes that the entries take. */
  liveBytes: number;
  /** Bytes in use: entries, versions that are not free yet, tables, and the store's own records. */
  usedBytes: number;
  /** The size of the store's memory in bytes. */
  reservedBytes: number;
  /** Attachments in all workers. */
  participants: number;
}

/** What {@linkcode SharedStore.prototype.metrics} returns, for the whole store. */
export interface StoreMetrics {
  /** Reads, writes and deletions of keys. */
  operations: number;
  /** Reads of keys that were there. */
  hits: number;
  /** Reads of keys that were not. */
  misses: number;
  /** The share of reads that were hits; 0 if there was none. */
  hitRate: number;
  /** Writes of keys. */
  sets: number;
  /** Keys that commands have deleted. */
  deletes: number;
  /** Expired keys that were removed. */
  expiredCleaned: number;
  /** Keys that were evicted. */
  evicted: number;
  /** Commands on several keys, and transactions, that took effect. */
  transactions: number;
  /** Runs of these that were in vain, as another worker was faster. */
  conflicts: number;
  /** Memory in bytes: that of the entries, all that is in use, and the size of the store. */
  memory: { live: number; used: number; reserved: number };
}

/** The statistics, out of those of the map. */
export function storeStatsOf(stats: SharedMapStats): StoreStats {
  return {
    total: stats.entries,
    expired: stats.expired,
    evicted: stats.evicted,
    liveBytes: stats.liveBytes,
    usedBytes: stats.usedBytes,
    reservedBytes: stats.reservedBytes,
    participants: stats.participants,
  };
}

/** The metrics, in the same way. */
export function metricsOf(stats: SharedMapStats): StoreMetrics {
  const { deletes, hits, misses, sets } = stats;
  const reads = hits + misses;
  return {
    operations: reads + sets + deletes,
    hits,
    misses,
    hitRate: reads === 0 ? 0 : hits / reads,
    sets,
    deletes,
    expiredCleaned: stats.expired,
    evicted: stats.evicted,
    transactions: stats.transactions,
    conflicts: stats.conflicts,
    memory: {
      live: stats.liveBytes,
      used: stats.usedBytes,
      reserved: stats.reservedBytes,
    },
  };
}
