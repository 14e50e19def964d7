/**
 * Comparing a vector with others, in TypeScript: where there is no WebAssembly, or none that adds
 * several numbers at a time.
 *
 * Floats are added in one order, which is part of what these functions promise: sixteen sums, each
 * of every sixteenth component, and then these in pairs. So code that adds in lanes of four, as
 * WebAssembly does, has the same result to the last bit. (A processor also begins with the next sum
 * before the last one is done.)
 *
 * @module
 */

import { QUERY_HEAD } from "./codes.ts";
import type { Kernel } from "./kernel.ts";

const { fround } = Math;
/** Words before the codes of a row. */
const ROW_HEAD = 4;

/** Compares vectors in one memory with a query in another. */
export class PlainKernel implements Kernel {
  readonly #floats: Float32Array;
  readonly #codes: Int8Array;
  readonly #own: Float32Array;
  readonly #ownCodes: Int16Array;

  /**
   * @param segment The memory of the vectors.
   * @param own That of the query, and of what comes out.
   */
  constructor(segment: ArrayBufferLike, own: ArrayBufferLike) {
    this.#floats = new Float32Array(segment);
    this.#codes = new Int8Array(segment);
    this.#own = new Float32Array(own);
    this.#ownCodes = new Int16Array(own);
  }

  dots(
    rows: number,
    factors: number,
    count: number,
    bytes: number,
    query: number,
    scores: number,
  ): void {
    const floats = this.#floats;
    const own = this.#own;
    for (let i = 0; i < count; i++) {
      const row = (rows + i * bytes) / 4;
      const dot = sumOfProducts(floats, row, own, query >>> 2, bytes >>> 2);
      own[(scores >>> 2) + i] = dot * floats[factors / 4 + i];
    }
  }

  closeness(
    rows: number,
    _factors: number,
    count: number,
    bytes: number,
    query: number,
    scores: number,
  ): void {
    const floats = this.#floats;
    const own = this.#own;
    for (let i = 0; i < count; i++) {
      const row = (rows + i * bytes) / 4;
      const sum = sumOfSquares(floats, row, own, query >>> 2, bytes >>> 2);
      own[(scores >>> 2) + i] = -sum;
    }
  }

  estimates(
    rows: number,
    step: number,
    count: number,
    query: number,
    scores: number,
    slacks: number,
  ): void {
    const own = this.#own;
    const floats = this.#floats;
    const head = query >>> 2;
    for (let i = 0; i < count; i++) {
      const at = rows + i * step;
      const row = at / 4;
      const sum = fround(this.#sumOfCodes(at, step, query));
      const base = floats[row + 1];
      own[(scores >>> 2) + i] = fround(fround(own[head] * floats[row]) * sum) +
        base;
      const off = fround(
        fround(own[head + 1] * floats[row + 2]) +
          fround(own[head + 2] * floats[row + 3]),
      );
      const rounded = fround(own[head + 3] - fround(own[head + 4] * base));
      own[(slacks >>> 2) + i] = off + rounded;
    }
  }

  #sumOfCodes(row: number, step: number, query: number): number {
    const codes = this.#codes;
    const own = this.#ownCodes;
    const first = row + ROW_HEAD * 4;
    const from = (query >>> 1) + QUERY_HEAD * 2;
    const count = step - ROW_HEAD * 4;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum = (sum + Math.imul(codes[first + i], own[from + i])) | 0;
    }
    return sum;
  }
}

