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

/** Whether vectors have codes of 8 bits beside their floats. */
export type Quantization = "int8" | "none";

export const QUANTIZATIONS: readonly Quantization[] = ["none", "int8"];

/** What is the same as long as an index lives. */
export interface Shape {
  /** Components of a vector. */
  readonly dimensions: number;
  readonly metric: Metric;
  readonly quantize: Quantization;
  /** The most vectors of one block, and the most of which the codes are in one. */
  readonly perBlock: number;
  readonly perCodes: number;
}

/** Tells the body of an index from that of any other structure. */
const MARK = 0x56454331;

const B_MARK = 0;
const B_COUNT = 1;
const B_DIMENSIONS = 2;
const B_METRIC = 3;
const B_QUANTIZATION = 4;
const B_PER_BLOCK = 5;
const B_PER_CODES = 6;
const BODY_WORDS = 7;

/** The trees of an index, in the order of its roots. */
export const VECTORS = 0;
export const RECORDS = 1;
export const IDS = 2;
export const CODES = 3;
export const ROOTS = 4;

/** Components of a vector with those that are added, which are 0. */
export function strideOf({ dimensions }: Pick<Shape, "dimensions">): number {
  return (dimensions + 3) & ~3;
}

/** The body of an index with so many vectors. */
export function bodyOf(shape: Shape, count: number): Uint8Array {
  const words = new Int32Array(BODY_WORDS);
  words[B_MARK] = MARK;
  words[B_COUNT] = count;
  words[B_DIMENSIONS] = shape.dimensions;
  words[B_METRIC] = METRICS.indexOf(shape.metric);
  words[B_QUANTIZATION] = QUANTIZATIONS.indexOf(shape.quantize);
  words[B_PER_BLOCK] = shape.perBlock;
  words[B_PER_CODES] = shape.perCodes;
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
    quantize: QUANTIZATIONS[words[first + B_QUANTIZATION]],
    perBlock: words[first + B_PER_BLOCK],
    perCodes: words[first + B_PER_CODES],
  };
}

/** How many vectors an index has. */
export function countOf(words: Int32Array, { at }: StoredValue): number {
  return words[at / 4 + B_COUNT];
}
