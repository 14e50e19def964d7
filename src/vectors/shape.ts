/**
 * The shape of an index: what is the same as long as it lives, and how many vectors it has. That is
 * what the version of an index says besides its trees.
 *
 * @module
 */

import type { StoredValue } from "../map/structure_access.ts";

/** How two vectors are compared. */
export type Metric = "cosine" | "dot" | "euclidean";

export const METRICS: readonly Metric[] = ["cosine", "dot", "euclidean"];

/** What is the same as long as an index lives. */
export interface Shape {
  /** Components of a vector. */
  readonly dimensions: number;
  readonly metric: Metric;
  /** The most vectors of one block. */
  readonly perBlock: number;
}

/** Tells the body of an index from that of any other structure. */
const MARK = 0x56454331;

const B_MARK = 0;
const B_COUNT = 1;
const B_DIMENSIONS = 2;
const B_METRIC = 3;
const B_PER_BLOCK = 4;
const BODY_WORDS = 5;

/** The trees of an index, in the order of its roots. */
export const VECTORS = 0;
export const RECORDS = 1;
export const IDS = 2;
export const ROOTS = 3;

/** Components of a vector with those that are added, which are 0. */
export function strideOf({ dimensions }: Shape): number {
  return (dimensions + 3) & ~3;
}

/** The body of an index with so many vectors. */
export function bodyOf(shape: Shape, count: number): Uint8Array {
  const words = new Int32Array(BODY_WORDS);
  words[B_MARK] = MARK;
  words[B_COUNT] = count;
  words[B_DIMENSIONS] = shape.dimensions;
  words[B_METRIC] = METRICS.indexOf(shape.metric);
  words[B_PER_BLOCK] = shape.perBlock;
  return new Uint8Array(words.buffer);
}

/** Whether what is under a key is an index. */
export function isIndex(
  words: Int32Array,
  { at, length, roots }: StoredValue,
): boolean {
  return roots?.length === ROOTS && length >= BODY_WORDS * 4 &&
    words[at / 4 + B_MARK] === MARK;
}

/** The shape that an index says it has. */
export function shapeOf(words: Int32Array, { at }: StoredValue): Shape {
  const first = at / 4;
  return {
    dimensions: words[first + B_DIMENSIONS],
    metric: METRICS[words[first + B_METRIC]],
    perBlock: words[first + B_PER_BLOCK],
  };
}

/** How many vectors an index has. */
export function countOf(words: Int32Array, { at }: StoredValue): number {
  return words[at / 4 + B_COUNT];
}
