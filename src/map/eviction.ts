/**
 * Eviction: removes entries so that a write fits, in maps made with `onFull: "evict"`.
 *
 * Entries are chosen by chance; where entries expire, the one of several that does first: random replacement, which needs no
 * bookkeeping on reads. (Each is chosen anew: a hand that goes round would leave the table ever denser before it and sparser
 * behind it, several at a time from one place would leave it patchy, and either makes probes long.) Entries that were met at
 * random leave no room for one that takes a run of chunks: for such a one, all entries go that lie in some stretches of the
 * memory. What an open snapshot shows is left alone: to evict it would free nothing. A dump needs less and less of the map: while one
 * is under way, entries are chosen among those that it has passed.
 *
 * @module
 */

import { CHUNK_BODY, H_TTL_USED, NEVER, REF_BYTES } from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { isFreeChunk } from "../segment/table_region.ts";
import {
  FIRST_PLACE,
  hasDump,
  isShownNow,
  LAST_PLACE,
  neededFrom,
  oldestHeld,
  oldestSnapshot,
} from "../reclamation/registry.ts";
import { BoundedWait } from "../reclamation/bounded_wait.ts";
import { hint, load, type Words } from "../segment/atomics.ts";
import { Cursor, forEachRange } from "../table/cursor.ts";
import { type Sample, sampleVersions } from "../table/sample.ts";
import {
  bytesOf,
  expiryOf,
  hasExpired,
  isTombstone,
  settle,
} from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { purge } from "./purge.ts";
import type { Shortage } from "./shortage.ts";
import { Remover } from "./removal.ts";

/** Entries evicted at least, so that the cost of making room is shared by several writes. */
const LEAST_EVICTED = 16;
/** Entries of which the one that expires first is evicted. */
const SAMPLES = 8;
/** Choices by chance that come to nothing, before the whole table is looked through. */
const MOST_IN_VAIN = 16;
/** Tries at freeing enough here and there, before a whole stretch of memory is emptied. */
const SCATTERED_TRIES = 5;
/** How long a write that finds nothing to evict waits for a dump to pass something, in milliseconds. */
const DUMP_PATIENCE_MS = 5;
/** Ranges that it then looks through for what is younger than the dump: to go through all of a large map would take longer. */
const RANGES_BESIDE_DUMP = 64;
/** The stretches that are emptied are this part of the segment, and twice as much with each attempt, up to a limit. */
const STRETCHES_PER_SEGMENT = 64;
const MOST_DOUBLINGS = 3;
/** The gain of a chunk that is not to be chosen: less than all others together can make up for. */
const TAKEN = -(2 ** 50);

/**
 * Evicts entries so that a write may fit; says whether there were any, and more attempts make sense. What was evicted is free
 * only when nobody reads it any more: to evict more instead of waiting for that would empty the map.
 */
export function evict(
  attachment: Attachment,
  shortage: Shortage,
  tries: number,
): boolean {
  const { participant } = attachment;
  return participant.drainAndWait() &&
    (evictSome(attachment, shortage, tries) ||
      othersGive(attachment, shortage)) &&
    participant.drainAndWait();
}

/**
 * Evicts a few entries for one that shares its chunk with others, and says whether there were any whose memory is free now: the quick
 * way, which does as long as they are all of about one size.
 */
export function evictFew(attachment: Attachment, bytes: number): boolean {
  return evictScattered(attachment, bytes, LEAST_EVICTED) &&
    attachment.participant.drainAndWait();
}

/** Evicts so many bytes, if there are so many to evict, for whoever writes next. */
export function evictAhead(attachment: Attachment, bytes: number): void {
  evictScattered(attachment, bytes, 0);
  const { participant } = attachment;
  participant.collectAll();
  participant.allocator.flush();
}

/**
 * Nothing is left to evict, because others have evicted it: waits for the memory, which they have in their hands. Not while a
 * snapshot is open, which may be what keeps it.
 */
