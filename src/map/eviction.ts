/**
 * Eviction: removes entries so that a write fits, in maps made with `onFull: "evict"`.
 *
 * A hand goes round the hash space and takes what it meets, expired entries first. Because hashes are random, that is random
 * replacement, which needs no bookkeeping on reads.
 *
 * @module
 */

import { H_HAND } from "../segment/layout.ts";
import { peek, poke } from "../segment/words.ts";
import { Cursor } from "../table/cursor.ts";
import { bytesOf, expiryOf, isTombstone } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { Remover } from "./removal.ts";

/** Entries evicted at least, so that the cost of making room is shared by several writes. */
const LEAST_EVICTED = 16;
const ROUNDS = 2;

/** Evicts entries of at least `needed` bytes together, if there are any; says whether it evicted some. */
export function evict(attachment: Attachment, needed: number): boolean {
  const { participant, segment, table } = attachment;
  const words = segment.words;
  const remover = new Remover(attachment);
  const refs: number[] = [];
  let cursor = new Cursor(segment, table.migration, peek(words, H_HAND) >>> 0);
  let bytes = 0;
  let entries = 0;
  for (let round = 0; round < ROUNDS;) {
    if (bytes >= needed && entries >= LEAST_EVICTED) break;
    participant.pin();
    try {
      cursor.next(refs);
      const now = Date.now();
      const live = refs.filter((ref) => !isTombstone(words, ref));
      live.sort((a, b) => expiryOf(segment, a) - expiryOf(segment, b) || 0);
      for (const ref of live) {
        if (bytes >= needed && entries >= LEAST_EVICTED) break;
        const size = bytesOf(words, ref);
        const expired = expiryOf(segment, ref) <= now;
        if (!remover.remove(ref, expired ? "expired" : "evicted")) continue;
        bytes += size;
        entries++;
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
    if (cursor.done) {
      cursor = new Cursor(segment, table.migration);
      round++;
    }
  }
  poke(words, H_HAND, cursor.position | 0);
  return entries > 0;
}
