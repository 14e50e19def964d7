/**
 * Bytes that no writer writes.
 *
 * @module
 */

/** Says that a clone cannot be read. */
export function damaged(reason: string): never {
  throw new RangeError(
    `Cannot decode the value: its bytes are damaged: ${reason}`,
  );
}
