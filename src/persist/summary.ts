/**
 * Summaries: how many entries a file, or a chain of files, has, and how large they are.
 *
 * @module
 */

import { HAS_EXPIRY, LENGTH_MASK } from "../segment/layout.ts";
import type { FileReader } from "./file_reader.ts";
import { hasTrees, isNodes } from "./node_record.ts";
import type { NodeSink } from "./node_walk.ts";
import { isDeletion, recordEnd } from "./record.ts";
import type { RecordReader } from "./record_reader.ts";
import { mergeOf, type VerifiedEpoch } from "./restore.ts";
import { verify } from "./verify.ts";

/** Counts records and their sizes. */
export class Summary implements NodeSink {
  /** Records that are entries. */
  entries = 0;
  /** Records that say that a key was deleted. */
  deletions = 0;
  /** Entries that expire at some time. */
  expiring = 0;
  /** Entries that are structures: collections of a store that are kept in parts. */
  structures = 0;
  keyBytes = 0;
  /** With what their nodes take in the file. */
  valueBytes = 0;
  readonly #sizes: number[] = [];
  /** The bytes of the last structure, to which nodes may yet be added; undefined: there is none. */
  #open: number | undefined;

  /**
   * Entries by the bytes of key and value together: at 0 those of 0 bytes, at n those of 2^(n-1) up
   * to, but not, 2^n.
   */
  get sizes(): readonly number[] {
    this.#close();
    return this.#sizes;
  }

  /** Counts the record at `at`. */
  count(words: Int32Array, at: number): void {
    const keyInfo = words[at];
    const valueInfo = words[at + 1];
    if (isNodes(keyInfo)) return this.#add(valueInfo & LENGTH_MASK);
    this.#close();
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
    if (hasTrees(keyInfo)) {
      this.structures++;
      this.#open = key + value;
    } else this.#countSize(key + value);
  }

  /** Counts a node of the last structure: see `NodeSink`. */
  take(words: Int32Array, at: number): number {
    this.#add(words[at] * 4);
    return 1; // any slot
  }

  #add(bytes: number): void {
    this.valueBytes += bytes;
    this.#open! += bytes;
  }

  #close(): void {
    if (this.#open !== undefined) this.#countSize(this.#open);
    this.#open = undefined;
  }

  #countSize(bytes: number): void {
    const at = bytes === 0 ? 0 : Math.floor(Math.log2(bytes)) + 1;
    while (this.#sizes.length <= at) this.#sizes.push(0);
    this.#sizes[at]++;
  }

  /** Counts all records that a reader has read. */
  countAll({ words, records }: RecordReader): void {
    for (let at = 0, i = 0; i < records; i++) {
      this.count(words, at);
      at = recordEnd(words, at);
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
    if (merge.hasTrees) merge.readNodes(summary);
    onEntry(summary.entries);
  }
  return summary;
}
