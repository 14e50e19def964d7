/**
 * Verifying: reads a file from end to end, and every record in it, before anything is believed.
 *
 * @module
 */

import { EncodedKey } from "../table/key.ts";
import { describe, type SnapshotInfo } from "./directory.ts";
import { damage } from "./failure.ts";
import { FileReader } from "./file_reader.ts";
import { Slices } from "./pause.ts";
import { recordWords } from "./record.ts";
import { readKey, RecordReader } from "./record_reader.ts";

/** Sees the records of a file block by block; their reader knows how far it is. */
export type OnRecords = (records: RecordReader) => void;

/**
 * Reads the whole file. Throws `SnapshotError` for the first thing that is not right.
 *
 * @param file The file, at its beginning; at its end when this is done.
 * @param inOrder Whether the order of the hashes matters, as it does for a chain of epochs.
 * @param onRecords Sees the records of each block once they are checked.
 */
export async function verify(
  file: FileReader,
  inOrder: boolean,
  onRecords: OnRecords = () => {},
): Promise<void> {
  const records = new RecordReader(file);
  const slices = new Slices();
  const order = inOrder ? new OrderCheck(file) : undefined;
  while (records.next()) {
    records.check();
    order?.check(records);
    onRecords(records);
    if (slices.isOver) await slices.pause();
  }
  const { footer, header } = file;
  const isFull = header.base === undefined;
  if (
    records.deletions !== footer.deletions ||
    (isFull && footer.entries !== footer.records)
  ) {
    throw damage(
      file.path,
      footer.length,
      "the totals of the footer do not match",
    );
  }
}

/** Opens and verifies one file; returns what it is. Throws `SnapshotError`. */
export async function verifyFile(
  path: string,
  onRecords?: OnRecords,
): Promise<SnapshotInfo> {
  using file = FileReader.open(path);
  await verify(file, true, onRecords);
  return describe(file).info;
}

/** Whether the hashes of a file's records never go down. */
class OrderCheck {
  readonly #file: FileReader;
  readonly #key: EncodedKey;
  #last = 0;

  constructor(file: FileReader) {
    this.#file = file;
    this.#key = new EncodedKey(file.header.seed);
  }

  check({ words, records }: RecordReader): void {
    for (let at = 0, i = 0; i < records; i++) {
      readKey(words, at, this.#key);
      const hash = this.#key.hash >>> 0;
      if (hash < this.#last) {
        throw damage(
          this.#file.path,
          this.#file.blockOffset,
          "the entries are not in order",
        );
      }
      this.#last = hash;
      at += recordWords(words[at], words[at + 1]);
    }
  }
}
