import { freshSegment } from "../segment/fresh_segment.ts";

/** Memory to write values to. */
export const segment = freshSegment(2 ** 24);
/** Somewhere in its chunks, in units of 8 bytes. */
export const AT = segment.firstChunk * 2;
