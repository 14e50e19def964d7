/**
 * Eviction: removes entries so that a write fits, in maps made with `onFull: "evict"`.
 *
 * Entries are taken from random places of the table, those that expire first before the others: random replacement, which
 * needs no bookkeeping on reads. (A hand that goes round would leave the table ever denser before it and sparser behind it,
 * and probes long.) Entries that were met at random leave no room for one that takes a run of chunks: for such a one, all
 * entries go that lie in one stretch of the memory.
 *
 * @module
 */

import {
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_FRESH,
  REF_BYTES,
} from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { peek } from "../segment/words.ts";
import { Cursor, forEachRange } from "../table/cursor.ts";
import { bytesOf, expiryOf, isTombstone } from "../table/version.ts";
import type { Attachment, Shortage } from "./attachment.ts";
import { Remover } from "./removal.ts";

/** Entries evicted at least, so that the cost of making room is shared by several writes. */
const LEAST_EVICTED = 16;
/** Entries evicted at most in one place. */
const MOST_PER_RANGE = 16;
/** Random places without an entry, before the whole table is looked through. */
const MOST_IN_VAIN = 16;
/** Attempts at freeing enough here and there, before a whole stretch of memory is emptied. */
const SCATTERED_ATTEMPTS = 8;
/** Attempts before a write is given up: others may hold on to what they keep in a stretch that was emptied. */
const MOST_ATTEMPTS = 12;

/** Evicts entries so that a write may fit; says whether there were any, and more attempts make sense. */
export function evict(
  attachment: Attachment,
  shortage: Shortage,
  attempt: number,
): boolean {
  if (attempt >= MOST_ATTEMPTS) return false;
  const { participant, table } = attachment;
  if (shortage.slots) {
    const entries = Math.max(LEAST_EVICTED, table.migration.tombstonesWanted);
    const evicted = evictScattered(attachment, 0, entries);
    attachment.purge();
    return evicted;
  }
  const { bytes } = shortage;
  if (
    bytes <= participant.allocator.largestClassBytes &&
    attempt < SCATTERED_ATTEMPTS
  ) {
    const evicted = evictScattered(attachment, bytes, LEAST_EVICTED);
    if (participant.allocator.isLow()) attachment.purge(1);
    else participant.collectAll();
    return evicted;
  }
  return evictStretch(attachment, participant.allocator.chunksFor(bytes));
}

/** Evicts so many bytes and entries at least, if there are any; says whether it evicted some. */
function evictScattered(
  attachment: Attachment,
  leastBytes: number,
  leastEntries: number,
): boolean {
  const { segment, table } = attachment;
  const remover = new Remover(attachment);
  const total: Evicted = { bytes: 0, entries: 0 };
  const isEnough = () =>
    total.bytes >= leastBytes && total.entries >= leastEntries;
  const cursorAt = (hash: number) => new Cursor(segment, table.migration, hash);
  for (let inVain = 0; !isEnough() && inVain < MOST_IN_VAIN;) {
    const before = total.entries;
    const hash = Math.floor(Math.random() * 2 ** 32);
    evictRange(attachment, remover, cursorAt(hash), isEnough, total);
    if (total.entries === before) inVain++;
  }
  const all = cursorAt(0);
  while (!isEnough() && !all.done) {
    evictRange(attachment, remover, all, isEnough, total);
  }
  return total.entries > 0;
}

interface Evicted {
  bytes: number;
  entries: number;
}

/** Evicts some entries of the cursor's next range, those that expire first before the others. */
function evictRange(
  attachment: Attachment,
  remover: Remover,
  cursor: Cursor,
  isEnough: () => boolean,
  total: Evicted,
): void {
  const { participant, segment } = attachment;
  const { words } = segment;
  const refs: number[] = [];
  participant.pin();
  try {
    cursor.next(refs);
    const now = Date.now();
    const live = refs.filter((ref) => !isTombstone(words, ref));
    live.sort((a, b) => expiryOf(segment, a) - expiryOf(segment, b) || 0);
    for (const ref of live.slice(0, MOST_PER_RANGE)) {
      if (isEnough()) break;
      const size = bytesOf(words, ref);
      const expired = expiryOf(segment, ref) <= now;
      if (!remover.remove(ref, expired ? "expired" : "evicted")) continue;
      total.bytes += size;
      total.entries++;
    }
  } finally {
    participant.unpin();
  }
  participant.collectSometimes();
}

/** Evicts every entry that lies in the stretch of `count` chunks that is easiest to empty. */
function evictStretch(attachment: Attachment, count: number): boolean {
  const { segment } = attachment;
  const { entryLimit, spareChunks } = attachment.participant.allocator;
  // Chunks that are free already may be kept for tombstones: the eviction must free what is missing.
  const mostFree = Math.max(0, Math.min(count - 1, spareChunks));
  const gains = new Float64Array(segment.chunkCount);
  forEachEntry(attachment, (ref) => {
    const bytes = bytesOf(segment.words, ref);
    let chunk = segment.chunkOf(ref);
    for (let left = bytes; left > 0; left -= chunkBytes(segment)) {
      gains[chunk++] += Math.min(left, chunkBytes(segment));
    }
  });
  const first = bestStretch(segment, gains, count, entryLimit, mostFree);
  if (first < 0) return false;
  const remover = new Remover(attachment);
  forEachEntry(attachment, (ref) => {
    const chunk = segment.chunkOf(ref);
    if (chunk >= first && chunk < first + count) remover.remove(ref, "evicted");
  });
  attachment.purge(1); // tombstones may lie in it too
  attachment.participant.allocator.consolidate(true);
  return true;
}

function chunkBytes(segment: Segment): number {
  return 2 ** segment.chunkShift * REF_BYTES;
}

/** Calls back for the newest version of every entry, pinned range by range. */
function forEachEntry(
  attachment: Attachment,
  visit: (ref: number) => void,
): void {
  const { participant, segment, table } = attachment;
  forEachRange(participant, table.migration, (refs) => {
    for (const ref of refs) if (!isTombstone(segment.words, ref)) visit(ref);
  });
}

/**
 * The first of `count` chunks below `limit` that are free or full of entries, as far as possible: what else is in them stays.
 * At most `mostFree` of them are free already, and the first is not the middle of a large entry. -1: there are none.
 *
 * @param gains Bytes of entries in each chunk.
 */
function bestStretch(
  segment: Segment,
  gains: Float64Array,
  count: number,
  limit: number,
  mostFree: number,
): number {
  const state = (chunk: number) =>
    peek(segment.words, segment.descriptor(chunk));
  const isFree = (chunk: number) =>
    state(chunk) === CHUNK_FRESH || state(chunk) === CHUNK_FREE;
  const gain = (chunk: number) =>
    isFree(chunk) ? chunkBytes(segment) : gains[chunk];
  let best = -1;
  let most = 0;
  let total = 0;
  let free = 0;
  for (let end = 0; end < limit; end++) {
    total += gain(end);
    if (isFree(end)) free++;
    const first = end - count + 1;
    if (first < 0) continue;
    if (first > 0) {
      total -= gain(first - 1);
      if (isFree(first - 1)) free--;
    }
    if (total <= most || free > mostFree) continue;
    if (state(first) === CHUNK_BODY) continue;
    most = total;
    best = first;
  }
  return best;
}
