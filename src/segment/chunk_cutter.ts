/**
 * Cutting chunks into blocks of one size class. A participant cuts one chunk of each class at a
 * time, a batch at a time, so that a chunk of small blocks is not touched whole when it is taken.
 *
 * @module
 */

import { assert, CHECKED } from "./assert.ts";
import { changeChunk } from "./chunk_ledger.ts";
import { countFree } from "./free_list.ts";
import { P_CHUNK, P_FREE, R_LINK } from "./layout.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import type { SizeClasses } from "./size_classes.ts";
import { own, poke, type Words } from "./atomics.ts";

/** The chunks that the participant in one slot cuts. */
export class ChunkCutter {
  readonly #segment: Segment;
  readonly #words: Words;
  readonly #classes: SizeClasses;
  readonly #slot: number;
  readonly #base: number;

  constructor(segment: Segment, slot: number) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = participantBase(slot);
  }

  /**
   * Cuts the first batch from a chunk that was claimed. The chunk goes from `TAKING` to its class
   * with the owner's record in between: at every point it is someone's.
   */
  begin(c: number, chunk: number): boolean {
    poke(this.#words, this.#segment.descriptor(chunk) + 1, 0);
    poke(this.#words, this.#base + P_CHUNK + c, chunk + 1);
    changeChunk(this.#segment, this.#slot, chunk, c + 1, 1);
    return this.cut(c);
  }

  /** Cuts one batch from the chunk in use; false: there is none. */
  cut(c: number): boolean {
    const words = this.#words;
    const chunk = own(words, this.#base + P_CHUNK + c) - 1;
    if (chunk < 0) return false;
    const descriptor = this.#segment.descriptor(chunk);
    if (CHECKED) assert(words[descriptor] === c + 1, "it is cut by its class");
    const cutAt = descriptor + 1;
    const size = this.#classes.refs[c];
    const start = this.#segment.chunkRef(chunk);
    const list = this.#base + P_FREE + c;
    let at = own(words, cutAt);
    const end = 2 ** this.#segment.chunkShift - size;
    let cut = 0;
    for (; cut < this.#classes.batch[c] && at <= end; cut++, at += size) {
      poke(words, (start + at) * 4 + R_LINK, own(words, list));
      poke(words, list, start + at); // by this step it is cut
      poke(words, cutAt, at + size);
    }
    countFree(words, this.#base, c, cut);
    if (at > end) poke(words, this.#base + P_CHUNK + c, 0);
    return cut > 0;
  }

  /**
   * Cuts the rest of a chunk that a dead participant was cutting, as its record says at `current`.
   * Each block goes to `put` before the next one is cut.
   */
  cutRest(c: number, current: number, put: (ref: number) => void): void {
    const words = this.#words;
    const chunk = own(words, current) - 1;
    if (chunk < 0) return;
    const cutAt = this.#segment.descriptor(chunk) + 1;
    const size = this.#classes.refs[c];
    const end = 2 ** this.#segment.chunkShift - size;
    for (let at = own(words, cutAt); at <= end; at += size) {
      poke(words, cutAt, at + size);
      // Before the last block is put: the chunk may be given away with it, and be another's.
      if (at + size > end) poke(words, current, 0);
      put(this.#segment.chunkRef(chunk) + at);
    }
    poke(words, current, 0);
  }
}
