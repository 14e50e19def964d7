/**
 * Emptying stretches of memory, for an entry that takes a run of chunks: entries that are evicted
 * here and there leave no run free.
 *
 * @module
 */

import { CHUNK_BODY, REF_BYTES } from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { isFreeChunk } from "../segment/table_region.ts";
import { hint } from "../segment/atomics.ts";
import { bytesOf } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { forEachEvictable } from "./evictable.ts";
import { purge } from "./purge.ts";
import { Remover } from "./removal.ts";

/** The stretches that the first try empties are this part of the segment. */
const STRETCHES_PER_SEGMENT = 64;
/** With each try it is twice as much, so many times. */
const MOST_DOUBLINGS = 3;
/** The gain of a chunk that is not to be chosen: less than all others together can make up for. */
const TAKEN = -(2 ** 50);

/**
 * Evicts every entry that lies in some stretches of `count` chunks: those that are easiest to
 * empty. Several, because all entries have to be visited to find them, and because others may take
 * what is freed: so more with each try. False: there are none.
 */
export function emptyStretches(
  attachment: Attachment,
  count: number,
  tries: number,
): boolean {
  const { segment } = attachment;
  const share = 2 ** Math.min(tries, MOST_DOUBLINGS) / STRETCHES_PER_SEGMENT;
  const wanted = Math.ceil(segment.chunkCount / count * share);
  const chosen = chooseChunks(attachment, count, wanted);
  if (chosen.size === 0) return false;
  const remover = new Remover(attachment);
  forEachEvictable(attachment, (ref) => {
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
  const gains = gainsOf(attachment);
  const isFree = (chunk: number) => isFreeChunk(segment, chunk);
  // Free chunks may be kept for tombstones: the eviction must free what is missing.
  let mostFree = Math.max(0, Math.min(count - 1, limits.spareChunks));
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

/**
 * What each chunk would have free if all that may be evicted were gone, in bytes: also what is free
 * already.
 */
function gainsOf(attachment: Attachment): Float64Array {
  const { segment } = attachment;
  const gains = new Float64Array(segment.chunkCount);
  forEachEvictable(attachment, (ref) => {
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

/**
 * The first of `count` chunks below `limit` that are free or full of entries, as far as possible:
 * what else is in them stays. At most `mostFree` of them are free already, and the first is not the
 * middle of a large entry. Of equal ones any. -1: there are none.
 *
 * @param gains See {@linkcode gainsOf}; that of a chunk that is not to be chosen is `TAKEN`.
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