function othersGive(
  { participant, segment }: Attachment,
  { of, bytes }: Shortage,
): boolean {
  if (of !== "entry" || isSnapshotOpen(segment)) return false;
  return participant.waitForBlock(bytes, "entry");
}

function evictSome(
  attachment: Attachment,
  shortage: Shortage,
  tries: number,
): boolean {
  const { participant, table } = attachment;
  if (shortage.of === "slot") {
    const entries = Math.max(LEAST_EVICTED, table.resizer.deletionsWanted);
    const evicted = evictScattered(attachment, 0, entries);
    // While a snapshot is open, there may be few tombstones that can be dropped.
    const worth = isSnapshotOpen(attachment.segment) ? 1 : undefined;
    return purge(attachment, worth, evicted ? "place" : "memory") ||
      evicted && worth === undefined;
  }
  const { bytes } = shortage;
  if (
    bytes <= participant.segment.largestClassBytes &&
    tries < SCATTERED_TRIES
  ) {
    const evicted = evictScattered(attachment, bytes, LEAST_EVICTED);
    // None: there may be no memory for another tombstone, or for those that are in the way of the next table.
    const purged = (!evicted || participant.allocator.limits.isLow()) &&
      purge(attachment, 1, evicted ? "place" : "memory");
    return evicted || purged;
  }
  const count = participant.segment.chunksFor(bytes);
  return evictStretches(attachment, count, tries);
}

/**
 * Evicts so many bytes and entries at least, if there are any; says whether it evicted some. Who finds none beside a dump waits until that
 * has passed more, but not for long.
 */
function evictScattered(
  attachment: Attachment,
  leastBytes: number,
  leastEntries: number,
): boolean {
  const { words } = attachment.segment;
  const remover = new Remover(attachment);
  const total: Evicted = { bytes: 0, entries: 0 };
  const isEnough = () =>
    total.bytes >= leastBytes && total.entries >= leastEntries;
  const isOver = () => isEnough() || remover.isStuck;
  do {
    evictSampled(attachment, remover, isOver, total);
    // In a dump that has just begun nothing is to be found yet.
    if (neededFrom(words) === FIRST_PLACE && isInVain(total, remover)) {
      if (dumpsGetOn(attachment)) continue;
    }
    evictFromAnywhere(attachment, remover, isOver, total);
  } while (isInVain(total, remover) && dumpsGetOn(attachment));
  return total.entries > 0;
}

function isInVain(total: Evicted, remover: Remover): boolean {
  return total.entries === 0 && !remover.isStuck;
}

/** Evicts entries by chance, until it is over, or too many choices were in vain. */
function evictSampled(
  attachment: Attachment,
  remover: Remover,
  isOver: () => boolean,
  total: Evicted,
): void {
  const { participant } = attachment;
  const sample: Sample = { refs: [], hashes: [] };
  for (let inVain = 0; !isOver() && inVain < MOST_IN_VAIN;) {
    const before = total.entries;
    participant.pin();
    try {
      const ref = chooseEntry(attachment, sample, inVain);
      if (ref !== 0) evictOne(attachment, remover, ref, total);
    } finally {
      participant.unpin();
    }
    if (total.entries === before) inVain++;
  }
}

/** Evicts range by range, until it is over, from a place by chance: the beginning of the table would become sparse. */
function evictFromAnywhere(
  attachment: Attachment,
  remover: Remover,
  isOver: () => boolean,
  total: Evicted,
): void {
  const { segment, table } = attachment;
  const start = Math.floor(Math.random() * 2 ** 32);
  let ranges = isWaitingForDumps(segment.words) ? RANGES_BESIDE_DUMP : Infinity;
  for (const [from, to] of [[start, 2 ** 32], [0, start]]) {
    const cursor = new Cursor(segment, table.migration, from);
    while (!isOver() && cursor.position < to && ranges-- > 0) {
      evictRange(attachment, remover, cursor, isOver, total);
    }
  }
}

/** Whether it is dumps alone that keep entries from being evicted. */
function isWaitingForDumps(words: Words): boolean {
  return neededFrom(words) !== LAST_PLACE && oldestHeld(words) === 0;
}

