/**
 * Summaries: how many entries a file, or a chain of files, has, and how large they are.
 *
 * @module
 */

import { HAS_EXPIRY, LENGTH_MASK } from "../segment/layout.ts";
import type { FileReader } from "./file_reader.ts";
import { isDeletion, recordWords } from "./record.ts";
import type { RecordReader } from "./record_reader.ts";
import { mergeOf, type VerifiedEpoch } from "./restore.ts";
import { verify } from "./verify.ts";

/** Counts records and their sizes. */
export class Summary {
  /** Records that are entries. */
  entries = 0;
  /** Records that say that a key was deleted. */
  deletions = 0;
  /** Entries that expire at some time. */
  expiring = 0;
  keyBytes = 0;
  valueBytes = 0;
  /**
   * Entries by the bytes of key and value together: at 0 those of 0 bytes, at n those of 2^(n-1) up
   * to, but not, 2^n.
   */
  readonly sizes: number[] = [];

  /** Counts the record at `at`. */
  count(words: Int32Array, at: number): void {
    const keyInfo = words[at];
    const valueInfo = words[at + 1];
    if (isDeletion(valueInfo)) {
      this.deletions++;
      return;
    }
    const key = keyInfo & LENGTH_MASK;
    const value = valueInfo & LENGTH_MASK;
    this.entries++;
    if ((keyInfo & HAS_EXPIRY) !== 0) this.expiring++;
    this.keyBytes += key;
    this.valueBytes += value;
    this.#countSize(key + value);
  }

  #countSize(bytes: number): void {
    const at = 32 - Math.clz32(bytes);
    while (this.sizes.length <= at) this.sizes.push(0);
    this.sizes[at]++;
  }

  /** Counts all records that a reader has read. */
  countAll({ words, records }: RecordReader): void {
    for (let at = 0, i = 0; i < records; i++) {
      this.count(words, at);
      at += recordWords(words[at], words[at + 1]);
    }
  }
}

/** Verifies a file, and summarizes its records. Throws `SnapshotError`. */
export async function summarizeFile(
  file: FileReader,
  onRecords: (records: RecordReader) => void,
): Promise<Summary> {
  const summary = new Summary();
  await verify(file, (records) => {
    summary.countAll(records);
    onRecords(records);
  });
  return summary;
}

/**
 * Summarizes the entries of a verified epoch; calls back after each with how many there are so far.
 */
export function summarizeEpoch(
  epoch: VerifiedEpoch,
  onEntry: (entries: number) => void,
): Summary {
  const summary = new Summary();
  const merge = mergeOf(epoch);
  while (merge.next()) {
    summary.count(merge.words, merge.at);
    onEntry(summary.entries);
  }
  return summary;
}
