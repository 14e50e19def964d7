/**
 * Bytes that the caller hands over.
 *
 * @module
 */

import { isOutOfBounds } from "./clone/buffers.ts";

/** Refuses bytes whose memory is gone: they would look as if there were none. */
export function checkMemory(bytes: Uint8Array, role: "key" | "value"): void {
  if (bytes.length > 0 || !isOutOfBounds(bytes)) return;
  throw new TypeError(
    `Cannot encode the ${role}: its memory was detached, or became too small: give bytes that are still there, or a copy that was made before`,
  );
}
