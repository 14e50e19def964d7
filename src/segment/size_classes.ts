/**
 * Size classes: every small block has one of a few sizes, in refs of 16 bytes.
 *
 * Steps of 16 bytes up to 128, then eight steps per doubling, so that rounding up wastes at most an
 * eighth; the last class is half a chunk. What is larger takes whole chunks.
 *
 * @module
 */

import * as intrinsics from "./intrinsics.ts";

const { leadingZeros } = intrinsics;

const SMALLEST = 2;
const FINE = 8;
/** log2 of the steps per doubling. */
const STEPS_SHIFT = 3;
/** Blocks of a class that travel together: as many as take this, in refs. */
const BATCH_REFS = 256;
const MOST_IN_BATCH = 64;

/** The class of blocks that hold so many refs. */
export function classOf(refs: number): number {
  if (refs <= FINE) return refs <= SMALLEST ? 0 : refs - SMALLEST;
  const doublings = 31 - STEPS_SHIFT - leadingZeros(refs - 1);
  const step = (refs - 1) >> doublings; // from FINE to 2 * FINE - 1
  return (doublings << STEPS_SHIFT) + step - SMALLEST + 1;
}

/** The size of a class, in refs. */
export function classRefs(c: number): number {
  const size = c + SMALLEST;
  if (size <= FINE) return size;
  const step = size - FINE - 1;
  return (FINE + 1 + (step & (FINE - 1))) << (step >> STEPS_SHIFT);
}

/** How many blocks of a class travel together. */
export function batchOf(c: number): number {
  const refs = classRefs(c);
  if (refs <= BATCH_REFS / MOST_IN_BATCH) return MOST_IN_BATCH;
  return refs >= BATCH_REFS ? 1 : (BATCH_REFS / refs) | 0;
}

/** The classes of segments whose chunks have `chunkRefs` refs. */
export class SizeClasses {
  /** Size of each class, in refs. */
  readonly refs: Int32Array;
  /** The largest size that has a class, in refs. */
  readonly largest: number;
  /** How many blocks of each class travel together. */
  readonly batch: Int32Array;

  constructor(chunkRefs: number) {
    this.largest = chunkRefs / 2;
    const classes = { length: classOf(this.largest) + 1 };
    this.refs = Int32Array.from(classes, (_, c) => classRefs(c));
    this.batch = Int32Array.from(classes, (_, c) => batchOf(c));
  }
}
