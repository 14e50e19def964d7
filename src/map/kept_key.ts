/**
 * Keys that are kept for later, of bytes that belong to the caller a copy; and what tells them from
 * others.
 *
 * @module
 */

/** A prepared key that stays as it is, whatever the caller does with its bytes. */
export function keptKey(prepared: unknown): unknown {
  return prepared instanceof Uint8Array ? new Uint8Array(prepared) : prepared;
}

/** What tells a key from others: strings and numbers themselves, bytes as a string. */
export type Id = string | number;

/** That of a key that was prepared, or taken out of a version. */
export function idOf(key: unknown): Id {
  return key instanceof Uint8Array ? key.toBase64() : key as Id;
}
