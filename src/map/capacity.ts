/**
 * How much a map can take: what of its memory is there for entries, and how large a map must be.
 *
 * @module
 */

import { leastReserve } from "../segment/chunk_limits.ts";
import { REF_BYTES } from "../segment/layout.ts";
import {
  type Geometry,
  layOut,
  MAX_SEGMENT_BYTES,
  type Memories,
  MIN_SEGMENT_BYTES,
} from "../segment/segment.ts";
import { tableBytes } from "../table/table_record.ts";

/**
 * The most that an entry can ever take, in bytes: all but the smallest table, a move of it, and
 * what is kept for tombstones.
 */
export function capacityOf(
  { chunkCount, chunkShift }: Pick<Geometry, "chunkCount" | "chunkShift">,
  minCapacityShift: number,
): number {
  const chunkBytes = 2 ** chunkShift * REF_BYTES;
  const table = Math.ceil(tableBytes(2 ** minCapacityShift) / chunkBytes);
  return (chunkCount - 2 * table - leastReserve(chunkCount)) * chunkBytes;
}

/**
 * The least power of two that, as `maxBytes`, makes a map that remembers as much of its entries
 * take what `fits` asks for; undefined: none does.
 */
export function leastMaxBytes(
  memories: Memories,
  fits: (geometry: Geometry) => boolean,
): number | undefined {
  for (let size = MIN_SEGMENT_BYTES; size <= MAX_SEGMENT_BYTES; size *= 2) {
    if (fits(layOut(size, memories))) return size;
  }
  return undefined;
}
