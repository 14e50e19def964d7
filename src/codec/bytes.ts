/**
 * Bytes that the caller hands over.
 *
 * @module
 */

/** The same bytes in memory that no other worker can write to or grow: a copy, if they are shared. */
export function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer
    ? new Uint8Array(bytes)
    : bytes;
}
