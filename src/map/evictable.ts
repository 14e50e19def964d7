/**
 * What may be evicted: entries whose memory would come free.
 *
 * @module
 */

import { isShownNow } from "../reclamation/registry.ts";
import type { Words } from "../segment/atomics.ts";
import { forEachRange } from "../table/cursor.ts";
import { isTombstone, settle } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";

/**
 * Whether a newest version is that of an entry that no open snapshot shows: what one shows is left
 * alone, since to evict it would free nothing, and so is what a transaction has in hand.
 */
export function isEvictable(words: Words, ref: number, hash: number): boolean {
  const stamp = settle(words, ref);
  return stamp > 0 && !isTombstone(words, ref) &&
    !isShownNow(words, stamp, hash);
}

/**
 * Calls back for the newest version of every entry that may be evicted, pinned for each range of
 * hashes.
 */
export function forEachEvictable(
  { participant, segment: { words }, table }: Attachment,
  visit: (ref: number) => void,
): void {
  forEachRange(participant, table.migration, (refs, cursor) => {
    for (let i = 0; i < refs.length; i++) {
      if (isEvictable(words, refs[i], cursor.hashAt(i))) visit(refs[i]);
    }
  });
}
