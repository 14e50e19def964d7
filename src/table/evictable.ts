/**
 * What may be evicted.
 *
 * @module
 */

import * as registry from "../reclamation/registry.ts";
import type { Words } from "../segment/atomics.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { isShownNow } = registry;
const { isTombstone, settle } = versions;

/** Whether a newest version is that of an entry. */
export function isEntry(words: Words, ref: number): boolean {
  return !isTombstone(words, ref);
}

/**
 * Whether a newest version, of a key with this hash, is that of an entry that no open snapshot
 * shows: what one shows is left alone, since to evict it would free nothing, and so is what a
 * transaction has in hand.
 */
export function freesMemory(words: Words, ref: number, hash: number): boolean {
  const stamp = settle(words, ref);
  return stamp > 0 && !isTombstone(words, ref) &&
    !isShownNow(words, stamp, hash);
}
