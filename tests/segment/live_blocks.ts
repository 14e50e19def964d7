import { assert, assertStrictEquals } from "@std/assert";
import type { Allocator, Purpose } from "../../src/segment/allocator.ts";
import {
  MAX_PARTICIPANTS,
  P_USED_REFS,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
} from "../../src/segment/layout.ts";
import type { Segment } from "../../src/segment/segment.ts";

interface Block {
  ref: number;
  refs: number;
  mark: number;
}

/**
 * The blocks that a test holds: each is filled with a mark of its own, so that an overlap
 * shows.
 */
export class LiveBlocks {
  readonly #segment: Segment;
  readonly #taken: Uint8Array;
  readonly #blocks: Block[] = [];
  #marks = 0;

  constructor(segment: Segment) {
    this.#segment = segment;
    this.#taken = new Uint8Array(segment.buffer.byteLength / 16);
  }

  get count(): number {
    return this.#blocks.length;
  }

  /** Refs in all blocks. */
  get refs(): number {
    return this.#blocks.reduce((sum, block) => sum + block.refs, 0);
  }

  /** Takes a block of `bytes` in its books; false if there is no memory. */
  allocate(
    allocator: Allocator,
    bytes: number,
    purpose: Purpose = "entry",
  ): boolean {
    const zeroed = purpose === "table";
    const ref = zeroed
      ? allocator.allocateZeroed(bytes)
      : allocator.allocate(bytes, purpose);
    if (ref === 0) return false;
    const { words, firstChunk, chunkCount, chunkShift } = this.#segment;
    const refs = allocator.blockRefs(bytes);
    assert(refs * 16 >= bytes, "the block is large enough");
    assert(ref >= firstChunk, "the block lies in the chunks");
    assert(ref + refs <= firstChunk + chunkCount * 2 ** chunkShift);
    for (let i = ref; i < ref + refs; i++) {
      assertStrictEquals(this.#taken[i], 0, `ref ${i} is in use`);
      this.#taken[i] = 1;
    }
    const content = words.subarray(ref * 4, (ref + refs) * 4);
    if (zeroed) assert(content.every((word) => word === 0), "zeroed");
    content.fill(++this.#marks);
    this.#blocks.push({ ref, refs, mark: this.#marks });
    return true;
  }

  /** Gives the block at an index back, if nobody wrote in it. */
  free(allocator: Allocator, index: number): void {
    const block = this.#blocks[index];
    this.#blocks[index] = this.#blocks[this.#blocks.length - 1];
    this.#blocks.pop();
    const { ref, refs, mark } = block;
    const content = this.#segment.words.subarray(ref * 4, (ref + refs) * 4);
    assert(content.every((word) => word === mark), "nobody wrote in it");
    this.#taken.fill(0, ref, ref + refs);
    allocator.free(ref);
  }

  freeAll(allocator: Allocator): void {
    while (this.count > 0) this.free(allocator, this.count - 1);
  }
}

/** Refs in use as all participants together count them. */
export function usedRefs(segment: Segment): number {
  let sum = 0;
  for (let slot = 0; slot < MAX_PARTICIPANTS; slot++) {
    sum += segment.words[PARTICIPANTS + slot * PARTICIPANT_WORDS + P_USED_REFS];
  }
  return sum | 0;
}
