/**
 * Figures as people read them.
 *
 * @module
 */

/** 1,234,567 */
export function count(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** 1.2M, 345k, 67 */
export function short(number: number): string {
  if (number >= 999_500) return `${(number / 1e6).toFixed(1)}M`;
  if (number >= 999.5) return `${(number / 1e3).toFixed(0)}k`;
  return number.toFixed(0);
}

/** 8.6 MB */
export function megabytes(bytes: number): string {
  const megabytes = bytes / 1e6;
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0)} MB`;
}

/** 12.3 µs */
export function microseconds(milliseconds: number): string {
  const figure = milliseconds * 1000;
  return Number.isNaN(figure)
    ? "-"
    : `${figure.toFixed(figure < 100 ? 1 : 0)} µs`;
}

/** 5.3 s, 4 min 10 s */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** 47% */
export function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}
