import { Segment } from "../../src/segment/segment.ts";

/** A segment that nobody uses yet. */
export function freshSegment(maxBytes = 2 ** 20): Segment {
  return Segment.create({
    maxBytes,
    keyCodec: "string",
    valueCodec: "any",
    evict: false,
    minCapacityShift: 8,
  });
}

/** The same bytes in other memory. */
export function copyOf(buffer: SharedArrayBuffer): SharedArrayBuffer {
  const copy = new SharedArrayBuffer(buffer.byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}
