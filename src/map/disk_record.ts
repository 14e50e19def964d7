/**
 * What is known of a map's epochs on disk, in words of its header, so that every worker can tell.
 * The worker that writes epochs notes it here; the map itself knows of no files.
 *
 * One worker writes at a time, but for rare cases. So what belongs to an epoch is written one word
 * after the other, and read in the same way. If two workers wrote at once, or one died in between,
 * the fields may belong to two epochs.
 *
 * @module
 */

import {
  D_BYTES,
  D_CURRENT_AT,
  D_DURATION,
  D_ENTRIES,
  D_EPOCH,
  D_TIME,
  H_DISK,
  H_DISK_FAILED,
  H_DISK_FAILURES,
  H_DISK_WRITTEN,
} from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { add, load, store } from "../segment/atomics.ts";

/** What {@linkcode SharedMapStats} says of the epochs of a map on disk. */
export interface PersistenceStats {
  /** The number of the last epoch, which may be the one that was restored; 0: there is none yet. */
  epoch: number;
  /** Entries in it, including those of the epochs that it builds on. */
  entries: number;
  /** Bytes of its file. */
  bytes: number;
  /** How long it took to write, in milliseconds. */
  durationMs: number;
  /**
   * How long ago the moment is that it shows, in milliseconds. It grows also while nothing changes.
   */
  ageMs: number;
  /**
   * How far the disk is behind, in milliseconds: writes of that span of time would be lost now.
   * While epochs can be written it stays at about an interval at most, also if nothing changes: so
   * this is the figure to watch. It counts from when the map is restored, or first written.
   */
  behindMs: number;
  /** Epochs written. */
  written: number;
  /** Epochs that could not be written. */
  failed: number;
  /** The same since the last one that was written, or was not needed. */
  failuresInARow: number;
}

/** An epoch that was written. */
export interface WrittenEpoch {
  epoch: number;
  entries: number;
  bytes: number;
  /** The moment that it shows, in milliseconds since 1970. */
  time: number;
}

const FIELDS = H_DISK / 2;

/**
 * Notes that the map is kept on disk from now on, with the epoch that was restored, if any. Does
 * nothing if that was noted before.
 */
export function noteBeginning(
  segment: Segment,
  restored?: WrittenEpoch,
): void {
  const { floats } = segment;
  if (floats[FIELDS + D_CURRENT_AT] !== 0) return;
  if (restored !== undefined) noteFields(segment, restored, 0);
  floats[FIELDS + D_CURRENT_AT] = Date.now();
}

/** Notes an epoch that took so many milliseconds. */
export function noteEpoch(
  segment: Segment,
  written: WrittenEpoch,
  durationMs: number,
): void {
  noteFields(segment, written, durationMs);
  add(segment.words, H_DISK_WRITTEN, 1);
  noteCurrent(segment, written.time);
}

function noteFields(
  { floats }: Segment,
  { epoch, entries, bytes, time }: WrittenEpoch,
  durationMs: number,
): void {
  floats[FIELDS + D_EPOCH] = epoch;
  floats[FIELDS + D_ENTRIES] = entries;
  floats[FIELDS + D_BYTES] = bytes;
  floats[FIELDS + D_TIME] = time;
  floats[FIELDS + D_DURATION] = durationMs;
}

/** Notes that the map was as it is on disk at some moment, in milliseconds since 1970. */
export function noteCurrent({ floats, words }: Segment, time: number): void {
  floats[FIELDS + D_CURRENT_AT] = time;
  store(words, H_DISK_FAILURES, 0);
}

/** Notes that an epoch could not be written. */
export function noteFailure({ words }: Segment): void {
  add(words, H_DISK_FAILED, 1);
  add(words, H_DISK_FAILURES, 1);
}

/** What was noted; undefined: the map is not kept on disk. */
export function readDiskRecord(
  { floats, words }: Segment,
): PersistenceStats | undefined {
  const field = (index: number) => floats[FIELDS + index];
  if (field(D_CURRENT_AT) === 0) return undefined;
  const now = Date.now();
  const since = (time: number) => Math.max(0, now - time); // the clock may have been set back
  return {
    epoch: field(D_EPOCH),
    entries: field(D_ENTRIES),
    bytes: field(D_BYTES),
    durationMs: field(D_DURATION),
    ageMs: field(D_EPOCH) === 0 ? 0 : since(field(D_TIME)),
    behindMs: since(field(D_CURRENT_AT)),
    written: load(words, H_DISK_WRITTEN),
    failed: load(words, H_DISK_FAILED),
    failuresInARow: load(words, H_DISK_FAILURES),
  };
}
