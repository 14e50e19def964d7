/**
 * How much of a map's memory an epoch needs: counted over all of its entries, once they did not
 * fit.
 *
 * @module
 */

import { MapFullError, theMap } from "../errors.ts";
import { liveBytesOf } from "../map/counters.ts";
import { liveEntries } from "../table/account.ts";
import type { Attachment } from "../map/attachment.ts";
import { leastMaxBytes } from "../map/capacity.ts";
import { leastReserve } from "../segment/chunk_limits.ts";
import { HAS_EXPIRY, LENGTH_MASK, REF_BYTES } from "../segment/layout.ts";
import { type Geometry, layOut, type Segment } from "../segment/segment.ts";
import { classOf, classRefs } from "../segment/size_classes.ts";
import { minCapacityShiftFor } from "../table/resize_policy.ts";
import { tableBytes } from "../table/table_record.ts";
import { versionBytes } from "../table/version.ts";
import type { FileReader } from "./file_reader.ts";
import { Merge } from "./merge.ts";
import { TimeSlices } from "../map/time_slices.ts";
import type { NodeSink } from "./node_walk.ts";
import { recordExpiry } from "./record.ts";
import { structureBytes } from "./structure_load.ts";

/** Entries between two readings of the clock. */
const ENTRIES_PER_LOOK = 1024;
/**
 * A share of the chunks: for those of each size class that are not full, and for memory that is
 * scattered.
 */
const SLACK = 1 / 16;

/** What is in a map before an epoch is loaded. */
export interface Load {
  entries: number;
  liveBytes: number;
}

/** What a segment holds at this moment. */
export function loadOf(segment: Segment): Load {
  return {
    entries: liveEntries(segment.words),
    liveBytes: liveBytesOf(segment),
  };
}

/** The memory that entries need. */
class Need implements NodeSink {
  entries: number;
  /** Blocks of entries, by their size in refs. */
  readonly #blocks = new Map<number, number>();
  /** Bytes that are there already. */
  readonly #liveBytes: number;
  #longestKey = 0;

  constructor({ entries, liveBytes }: Load) {
    this.entries = entries;
    this.#liveBytes = liveBytes;
  }

  /** Adds an entry whose value takes so many bytes. */
  add(keyInfo: number, valueBytes: number): void {
    const keyBytes = keyInfo & LENGTH_MASK;
    const hasExpiry = (keyInfo & HAS_EXPIRY) !== 0;
    const bytes = versionBytes(keyBytes, valueBytes, hasExpiry);
    this.#addBlock(Math.ceil(bytes / REF_BYTES));
    this.#longestKey = Math.max(this.#longestKey, keyBytes);
    this.entries++;
  }

  /** Adds a node: see `NodeSink`. */
  take(words: Int32Array, at: number): number {
    this.#addBlock(words[at + 1]);
    return 1; // any slot
  }

  #addBlock(refs: number): void {
    this.#blocks.set(refs, (this.#blocks.get(refs) ?? 0) + 1);
  }

  /**
   * How many chunks of a segment they need: with the table that they are in, one to move to, and
   * what is kept for tombstones.
   */
  chunksIn({ chunkCount, chunkShift }: Geometry): number {
    const chunkRefs = 2 ** chunkShift;
    const chunksOf = (bytes: number) =>
      Math.ceil(bytes / (chunkRefs * REF_BYTES));
    let chunks = chunksOf(this.#liveBytes);
    for (const [refs, count] of this.#blocks) {
      chunks += refs > chunkRefs / 2
        ? count * Math.ceil(refs / chunkRefs)
        : count / Math.floor(chunkRefs / classRefs(classOf(refs)));
    }
    return Math.ceil(chunks * (1 + SLACK)) +
      2 * chunksOf(tableBytes(2 ** minCapacityShiftFor(this.entries))) +
      leastReserve(chunkCount) +
      chunksOf(versionBytes(this.#longestKey, 0, false));
  }

  fitsInto(geometry: Geometry): boolean {
    return this.chunksIn(geometry) <= geometry.chunkCount;
  }

  bytesIn(geometry: Geometry): number {
    const { chunkShift, firstChunk } = geometry;
    return (firstChunk + this.chunksIn(geometry) * 2 ** chunkShift) * REF_BYTES;
  }
}

/**
 * The error for an epoch that did not fit: it says how much the epoch needs, and a `maxBytes` that
 * is enough.
 *
 * @param attachment The map.
 * @param files The epoch, which is read once more.
 * @param before What was in the map before.
 * @param error The error of the entry for which there was no memory. It is the one to report if a
 * snapshot is open, which takes memory; or if all should fit, as somebody else uses the memory
 * then.
 */
export async function restoreTooLarge(
  attachment: Attachment,
  files: readonly FileReader[],
  before: Load,
  error: MapFullError,
): Promise<MapFullError> {
  if (error.snapshot !== undefined) return error;
  const { segment } = attachment;
  const maxBytes = segment.buffer.byteLength;
  const need = await needOf(files, before);
  const geometry = layOut(maxBytes, segment);
  if (need.fitsInto(geometry)) return error;
  const needed = need.bytesIn(geometry);
  const size = leastMaxBytes(segment, (geometry) => need.fitsInto(geometry));
  const remedy = size === undefined
    ? "it is larger than any map"
    : `create the map with a larger maxBytes, such as ${size}`;
  const { path } = files[files.length - 1];
  const mapName = segment.name;
  const { liveBytes } = before;
  const beside = before.entries === 0
    ? ""
    : `, with the ${before.entries} that the map had,`;
  return new MapFullError(
    `Cannot restore the snapshot "${path}" into ${
      theMap(mapName)
    }: its entries${beside} need about ${needed} bytes, and maxBytes is ${maxBytes}: ${remedy}`,
    { needed, maxBytes, liveBytes, path, mapName },
  );
}

/** Counts the present entry of a merge. */
function addPresent(merge: Merge, need: Need): void {
  const { at, words } = merge;
  if (!merge.hasTrees) need.add(words[at], words[at + 1] & LENGTH_MASK);
  else {
    need.add(words[at], structureBytes(words, at));
    merge.readNodes(need);
  }
}

/** Counts what has not expired. */
async function needOf(
  files: readonly FileReader[],
  before: Load,
): Promise<Need> {
  for (const file of files) file.rewind();
  const merge = new Merge(files);
  const need = new Need(before);
  const slices = new TimeSlices();
  const now = Date.now();
  for (let n = 1; merge.next(); n++) {
    const { at, words } = merge;
    const keyInfo = words[at];
    const isGone = (keyInfo & HAS_EXPIRY) !== 0 &&
      recordExpiry(words, at) <= now;
    if (!isGone) addPresent(merge, need);
    if (n % ENTRIES_PER_LOOK === 0 && slices.isOver) await slices.pause();
  }
  return need;
}
