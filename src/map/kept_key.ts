/**
 * Keys that are kept for later: of bytes that belong to the caller a copy.
 *
 * @module
 */

/** A prepared key that stays as it is, whatever the caller does with its bytes. */
export function keptKey(prepared: unknown): unknown {
  return prepared instanceof Uint8Array ? new Uint8Array(prepared) : prepared;
}
