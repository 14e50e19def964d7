/**
 * Eviction by S3-FIFO, the policy of `table/s3_fifo.ts`: by the kernel, where there is one.
 *
 * @module
 */

import type { Kernel } from "../segment/kernel.ts";
import type { Segment } from "../segment/segment.ts";
import type { Words } from "../segment/atomics.ts";
import * as fifo from "../table/s3_fifo.ts";
import type { Candidates, EvictionPolicy } from "./eviction_policy.ts";

/** Chooses by S3-FIFO. */
export class S3Fifo implements EvictionPolicy {
  readonly hasFastPath = true;
  readonly #words: Words;
  /** The record of the participant that chooses. */
  readonly #base: number;
  readonly #kernel: Kernel | undefined;

  constructor({ kernel, words }: Segment, base: number) {
    this.#words = words;
    this.#base = base;
    this.#kernel = kernel;
  }

  onInsert(hash: number): void {
    const kernel = this.#kernel;
    if (kernel === undefined) fifo.noteInsertion(this.#words, hash);
    else kernel.noteInsertion(hash);
  }

  choose({ isEvictable, limit, rule }: Candidates): number {
    const last = (limit - 1) | 0;
    return this.#kernel === undefined || rule === undefined
      ? fifo.choose(this.#words, this.#base, last, isEvictable)
      : this.#kernel.choose(this.#base, last, rule);
  }
}
