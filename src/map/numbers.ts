/**
 * Numbers that are added to: no sum is NaN.
 *
 * @module
 */

import { received } from "../errors.ts";

/**
 * The sum of a value, which must be a number, and another number. Throws `TypeError` or
 * `RangeError`.
 */
export function sumOf(value: unknown, by: number): number {
  const sum = numberOf(value) + by;
  if (sum === sum) return sum;
  throw new RangeError(
    `Cannot increment: ${value} and ${by} have no sum: set the value anew`,
  );
}

/** A value that must be a number, and not NaN. Throws `TypeError`. */
function numberOf(value: unknown): number {
  if (typeof value === "number" && value === value) return value;
  throw new TypeError(
    `Cannot increment: the value must be a number: ${received(value)}`,
  );
}

/** Throws a `TypeError` if what is to be added is not a number. */
export function checkBy(by: unknown): void {
  if (typeof by === "number" && by === by) return;
  throw new TypeError(`Cannot increment: by must be a number: ${received(by)}`);
}
