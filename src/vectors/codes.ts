/**
 * Codes: vectors of bytes that stand for vectors of floats, to be compared four times as fast, and
 * how far off what they say may be.
 *
 * ```text
 * float 0     scale: a code times this is a component, times the factor of the vector
 * float 1     base: 0; where distances are compared, the square of the length, negated
 * float 2     how far the vector is from the one that its codes stand for, at most
 * float 3     its length, at most; both times the factor
 * codes       signed bytes, padded with zeros to 16
 * ```
 *
 * With `x` a vector, `x'` what its codes stand for, and `q`, `q'` likewise of the query,
 * `x·q = x'·q' + (x - x')·q' + x·(q - q')`. The last two are at most the products of the lengths
 * (Cauchy and Schwarz): so that sum, and some roundings, is how far an estimate is off, at most. A
 * search that compares floats with floats only where an estimate leaves it open is exact. The codes
 * of a query have 16 bits, so nearly all of that comes from those of the vectors.
 *
 * @module
 */

import type { Row } from "./row.ts";
import type { Shape } from "./shape.ts";

/** The largest codes of vectors, and of queries, which are words of 16 bits: either way. */
const LARGEST = 127;
const LARGEST_OF_QUERY = 32767;
/** Sums of products of codes stay below this. */
const MOST_SUM = 2 ** 31;
/** Words before the codes of a row, and words before those of a query. */
const HEAD = 4;
export const QUERY_HEAD = 8;
/** How far a number may be off that was rounded to a float, relative to it. */
const ROUNDING = 2 ** -24;
/** Operations on floats beside the sums of products, generously: each rounds once. */
const OTHER_ROUNDINGS = 16;
/** Sums of products that are added to side by side: see `plain_kernel.ts`. */
const SUMS = 16;

/** Bytes of the codes of a vector. */
export function codeBytes({ dimensions }: Pick<Shape, "dimensions">): number {
  return (dimensions + 15) & ~15;
}

/** Bytes of a row of codes. */
export function codeRowBytes(shape: Pick<Shape, "dimensions">): number {
  return HEAD * 4 + codeBytes(shape);
}

/** A vector of codes, and how far it is from what it stands for. */
interface Coded {
  readonly scale: number;
  readonly codes: Int16Array;
  /** Of the vector, of what its codes stand for, and of the difference. */
  readonly length: number;
  readonly codedLength: number;
  readonly error: number;
}

function coded({ floats }: Row, count: number, most: number): Coded {
  let largest = 0;
  for (const x of floats) largest = Math.max(largest, Math.abs(x));
  const scale = Math.fround(largest / most);
  const codes = new Int16Array(count);
  let squares = 0, codedSquares = 0, errors = 0;
  for (let i = 0; i < floats.length; i++) {
    const x = floats[i];
    const code = scale === 0 ? 0 : Math.round(x / scale);
    codes[i] = Math.max(-most, Math.min(most, code));
    const stands = codes[i] * scale;
    squares += x * x;
    codedSquares += stands * stands;
    errors += (x - stands) ** 2;
  }
  return {
    scale,
    codes,
    length: Math.sqrt(squares),
    codedLength: Math.sqrt(codedSquares),
    error: Math.sqrt(errors),
  };
}

/** A float that is not below a number that is none. */
function upward(x: number): number {
  return Math.fround(x * (1 + 2 ** -20) + 2 ** -120);
}

/** The row of codes of a vector. */
export function codeRow(shape: Shape, row: Row): Uint8Array {
  const { codes, error, length, scale } = coded(
    row,
    codeBytes(shape),
    LARGEST,
  );
  const bytes = new Uint8Array(codeRowBytes(shape));
  const head = new Float32Array(bytes.buffer, 0, HEAD);
  head[0] = scale * row.factor;
  head[1] = shape.metric === "euclidean" ? -(length ** 2) : 0;
  head[2] = upward(error * row.factor);
  head[3] = upward(length * row.factor);
  new Int8Array(bytes.buffer, HEAD * 4).set(codes);
  return bytes;
}

/** Bytes of the codes of a query. */
export function codedQueryBytes(shape: Shape): number {
  return QUERY_HEAD * 4 + codeBytes(shape) * 2;
}

/**
 * The codes of a query, as words of 16 bits, and before them five floats: what the products of
 * codes are multiplied with, and four from which follows how far an estimate is off, at most.
 */
export function codedQuery(shape: Shape, row: Row): Uint8Array {
  const count = codeBytes(shape);
  const most = Math.floor(MOST_SUM / (LARGEST * count)) - 1;
  const { codes, codedLength, error, length, scale } = coded(
    row,
    count,
    Math.min(LARGEST_OF_QUERY, most),
  );
  const isDistance = shape.metric === "euclidean";
  const times = isDistance ? 2 : 1;
  const rounding = (row.floats.length / SUMS + OTHER_ROUNDINGS) * ROUNDING;
  const bytes = new Uint8Array(codedQueryBytes(shape));
  const head = new Float32Array(bytes.buffer, 0, QUERY_HEAD);
  head[0] = times * scale;
  head[1] = upward(times * codedLength);
  head[2] = upward(times * (error + 2 * rounding * length));
  // Distances are sums of squares, of which the largest is twice those of the lengths.
  head[3] = isDistance ? upward(4 * rounding * length ** 2) : 2 ** -120;
  head[4] = isDistance ? upward(4 * rounding) : 0;
  new Int16Array(bytes.buffer, QUERY_HEAD * 4).set(codes);
  return bytes;
}