/**
 * Waits for the dumps that are under way to pass something more, but not for long; says whether they did. Not for one of this very
 * participant, which does nothing meanwhile.
 */
function dumpsGetOn({ participant, segment }: Attachment): boolean {
  const { words } = segment;
  const before = neededFrom(words);
  if (!isWaitingForDumps(words) || hasDump(words, participant.base)) {
    return false;
  }
  const patience = new BoundedWait(DUMP_PATIENCE_MS);
  while (neededFrom(words) === before) {
    if (!patience.nap()) return false;
  }
  return true;
}

/** Evicts the entries of the cursor's next range, until it is over. */
function evictRange(
  attachment: Attachment,
  remover: Remover,
  cursor: Cursor,
  isOver: () => boolean,
  total: Evicted,
): void {
  const { participant, segment: { words } } = attachment;
  const refs: number[] = [];
  participant.pin();
  try {
    cursor.next(refs);
    for (let i = 0; i < refs.length && !isOver(); i++) {
      if (!isEvictable(words, refs[i], cursor.hashAt(i))) continue;
      evictOne(attachment, remover, refs[i], total);
    }
  } finally {
    participant.unpin();
  }
  participant.collectSometimes();
}

interface Evicted {
  bytes: number;
  entries: number;
}

/** Evicts this entry, if it is still there. The caller is pinned. */
function evictOne(
  { segment: { words } }: Attachment,
  remover: Remover,
  ref: number,
  total: Evicted,
): void {
  const size = bytesOf(words, ref);
  const cause = hasExpired(words, ref) ? "expired" : "evicted";
  if (!remover.remove(ref, cause)) return;
  total.bytes += size;
  total.entries++;
}

/** An entry by chance; where entries expire, the one of several that does first. 0: none was met. The caller is pinned. */
function chooseEntry(
  { segment }: Attachment,
  sample: Sample,
  inVain: number,
): number {
  const { words } = segment;
  const samples = load(words, H_TTL_USED) === 0 ? 1 : SAMPLES;
  sampleVersions(words, samples, sample, hashesToTry(words, inVain));
  let chosen = 0;
  let soonest = Infinity;
  for (let i = 0; i < sample.refs.length; i++) {
    const ref = sample.refs[i];
    if (!isEvictable(words, ref, sample.hashes[i])) continue;
    const expiry = expiryOf(segment, ref);
    if (chosen !== 0 && expiry >= soonest) continue;
    chosen = ref;
    soonest = expiry;
  }
  return chosen;
}

/**
 * Evicts every entry that lies in some stretches of `count` chunks, those that are easiest to empty. Several, because to find them
 * takes a look at all entries, and because others may take what is freed: so more with each attempt.
 */
function evictStretches(
  attachment: Attachment,
  count: number,
  tries: number,
): boolean {
  const { segment } = attachment;
  const share = 2 ** Math.min(tries, MOST_DOUBLINGS) /
    STRETCHES_PER_SEGMENT;
  const wanted = Math.ceil(segment.chunkCount / count * share);
  const chosen = chooseChunks(attachment, count, wanted);
  if (chosen.size === 0) return false;
  const remover = new Remover(attachment);
  forEachEntry(attachment, (ref) => {
    if (chosen.has(segment.chunkOf(ref))) remover.remove(ref, "evicted");
  });
  purge(attachment, 1); // tombstones may lie in it too
  attachment.participant.allocator.consolidate(true);
  return true;
}

