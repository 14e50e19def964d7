/**
 * The sweep: removes expired entries that no one asks for any more. All participants share one place in the table, so that
 * together they go round it.
 *
 * @module
 */

import { H_SWEEP, H_TTL_USED } from "../segment/layout.ts";
import { load, peek, poke } from "../segment/words.ts";
import { Cursor } from "../table/cursor.ts";
import { expiryOf, isTombstone } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { Remover } from "./removal.ts";

/** Ranges looked at per background round: bounds how long the event loop is busy. */
const RANGES_PER_TICK = 32;

/** Sweeps the next ranges of the table, at most once round. Does nothing in a map that never had an expiry. */
export function sweep(attachment: Attachment, most = RANGES_PER_TICK): void {
  const { participant, segment, table } = attachment;
  const words = segment.words;
  if (load(words, H_TTL_USED) === 0) return;
  const remover = new Remover(attachment);
  const refs: number[] = [];
  let cursor = new Cursor(segment, table.migration, peek(words, H_SWEEP) >>> 0);
  let wrapped = false;
  for (let i = 0; i < most; i++) {
    participant.pin();
    try {
      cursor.next(refs);
      const now = Date.now();
      for (const ref of refs) {
        if (!isTombstone(words, ref) && expiryOf(segment, ref) <= now) {
          remover.remove(ref, "expired");
        }
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
    if (cursor.done) {
      if (wrapped) break;
      wrapped = true;
      cursor = new Cursor(segment, table.migration);
    }
  }
  poke(words, H_SWEEP, cursor.position | 0);
}
