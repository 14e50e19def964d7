/**
 * Bars and histograms, drawn in text.
 *
 * @module
 */

import { count } from "./figures.ts";

/** From an eighth of a character's width to all of it. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
const WIDTH = 40;

/**
 * A bar that fills a share, from 0 to 1, of so many characters. A share above 0 is always
 * visible.
 */
export function bar(share: number, width: number): string {
  const eighths = Math.max(Math.round(share * width * 8), share > 0 ? 1 : 0);
  return EIGHTHS[8].repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

/** A bucket of a histogram. */
export interface Bucket {
  /** The smallest size in it. */
  from: number;
  /** The largest. */
  to: number;
  entries: number;
}

/**
 * Buckets from counts by powers of two: number 0 is for size 0, number n for sizes from
 * 2^(n-1) up to, but not including, 2^n.
 */
export function bucketsOf(counts: readonly number[]): Bucket[] {
  return counts.map((entries, n) => ({
    from: n === 0 ? 0 : 2 ** (n - 1),
    to: n === 0 ? 0 : 2 ** n - 1,
    entries,
  }));
}

/** A line for each bucket, from the first to the last that is not empty. */
export function drawHistogram(buckets: readonly Bucket[]): string[] {
  const first = buckets.findIndex(({ entries }) => entries > 0);
  if (first === -1) return [];
  const last = buckets.findLastIndex(({ entries }) => entries > 0);
  const shown = buckets.slice(first, last + 1);
  const most = Math.max(...shown.map(({ entries }) => entries));
  const width = count(shown[shown.length - 1].to).length;
  return shown.map(({ from, to, entries }) => {
    const range = `${count(from).padStart(width)} – ${
      count(to).padStart(width)
    }`;
    const drawn = bar(entries / most, WIDTH).padEnd(WIDTH);
    return `${range}  ${drawn}  ${count(entries)}`;
  });
}
