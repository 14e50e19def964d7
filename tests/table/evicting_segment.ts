import { Segment } from "../../src/segment/segment.ts";

/** A segment of the smallest size that keeps what S3-FIFO needs, for so many entries. */
export function evictingSegment(mostEntries: number): Segment {
  return Segment.create({
    maxBytes: 2 ** 20,
    keyCodec: "string",
    valueCodec: "any",
    evict: true,
    keepsHeat: true,
    keepsGhosts: true,
    mostEntries,
    minCapacityShift: 8,
  });
}
