/**
 * Going through all that may be evicted: entries whose memory would come free.
 *
 * @module
 */

import { forEachRange } from "../table/cursor.ts";
import { freesMemory } from "../table/evictable.ts";
import type { Attachment } from "./attachment.ts";

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
      if (freesMemory(words, refs[i], cursor.hashAt(i))) visit(refs[i]);
    }
  });
}
