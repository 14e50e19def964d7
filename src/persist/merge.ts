/**
 * Merging: the entries that a chain of epochs adds up to, in one pass over all of its files.
 *
 * The files are of one map, so their records are in the order of the same hashes. As in a merge of
 * sorted lists, the lowest hash comes next; if several files have a key, the newest one counts. So
 * nothing is written that a later epoch overwrites or deletes, and it takes the memory of one block
 * per file.
 *
 * @module
 */

import { KEY_WIDE, LENGTH_MASK } from "../segment/layout.ts";
import { EncodedKey } from "../table/key.ts";
import { NO_USE } from "../table/kept_uses.ts";
import type { FileReader } from "./file_reader.ts";
import { RECORD_HEAD_WORDS } from "./format.ts";
import { isDeletion, recordWords } from "./record.ts";
import { readKey, RecordReader } from "./record_reader.ts";

/** The hash of a stream that has ended: greater than all others. */
const END = 2 ** 32;

/** A record that is to be handed out later, with its use. */
interface Waiting {
  readonly record: Int32Array;
  readonly use: number;
}

/** The records of one file, one at a time. */
class Stream {
  readonly #reader: RecordReader;
  readonly #key: EncodedKey;
  #left = 0;
  /** Where the present record begins. */
  at = 0;
  /** The hash of its key as an unsigned number; `END` behind the last one. */
  hash = 0;

  constructor(file: FileReader) {
    this.#reader = new RecordReader(file);
    this.#key = new EncodedKey(file.header.seed);
    this.#look();
  }

  get words(): Int32Array {
    return this.#reader.words;
  }

  /** What is known of the uses of its key. */
  get use(): number {
    const { records, uses } = this.#reader;
    return uses[records - this.#left] ?? NO_USE;
  }

  advance(): void {
    const { words } = this.#reader;
    this.at += recordWords(words[this.at], words[this.at + 1]);
    this.#left--;
    this.#look();
  }

  #look(): void {
    while (this.#left === 0) {
      if (!this.#reader.next()) {
        this.hash = END;
        return;
      }
      this.#reader.check();
      this.#left = this.#reader.records;
      this.at = 0;
    }
    readKey(this.#reader.words, this.at, this.#key);
    this.hash = this.#key.hash >>> 0;
  }
}

/** The merged records of a chain. */
export class Merge {
  /** Newest first. */
  readonly #streams: Stream[];
  /** Records of one hash that several files have, with what is left to hand out. */
  #group: Waiting[] = [];
  /** The present record is in these words, at this place. */
  words: Int32Array = new Int32Array();
  at = 0;
  /** What is known of the uses of its key: see `table/kept_uses.ts`. */
  use: number = NO_USE;
  #taken: Stream | undefined;

  /** @param files The chain, the full epoch first. */
  constructor(files: readonly FileReader[]) {
    this.#streams = files.map((file) => new Stream(file)).reverse();
  }

  /** Goes on to the next entry; false at the end. */
  next(): boolean {
    this.#taken?.advance();
    this.#taken = undefined;
    for (;;) {
      const waiting = this.#group.pop();
      if (waiting !== undefined) {
        this.words = waiting.record;
        this.at = 0;
        this.use = waiting.use;
        return true;
      }
      const stream = this.#lowest();
      if (stream === undefined) {
        continue; // it made a group
      }
      if (stream.hash === END) return false;
      if (isDeletion(stream.words[stream.at + 1])) {
        stream.advance();
        continue;
      }
      this.words = stream.words;
      this.at = stream.at;
      this.use = stream.use;
      this.#taken = stream;
      return true;
    }
  }

  /**
   * The only stream with the lowest hash. If there are several, it makes their group, and returns
   * undefined.
   */
  #lowest(): Stream | undefined {
    const streams = this.#streams;
    let lowest = streams[0];
    let alone = true;
    for (let i = 1; i < streams.length; i++) {
      const { hash } = streams[i];
      if (hash > lowest.hash) continue;
      alone = hash < lowest.hash;
      lowest = streams[i];
    }
    if (alone || lowest.hash === END) return lowest;
    this.#collect(lowest.hash);
    return undefined;
  }

  /**
   * Takes all records of one hash; of each key the newest, if it is not a deletion, goes into the
   * group.
   */
  #collect(hash: number): void {
    const seen: Waiting[] = [];
    for (const stream of this.#streams) {
      for (; stream.hash === hash; stream.advance()) {
        const { at, use, words } = stream;
        const end = at + recordWords(words[at], words[at + 1]);
        const record = words.slice(at, end);
        if (!seen.some((other) => haveSameKey(other.record, record))) {
          seen.push({ record, use });
        }
      }
    }
    this.#group = seen.filter(({ record }) => !isDeletion(record[1]));
  }
}

/** Whether two records, each at the beginning of its words, have one key. */
export function haveSameKey(a: Int32Array, b: Int32Array): boolean {
  const mask = LENGTH_MASK | KEY_WIDE;
  if ((a[0] & mask) !== (b[0] & mask)) return false;
  const end = RECORD_HEAD_WORDS + (((a[0] & LENGTH_MASK) + 3) >>> 2);
  for (let i = RECORD_HEAD_WORDS; i < end; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}