function sumOfProducts(
  floats: Float32Array,
  row: number,
  query: Float32Array,
  first: number,
  length: number,
): number {
  const whole = length & ~15;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  let i = 0, j = 0, k = 0, l = 0, m = 0, n = 0, o = 0, p = 0;
  let at = 0;
  for (; at < whole; at += 16) {
    const r = row + at;
    a = fround(a + fround(floats[r] * query[first + at]));
    b = fround(b + fround(floats[r + 1] * query[first + at + 1]));
    c = fround(c + fround(floats[r + 2] * query[first + at + 2]));
    d = fround(d + fround(floats[r + 3] * query[first + at + 3]));
    e = fround(e + fround(floats[r + 4] * query[first + at + 4]));
    f = fround(f + fround(floats[r + 5] * query[first + at + 5]));
    g = fround(g + fround(floats[r + 6] * query[first + at + 6]));
    h = fround(h + fround(floats[r + 7] * query[first + at + 7]));
    i = fround(i + fround(floats[r + 8] * query[first + at + 8]));
    j = fround(j + fround(floats[r + 9] * query[first + at + 9]));
    k = fround(k + fround(floats[r + 10] * query[first + at + 10]));
    l = fround(l + fround(floats[r + 11] * query[first + at + 11]));
    m = fround(m + fround(floats[r + 12] * query[first + at + 12]));
    n = fround(n + fround(floats[r + 13] * query[first + at + 13]));
    o = fround(o + fround(floats[r + 14] * query[first + at + 14]));
    p = fround(p + fround(floats[r + 15] * query[first + at + 15]));
  }
  for (; at < length; at += 4) {
    const r = row + at;
    a = fround(a + fround(floats[r] * query[first + at]));
    b = fround(b + fround(floats[r + 1] * query[first + at + 1]));
    c = fround(c + fround(floats[r + 2] * query[first + at + 2]));
    d = fround(d + fround(floats[r + 3] * query[first + at + 3]));
  }
  return inPairs(
    inPairs(a, e, i, m),
    inPairs(b, f, j, n),
    inPairs(c, g, k, o),
    inPairs(d, h, l, p),
  );
}

function sumOfSquares(
  floats: Float32Array,
  row: number,
  query: Float32Array,
  first: number,
  length: number,
): number {
  const whole = length & ~15;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  let i = 0, j = 0, k = 0, l = 0, m = 0, n = 0, o = 0, p = 0;
  let at = 0;
  for (; at < whole; at += 16) {
    const r = row + at;
    a = fround(a + square(floats[r], query[first + at]));
    b = fround(b + square(floats[r + 1], query[first + at + 1]));
    c = fround(c + square(floats[r + 2], query[first + at + 2]));
    d = fround(d + square(floats[r + 3], query[first + at + 3]));
    e = fround(e + square(floats[r + 4], query[first + at + 4]));
    f = fround(f + square(floats[r + 5], query[first + at + 5]));
    g = fround(g + square(floats[r + 6], query[first + at + 6]));
    h = fround(h + square(floats[r + 7], query[first + at + 7]));
    i = fround(i + square(floats[r + 8], query[first + at + 8]));
    j = fround(j + square(floats[r + 9], query[first + at + 9]));
    k = fround(k + square(floats[r + 10], query[first + at + 10]));
    l = fround(l + square(floats[r + 11], query[first + at + 11]));
    m = fround(m + square(floats[r + 12], query[first + at + 12]));
    n = fround(n + square(floats[r + 13], query[first + at + 13]));
    o = fround(o + square(floats[r + 14], query[first + at + 14]));
    p = fround(p + square(floats[r + 15], query[first + at + 15]));
  }
  for (; at < length; at += 4) {
    const r = row + at;
    a = fround(a + square(floats[r], query[first + at]));
    b = fround(b + square(floats[r + 1], query[first + at + 1]));
    c = fround(c + square(floats[r + 2], query[first + at + 2]));
    d = fround(d + square(floats[r + 3], query[first + at + 3]));
  }
  return inPairs(
    inPairs(a, e, i, m),
    inPairs(b, f, j, n),
    inPairs(c, g, k, o),
    inPairs(d, h, l, p),
  );
}

function square(a: number, b: number): number {
  const difference = fround(a - b);
  return fround(difference * difference);
}

function inPairs(a: number, b: number, c: number, d: number): number {
  return fround(fround(a + b) + fround(c + d));
}
