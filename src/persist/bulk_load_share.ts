/**
 * One share of a file's entries, which one of several participants loads: a range of its blocks,
 * and so of the hashes.
 *
 * @module
 */

import type { SegmentHandle } from "../segment/segment.ts";
import type { FileReader } from "./file_reader.ts";
import type { BulkLoader } from "./bulk_load.ts";
import { RecordReader } from "./record_reader.ts";

/** Which of how many equal parts of the file. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** What a worker is to load. */
export interface BulkLoadAssignment {
  readonly handle: SegmentHandle;
  readonly path: string;
  /** The checksum of the file that was verified. */
  readonly check: number;
  readonly share: Share;
  /** How many entries each has written, by the index of its share. */
  readonly loaded: Int32Array<SharedArrayBuffer>;
}

/**
 * Loads one share. Reads all of the file, and checks it once more. Throws `SnapshotError` or
 * `MapFullError`.
 */
export async function loadShare(
  loader: BulkLoader,
  file: FileReader,
  { index, of }: Share,
  afterBlock: () => Promise<void> | void,
): Promise<void> {
  const records = new RecordReader(file);
  for (let share = 0;;) {
    // By where the record begins, so that each large one is in one share, too.
    const begins = Math.floor(of * file.offset / file.footer.length);
    if (!records.next()) return;
    if (!records.goesOn) share = begins; // else its nodes belong to the structure before
    if (share !== index) continue;
    records.check();
    loader.loadAll(records);
    if (!loader.isWithinStructure) await afterBlock();
  }
}
