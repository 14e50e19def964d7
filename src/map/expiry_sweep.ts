/**
 * The sweep: removes expired entries that no one asks for any more. All participants share one
 * place in the table, so that together they go round it.
 *
 * @module
 */

import { H_ROOT, H_SWEEP, H_TTL_USED, T_CAPACITY } from "../segment/layout.ts";
import { hint, load, poke } from "../segment/atomics.ts";
import { Cursor } from "../table/cursor.ts";
import { expiryOf, isTombstone } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { Remover } from "./removal.ts";

/** Ranges visited in a round of background work: bounds how long the event loop is busy. */
const RANGES_PER_TICK = 32;
/** Entries whose expiry a sweep of the whole table notes, at most: all in a small table. */
const MOST_NOTED = 2 ** 12;
/** The share of entries that must have expired for a sweep of the whole table to be worth it. */
const WORTH = 1 / 64;

/**
 * Sweeps the next ranges of the table, at most once round; says whether anything had expired. Does
 * nothing in a map that never had an expiry.
 */
export function sweep(
  attachment: Attachment,
  most: number = RANGES_PER_TICK,
): boolean {
  return sweepRanges(attachment, most, () => {});
}

/**
 * Sweeps the whole table.
 *
 * @returns Whether anything had expired. And `due`: when so much will have that it is worth doing
 * again, in milliseconds since 1970, as far as can be said of what is there now.
 */
export function sweepAll(
  attachment: Attachment,
): { removed: boolean; due: number } {
  const { words } = attachment.segment;
  const capacity = words[load(words, H_ROOT) * 4 + T_CAPACITY];
  const every = Math.max(1, capacity / MOST_NOTED);
  const expiries: number[] = [];
  let seen = 0;
  const removed = sweepRanges(attachment, Infinity, (expiry) => {
    if (seen++ % every === 0) expiries.push(expiry);
  });
  expiries.sort((a, b) => a < b ? -1 : Number(a > b));
  const last = expiries.findLastIndex((expiry) => expiry !== Infinity);
  const enough = Math.floor(expiries.length * WORTH);
  return { removed, due: expiries[Math.min(enough, last)] ?? Infinity };
}

/** As `sweep`, and calls back with the expiry of every entry that stays. */
function sweepRanges(
  attachment: Attachment,
  most: number,
  stays: (expiry: number) => void,
): boolean {
  const { participant, segment, table } = attachment;
  const words = segment.words;
  if (load(words, H_TTL_USED) === 0) return false;
  const remover = new Remover(attachment);
  const refs: number[] = [];
  const start = hint(words, H_SWEEP) >>> 0;
  let cursor = new Cursor(segment, table.migration, start);
  let wrapped = false;
  let removed = false;
  for (let i = 0; i < most; i++) {
    participant.pin();
    try {
      cursor.next(refs);
      const now = Date.now();
      for (const ref of refs) {
        if (isTombstone(words, ref)) continue;
        const expiry = expiryOf(segment, ref);
        if (expiry > now) stays(expiry);
        else removed = remover.remove(ref, "expired") || removed;
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
    if (wrapped && cursor.position >= start) break;
    if (!cursor.done) continue;
    if (wrapped || start === 0) break;
    wrapped = true;
    cursor = new Cursor(segment, table.migration);
  }
  poke(words, H_SWEEP, cursor.position | 0);
  return removed;
}