/** The chunks of up to `wanted` stretches of `count` chunks each. */
function chooseChunks(
  attachment: Attachment,
  count: number,
  wanted: number,
): Set<number> {
  const { segment } = attachment;
  const { limits } = attachment.participant.allocator;
  const end = limits.end("entry");
  const { spareChunks } = limits;
  const gains = gainsOf(attachment);
  const isFree = (chunk: number) => isFreeChunk(segment, chunk);
  // Chunks that are free already may be kept for tombstones: the eviction must free what is missing.
  let mostFree = Math.max(0, Math.min(count - 1, spareChunks));
  const chosen = new Set<number>();
  for (let i = 0; i < wanted; i++) {
    const first = bestStretch(segment, gains, count, end, mostFree);
    if (first < 0) break;
    for (let chunk = first; chunk < first + count; chunk++) {
      if (isFree(chunk)) mostFree--;
      chosen.add(chunk);
      gains[chunk] = TAKEN;
    }
    mostFree = Math.max(0, mostFree);
  }
  return chosen;
}

/** What the eviction of all its entries would free in each chunk, in bytes; what is free already counts, too. */
function gainsOf(attachment: Attachment): Float64Array {
  const { segment } = attachment;
  const gains = new Float64Array(segment.chunkCount);
  forEachEntry(attachment, (ref) => {
    let chunk = segment.chunkOf(ref);
    for (let left = bytesOf(segment.words, ref); left > 0;) {
      gains[chunk++] += Math.min(left, chunkBytes(segment));
      left -= chunkBytes(segment);
    }
  });
  for (let chunk = 0; chunk < gains.length; chunk++) {
    if (isFreeChunk(segment, chunk)) gains[chunk] = chunkBytes(segment);
  }
  return gains;
}

function chunkBytes(segment: Segment): number {
  return 2 ** segment.chunkShift * REF_BYTES;
}

/** Calls back for the newest version of every entry that can be evicted, pinned range by range. */
function forEachEntry(
  attachment: Attachment,
  visit: (ref: number) => void,
): void {
  const { participant, segment, table } = attachment;
  const { words } = segment;
  forEachRange(participant, table.migration, (refs, cursor) => {
    for (let i = 0; i < refs.length; i++) {
      if (isEvictable(words, refs[i], cursor.hashAt(i))) visit(refs[i]);
    }
  });
}

/** Whether a newest version is an entry's whose memory would come free, because no open snapshot shows it. */
function isEvictable(words: Words, ref: number, hash: number): boolean {
  return !isTombstone(words, ref) &&
    !isShownNow(words, settle(words, ref), hash);
}

/** The hashes, from 0 on, among which to look for an entry: while a dump is under way mostly those that it has passed. */
function hashesToTry(words: Words, inVain: number): number {
  const place = neededFrom(words);
  if (place === FIRST_PLACE || inVain % 2 !== 0) return 2 ** 32;
  return place - FIRST_PLACE;
}

function isSnapshotOpen({ words }: Segment): boolean {
  return oldestSnapshot(words) !== NEVER;
}

/**
 * The first of `count` chunks below `limit` that are free or full of entries, as far as possible: what else is in them stays.
 * At most `mostFree` of them are free already, and the first is not the middle of a large entry. Among equals any. -1: there
 * are none.
 *
 * @param gains See {@linkcode gainsOf}; what is not to be chosen is `TAKEN`.
 */
function bestStretch(
  segment: Segment,
  gains: Float64Array,
  count: number,
  limit: number,
  mostFree: number,
): number {
  const starts = limit - count + 1;
  if (starts <= 0) return -1;
  const before = new Float64Array(limit + 1);
  const freeBefore = new Int32Array(limit + 1);
  for (let chunk = 0; chunk < limit; chunk++) {
    before[chunk + 1] = before[chunk] + gains[chunk];
    freeBefore[chunk + 1] = freeBefore[chunk] +
      Number(isFreeChunk(segment, chunk));
  }
  const state = (chunk: number) =>
    hint(segment.words, segment.descriptor(chunk));
  const offset = Math.floor(Math.random() * starts);
  let best = -1;
  let most = 0;
  for (let i = 0; i < starts; i++) {
    const first = (offset + i) % starts;
    const total = before[first + count] - before[first];
    const free = freeBefore[first + count] - freeBefore[first];
    if (total <= most || free > mostFree) continue;
    if (state(first) === CHUNK_BODY) continue;
    most = total;
    best = first;
  }
  return best;
}
