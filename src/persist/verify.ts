/**
 * Verifying: reading a file from end to end, with every record in it, before anything of it is
 * used.
 *
 * @module
 */

import { hashWords } from "../table/hash.ts";
import { KEY_MASK, LENGTH_MASK } from "../segment/layout.ts";
import { describe, type SnapshotInfo } from "./directory.ts";
import { damage } from "./fs_error.ts";
import { FileReader } from "./file_reader.ts";
import { RECORD_HEAD_WORDS } from "./format.ts";
import type { WordPair } from "./header.ts";
import { haveSameKey } from "./merge.ts";
import { TimeSlices } from "../map/time_slices.ts";
import { isNodes } from "./node_record.ts";
import { recordEnd, wordsFor } from "./record.ts";
import { RecordReader } from "./record_reader.ts";

/**
 * How many keys may have one hash. With hashes as good as random, no map comes near; more would
 * make a table slow.
 */
const MOST_ALIKE = 64;

/** Called with the records of a file, block by block; their reader knows how far it is. */
export type OnRecords = (records: RecordReader) => void;

/**
 * Reads the whole file. Throws `SnapshotError` for the first thing that is wrong.
 *
 * @param file The file, at its beginning; at its end when this is done.
 * @param onRecords Called with the records of each block, once they are checked.
 * @returns How many nodes of structures it leaves out, since the epoch before has them.
 */
export async function verify(
  file: FileReader,
  onRecords: OnRecords = () => {},
): Promise<number> {
  const records = new RecordReader(file);
  const slices = new TimeSlices();
  const order = new OrderCheck(file);
  while (records.next()) {
    records.check();
    order.check(records);
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
  return records.kept;
}

/** Opens and verifies one file; returns what it is. Throws `SnapshotError`. */
export async function verifyFile(
  path: string,
  onRecords?: OnRecords,
): Promise<SnapshotInfo> {
  using file = FileReader.open(path);
  await verify(file, onRecords);
  return describe(file).info;
}

/**
 * Checks that the hashes of a file's records never go down, that each block begins with the hash
 * that it names, and that no key comes twice.
 */
class OrderCheck {
  readonly #file: FileReader;
  readonly #seed: WordPair;
  /** The last hash of the block before, and the key that has it. */
  #last = -1;
  #key: Int32Array = new Int32Array();
  /** Keys with one hash. */
  #alike: Int32Array[] = [];

  constructor(file: FileReader) {
    this.#file = file;
    this.#seed = file.header.seed;
  }

  check({ words, records }: RecordReader): void {
    const [k0, k1] = this.#seed;
    let last = this.#last;
    let before = -1;
    for (let at = 0, i = 0; i < records; i++) {
      const keyInfo = words[at];
      const isKey = !isNodes(keyInfo); // nodes are under the hash of their structure
      const hash = !isKey ? last : hashWords(
        words,
        wordsFor(keyInfo & LENGTH_MASK),
        keyInfo & KEY_MASK,
        k0,
        k1,
        at + RECORD_HEAD_WORDS,
      ) >>> 0;
      if (i === 0 && hash !== this.#file.firstHash) {
        this.#refuse("a block begins with another hash than it says");
      }
      if (isKey && hash <= last) {
        if (hash < last) this.#refuse("the entries are not in order");
        this.#compare(before < 0 ? this.#key : keyAt(words, before), words, at);
      }
      last = hash;
      if (isKey) before = at;
      at = recordEnd(words, at);
    }
    this.#last = last;
    // The words are overwritten by what comes next.
    if (before >= 0) this.#key = keyAt(words, before);
  }

  /** Compares a key with the one before it, and all others before that have its hash. */
  #compare(previous: Int32Array, words: Int32Array, at: number): void {
    if (!this.#alike.some((other) => haveSameKey(other, previous))) {
      this.#alike = [previous];
    }
    const alike = this.#alike;
    const key = keyAt(words, at);
    if (alike.some((other) => haveSameKey(other, key))) {
      this.#refuse("a key comes twice");
    }
    alike.push(key);
    if (alike.length > MOST_ALIKE) {
      this.#refuse(`more than ${MOST_ALIKE} keys have one hash`);
    }
  }

  #refuse(reason: string): never {
    throw damage(this.#file.path, this.#file.blockOffset, reason);
  }
}

/** The beginning of a record, with its key. */
function keyAt(words: Int32Array, at: number): Int32Array<ArrayBuffer> {
  const end = at + RECORD_HEAD_WORDS + wordsFor(words[at] & LENGTH_MASK);
  return new Int32Array(words.subarray(at, end));
}
