/**
 * Stands in for `src/segment/allocator.ts`: what is freed is filled with a pattern.
 *
 * @module
 */
import * as real from "../../src/segment/allocator.ts";
import type { Purpose } from "../../src/segment/allocator.ts";
import { CHUNK_BODY, CHUNK_RUN } from "../../src/segment/layout.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { checkFresh, fillFreed } from "./freed.ts";

export { leastReserve, unlinkChunks } from "../../src/segment/allocator.ts";
export type { Purpose };

export class Allocator extends real.Allocator {
  readonly #segment: Segment;

  constructor(segment: Segment, slot: number) {
    super(segment, slot);
    this.#segment = segment;
  }

  override allocate(bytes: number, purpose?: Purpose): number {
    const ref = super.allocate(bytes, purpose);
    if (ref !== 0) {
      const { words } = this.#segment;
      checkFresh(words, ref * 4, (ref + this.#refs(ref)) * 4);
    }
    return ref;
  }

  override free(ref: number): void {
    fillFreed(this.#segment.words, ref * 4, (ref + this.#refs(ref)) * 4);
    super.free(ref);
  }

  #refs(ref: number): number {
    const { chunkShift, classes, words } = this.#segment;
    const chunk = this.#segment.chunkOf(ref);
    const state = words[this.#segment.descriptor(chunk)];
    if ((state & CHUNK_RUN) !== 0) {
      return (state & (CHUNK_BODY - 1)) * 2 ** chunkShift;
    }
    return classes.refs[state - 1];
  }
}
