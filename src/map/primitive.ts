/**
 * Primitives: values that nobody can change.
 *
 * @module
 */

/** Whether a value cannot have been changed by the caller, who had it. */
export function isPrimitive(value: unknown): boolean {
  return value === null ||
    typeof value !== "object" && typeof value !== "function";
}
