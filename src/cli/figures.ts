/**
 * Numbers as people read them.
 *
 * @module
 */

const UNITS = ["KiB", "MiB", "GiB", "TiB"];

/** A whole number: 1,234,567. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** A number of things: "1 entry", "2 entries". */
export function counted(number: number, one: string, many: string): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** A size: "17 bytes", "1.5 MiB". */
export function size(bytes: number): string {
  if (bytes < 1024) return counted(bytes, "byte", "bytes");
  const power = Math.min(
    Math.floor(Math.log2(bytes) / 10),
    UNITS.length,
  );
  return `${(bytes / 2 ** (10 * power)).toFixed(1)} ${UNITS[power - 1]}`;
}

/** A moment, from milliseconds since 1970: "2026-01-31 12:00:00.000 UTC". */
export function moment(time: number): string {
  const date = new Date(time);
  return isNaN(date.getTime())
    ? `${time} ms since 1970`
    : date.toISOString().replace("T", " ").replace("Z", " UTC");
}

/** Columns of equal width; numbers to the right, which `right` tells. */
export function columns(
  rows: readonly (readonly string[])[],
  right: readonly boolean[],
): string[] {
  const widths = right.map((_, i) =>
    Math.max(...rows.map((row) => row[i].length))
  );
  return rows.map((row) =>
    row.map((cell, i) =>
      right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])
    ).join("  ").trimEnd()
  );
}
