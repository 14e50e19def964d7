/**
 * Tables, aligned: text to the left, figures to the right.
 *
 * @module
 */
import { dim } from "./paint.ts";

/** Lays rows out below a head; a column whose head begins with `>` goes to the right. */
export function table(head: string[], rows: string[][]): string {
  const isRight = head.map((title) => title.startsWith(">"));
  const titles = head.map((title) => title.replace(/^>/, ""));
  const widths = titles.map((_, column) =>
    Math.max(...[titles, ...rows].map((row) => row[column].length))
  );
  const line = (row: string[]) =>
    "  " +
    row.map((cell, column) =>
      isRight[column]
        ? cell.padStart(widths[column])
        : cell.padEnd(widths[column])
    ).join("   ").trimEnd();
  return [dim(line(titles)), ...rows.map(line)].join("\n");
}
