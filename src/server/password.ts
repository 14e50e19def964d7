/**
 * Comparing passwords.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether two passwords, which are binary strings, are the same. How long it takes says nothing of
 * where they differ.
 */
export function isSamePassword(a: string, b: string): boolean {
  return timingSafeEqual(digestOf(a), digestOf(b));
}

function digestOf(password: string): Uint8Array {
  return createHash("sha256").update(password, "latin1").digest();
}
