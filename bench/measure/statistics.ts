/**
 * What repeated measurements say: the median, and the lowest and highest value
 * as the spread. Both stand up to a noisy machine better than a mean does.
 */
export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Sums up `values`; those that are not finite (a sample that failed) are left out. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const count = sorted.length;
  if (count === 0) return { median: NaN, low: NaN, high: NaN, count };
  const half = count >> 1;
  const median = count % 2 === 1
    ? sorted[half]
    : (sorted[half - 1] + sorted[half]) / 2;
  return { median, low: sorted[0], high: sorted[count - 1], count };
}

/** Writes a summary as `1.85 [1.79–1.90]`. */
export function formatSummary({ median, low, high, count }: Summary): string {
  if (count === 0) return "–";
  return `${formatRatio(median)} [${formatRatio(low)}–${formatRatio(high)}]`;
}

/** Writes a ratio with as many places as it deserves. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return "–";
  return ratio.toFixed(ratio < 0.1 ? 3 : ratio < 100 ? 2 : 0);
}
