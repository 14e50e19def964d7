/**
 * Damaged clones: bytes that no writer writes.
 *
 * @module
 */

/** Throws the error for a clone that cannot be read. */
export function damaged(reason: string): never {
  throw new RangeError(
    `Cannot decode the value: its bytes are damaged: ${reason}`,
  );
}
