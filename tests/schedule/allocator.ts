/**
 * Stands in for `src/segment/allocator.ts`: a run of chunks that is freed is filled with a
 * pattern, as smaller blocks are by `free_list.ts`.
 *
 * @module
 */
import * as real from "../../src/segment/allocator.ts";
import type { Purpose } from "../../src/segment/allocator.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { runLength } from "../../src/segment/table_region.ts";
import { checkFresh, fillFreed } from "./freed.ts";

export * from "../../src/segment/allocator.ts";

export class Allocator extends real.Allocator {
  readonly #segment: Segment;

  constructor(segment: Segment, slot: number) {
    super(segment, slot);
    this.#segment = segment;
  }

  override allocate(bytes: number, purpose?: Purpose): number {
    const ref = super.allocate(bytes, purpose);
    const end = ref === 0 ? 0 : this.#endOfRun(ref);
    if (end > 0) checkFresh(this.#segment.words, ref * 4, end * 4);
    return ref;
  }

  override free(ref: number): void {
    const end = this.#endOfRun(ref);
    if (end > 0) fillFreed(this.#segment.words, ref * 4, end * 4);
    super.free(ref);
  }

  /** What is in limbo goes this way. The queue leads through its words until it is taken out. */
  override freeFrom(ref: number, takeOut: () => void): void {
    const end = this.#endOfRun(ref);
    super.freeFrom(ref, () => {
      takeOut();
      if (end > 0) fillFreed(this.#segment.words, ref * 4, end * 4);
    });
  }

  /** The ref behind a run of chunks; 0: it is a block of a class. */
  #endOfRun(ref: number): number {
    const { chunkShift, words } = this.#segment;
    const chunk = this.#segment.chunkOf(ref);
    const length = runLength(words[this.#segment.descriptor(chunk)]);
    return length > 0 ? ref + length * 2 ** chunkShift : 0;
  }
}
