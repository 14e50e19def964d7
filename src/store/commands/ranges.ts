/**
 * Ranges of indices, which may count from the end: -1 is the last one.
 *
 * @module
 */

/** The range of the indices from `start` up to, and with, `end`: its end is not in it. */
export function rangeOf(
  start: number,
  end: number,
  length: number,
): [from: number, to: number] {
  const from = Math.max(0, start < 0 ? start + length : start);
  const last = Math.min(length - 1, end < 0 ? end + length : end);
  return last < from ? [0, 0] : [from, last + 1];
}

/** The same in strings, where an end that is before the first index is the first. */
export function stringRangeOf(
  start: number,
  end: number,
  length: number,
): [from: number, to: number] {
  return rangeOf(start, end < 0 ? Math.max(0, end + length) : end, length);
}

/** Whether a range of a string is empty as it ends before it begins, whatever the string is. */
export function isBackwards(start: number, end: number): boolean {
  return start < 0 && end < 0 && start > end;
}
