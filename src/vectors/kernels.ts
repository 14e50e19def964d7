/**
 * Comparing a vector with those of a block, in TypeScript.
 *
 * Floats are added in one order, which is part of what these functions promise: sixteen sums, each
 * of every sixteenth component, and then these in pairs. So code that adds in lanes of four, as
 * WebAssembly does, has the same result to the last bit. (A processor also begins with the next sum
 * before the last one is done.)
 *
 * @module
 */

const { fround } = Math;

/** Compares a vector with those of a block that lie one behind the other. */
export type Compare = (
  floats: Float32Array,
  query: Float32Array,
  rows: number,
  factors: number,
  count: number,
  scores: Float32Array,
  first: number,
) => void;

/**
 * Dot products, each times the factor of its vector.
 *
 * @param floats The memory of the block.
 * @param query The vector, padded with zeros to a multiple of four.
 * @param rows Where the vectors of the block begin.
 * @param factors Where their factors do.
 * @param count How many they are.
 * @param scores Where the results go.
 * @param first From which place on.
 */
export const dots: Compare = (
  floats,
  query,
  rows,
  factors,
  count,
  scores,
  first,
) => {
  const stride = query.length;
  for (let i = 0; i < count; i++) {
    const dot = sumOfProducts(floats, rows + i * stride, query);
    scores[first + i] = fround(dot * floats[factors + i]);
  }
};

/** Squares of distances, negated: the higher, the closer. As `dots`. */
export const closeness: Compare = (
  floats,
  query,
  rows,
  _factors,
  count,
  scores,
  first,
) => {
  const stride = query.length;
  for (let i = 0; i < count; i++) {
    scores[first + i] = -sumOfSquares(floats, rows + i * stride, query);
  }
};

function sumOfProducts(
  floats: Float32Array,
  row: number,
  query: Float32Array,
): number {
  const { length } = query;
  const whole = length & ~15;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  let i = 0, j = 0, k = 0, l = 0, m = 0, n = 0, o = 0, p = 0;
  let at = 0;
  for (; at < whole; at += 16) {
    const r = row + at;
    a = fround(a + fround(floats[r] * query[at]));
    b = fround(b + fround(floats[r + 1] * query[at + 1]));
    c = fround(c + fround(floats[r + 2] * query[at + 2]));
    d = fround(d + fround(floats[r + 3] * query[at + 3]));
    e = fround(e + fround(floats[r + 4] * query[at + 4]));
    f = fround(f + fround(floats[r + 5] * query[at + 5]));
    g = fround(g + fround(floats[r + 6] * query[at + 6]));
    h = fround(h + fround(floats[r + 7] * query[at + 7]));
    i = fround(i + fround(floats[r + 8] * query[at + 8]));
    j = fround(j + fround(floats[r + 9] * query[at + 9]));
    k = fround(k + fround(floats[r + 10] * query[at + 10]));
    l = fround(l + fround(floats[r + 11] * query[at + 11]));
    m = fround(m + fround(floats[r + 12] * query[at + 12]));
    n = fround(n + fround(floats[r + 13] * query[at + 13]));
    o = fround(o + fround(floats[r + 14] * query[at + 14]));
    p = fround(p + fround(floats[r + 15] * query[at + 15]));
  }
  for (; at < length; at += 4) {
    const r = row + at;
    a = fround(a + fround(floats[r] * query[at]));
    b = fround(b + fround(floats[r + 1] * query[at + 1]));
    c = fround(c + fround(floats[r + 2] * query[at + 2]));
    d = fround(d + fround(floats[r + 3] * query[at + 3]));
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
): number {
  const { length } = query;
  const whole = length & ~15;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  let i = 0, j = 0, k = 0, l = 0, m = 0, n = 0, o = 0, p = 0;
  let at = 0;
  for (; at < whole; at += 16) {
    const r = row + at;
    a = fround(a + square(floats[r], query[at]));
    b = fround(b + square(floats[r + 1], query[at + 1]));
    c = fround(c + square(floats[r + 2], query[at + 2]));
    d = fround(d + square(floats[r + 3], query[at + 3]));
    e = fround(e + square(floats[r + 4], query[at + 4]));
    f = fround(f + square(floats[r + 5], query[at + 5]));
    g = fround(g + square(floats[r + 6], query[at + 6]));
    h = fround(h + square(floats[r + 7], query[at + 7]));
    i = fround(i + square(floats[r + 8], query[at + 8]));
    j = fround(j + square(floats[r + 9], query[at + 9]));
    k = fround(k + square(floats[r + 10], query[at + 10]));
    l = fround(l + square(floats[r + 11], query[at + 11]));
    m = fround(m + square(floats[r + 12], query[at + 12]));
    n = fround(n + square(floats[r + 13], query[at + 13]));
    o = fround(o + square(floats[r + 14], query[at + 14]));
    p = fround(p + square(floats[r + 15], query[at + 15]));
  }
  for (; at < length; at += 4) {
    const r = row + at;
    a = fround(a + square(floats[r], query[at]));
    b = fround(b + square(floats[r + 1], query[at + 1]));
    c = fround(c + square(floats[r + 2], query[at + 2]));
    d = fround(d + square(floats[r + 3], query[at + 3]));
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
