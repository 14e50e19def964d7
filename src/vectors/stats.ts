/**
 * What an index counts.
 *
 * @module
 */

import type { SharedMapStats } from "../map/stats.ts";
import type { VectorSearchStats } from "./search_meter.ts";
import type { Metric, Quantization, Shape } from "./shape.ts";

/** What {@linkcode HotVectorIndex.prototype.stats} returns: for the whole index, but for `own`. */
export interface VectorIndexStats {
  /** Vectors. */
  size: number;
  /** Components of a vector. */
  dimensions: number;
  /** How vectors are compared. */
  metric: Metric;
  /** Whether they have codes of 8 bits. */
  quantize: Quantization;
  /** Bytes that the vectors take, with their ids and metadata. */
  liveBytes: number;
  /** Bytes in use: also what is not free yet, tables, and the index's own records. */
  usedBytes: number;
  /** The size of the index's memory in bytes. */
  reservedBytes: number;
  /** Attachments in all workers. */
  participants: number;
  /** Calls of `get` and `has`, by all workers, that found what they were asked for. */
  hits: number;
  /** Those that did not. */
  misses: number;
  /**
   * Writes by all workers that took effect, that which made the index among them. `addMany` writes
   * a few dozen vectors at a time.
   */
  writes: number;
  /** The searches by this object. */
  own: VectorSearchStats;
}

/** The statistics, out of those of the map. */
export function vectorStatsOf(
  { dimensions, metric, quantize }: Shape,
  size: number,
  stats: SharedMapStats,
  own: VectorSearchStats,
): VectorIndexStats {
  return {
    size,
    dimensions,
    metric,
    quantize,
    liveBytes: stats.liveBytes,
    usedBytes: stats.usedBytes,
    reservedBytes: stats.reservedBytes,
    participants: stats.participants,
    hits: stats.hits,
    misses: stats.misses,
    writes: stats.sets,
    own,
  };
}
