/**
 * What an index counts.
 *
 * @module
 */

import type { SharedMapStats } from "../map/stats.ts";
import type { Metric, Quantization, Shape } from "./shape.ts";

/** What {@linkcode HotVectorIndex.prototype.stats} returns, for the whole index. */
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
}

/** The statistics, out of those of the map. */
export function vectorStatsOf(
  { dimensions, metric, quantize }: Shape,
  size: number,
  stats: SharedMapStats,
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
  };
}
