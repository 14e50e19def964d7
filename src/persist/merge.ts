/**
 * Merging: the entries that a chain of epochs adds up to, in one pass over all of its files.
 *
 * The files are of one map, so their records are in the order of the same hashes. As in a merge of
 * sorted lists, the lowest hash comes next; if several files have a key, the newest one counts. So
 * nothing is written that a later epoch overwrites or deletes, and it takes the memory of one block
 * per file.
 *
 * The nodes of a structure are read when the caller asks for them (`node_walk.ts` says in which
 * order). If several files have its hash, they were passed by then, as other keys with that hash
 * may come behind them: so each file goes back, and then on again.
 *
 * @module
 */

import { KEY_WIDE, LENGTH_MASK } from "../segment/layout.ts";
import { EncodedKey } from "../table/key.ts";
import { NO_USE } from "../table/kept_uses.ts";
import type { FileReader } from "./file_reader.ts";
import { RECORD_HEAD_WORDS } from "./format.ts";
import { damage } from "./fs_error.ts";
import { hasTrees, isNodes } from "./node_record.ts";
import { type NodeSink, NodeWalk } from "./node_walk.ts";
import { isDeletion, recordEnd, recordValue } from "./record.ts";
import { type ReaderPlace, readKey, RecordReader } from "./record_reader.ts";

/** The hash of a stream that has ended: greater than all others. */
const END = 2 ** 32;

/** A record that is to be handed out later, with its use. */
interface Waiting {
  readonly record: Int32Array;
  readonly use: number;
}

/** Where a stream was. */
interface StreamPlace {
  readonly reader: ReaderPlace;
  readonly at: number;
  readonly left: number;
  readonly hash: number;
}

/** A stream that has records of one hash: where they begin, and what comes behind them. */
interface Sharer {
  readonly stream: Stream;
  readonly begin: StreamPlace;
  readonly end: StreamPlace;
}

/** The records of one file, one at a time, but for those of nodes. */
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

  /** Goes on to the next record with a key; `onNodes` is called with the nodes before it. */
  advance(
    onNodes: (words: Int32Array, at: number, end: number) => void = () => {},
  ): void {
    for (this.#pass(); this.#hasRecord() && this.#isAtNodes; this.#pass()) {
      const { words } = this;
      onNodes(words, recordValue(words, this.at), recordEnd(words, this.at));
    }
    this.#look();
  }

  get #isAtNodes(): boolean {
    return isNodes(this.words[this.at]);
  }

  #pass(): void {
    this.at = recordEnd(this.words, this.at);
    this.#left--;
  }

  /** Whether there is one more record: it is the present one then. */
  #hasRecord(): boolean {
    while (this.#left === 0) {
      if (!this.#reader.next()) return false;
      this.#reader.check();
      this.#left = this.#reader.records;
      this.at = 0;
    }
    return true;
  }

  #look(): void {
    if (!this.#hasRecord()) {
      this.hash = END;
      return;
    }
    readKey(this.#reader.words, this.at, this.#key);
    this.hash = this.#key.hash >>> 0;
  }

  /** Whether the present record has the key of another one, which begins its words. */
  isAt(record: Int32Array): boolean {
    return haveSameKey(this.words.subarray(this.at), record);
  }

  /** Where it is. */
  get place(): StreamPlace {
    const { at, hash } = this;
    return { reader: this.#reader.place, at, left: this.#left, hash };
  }

  /** Goes back, or on, to a place where it was. */
  goTo({ reader, at, left, hash }: StreamPlace): void {
    this.hash = hash;
    this.#left = left;
    if (hash === END) return;
    if (this.#reader.place !== reader) this.#reader.goTo(reader);
    this.at = at;
  }

  /** Throws for what is wrong with the file. */
  refuse(reason: string): never {
    const { file } = this.#reader;
    throw damage(file.path, file.blockOffset, reason);
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
  /** The streams that share the hash of the present record, newest first; none if one has it. */
  #sharers: Sharer[] = [];

  /** @param files The chain, the full epoch first. */
  constructor(files: readonly FileReader[]) {
    this.#streams = files.map((file) => new Stream(file)).reverse();
  }

  /** Whether trees hang from the present entry. */
  get hasTrees(): boolean {
    return hasTrees(this.words[this.at]);
  }

  /**
   * Reads the nodes of the present entry, which is a structure, once at most; its record is not
   * there any more then. Throws `SnapshotError`.
   */
  readNodes(sink: NodeSink): void {
    const newest = this.#taken ?? this.#sharers[0].stream;
    const walk = new NodeWalk(sink, (reason) => newest.refuse(reason));
    if (this.#taken !== undefined) {
      beginWalk(walk, this.words, this.at);
      this.#taken.advance((...nodes) => walk.take(...nodes));
      this.#taken = undefined;
    } else this.#readShared(walk);
    if (walk.goesBack) {
      newest.refuse("it leaves out nodes that are in no epoch before");
    }
  }

  /** From each file that has the entry, the newest first, as long as nodes are wanted. */
  #readShared(walk: NodeWalk): void {
    const key = this.words; // its record, and nothing else
    let isBegun = false;
    for (const { begin, end, stream } of this.#sharers) {
      stream.goTo(begin);
      while (stream.hash === begin.hash && !stream.isAt(key)) stream.advance();
      const isThere = stream.hash === begin.hash;
      const isPlain = isThere && !hasTrees(stream.words[stream.at]);
      if (isThere && !isPlain) {
        if (isBegun) goBack(walk, stream.words, stream.at);
        else beginWalk(walk, stream.words, stream.at);
        isBegun = true;
        stream.advance((...nodes) => walk.take(...nodes));
      }
      stream.goTo(end);
      if (isPlain || isThere && !walk.goesBack) return;
    }
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
    this.#sharers = [];
    for (const stream of this.#streams) {
      if (stream.hash !== hash) continue;
      const begin = stream.place;
      for (; stream.hash === hash; stream.advance()) {
        const { at, use, words } = stream;
        const record = words.slice(at, recordEnd(words, at));
        if (!seen.some((other) => haveSameKey(other.record, record))) {
          seen.push({ record, use });
        }
      }
      this.#sharers.push({ stream, begin, end: stream.place });
    }
    this.#group = seen.filter(({ record }) => !isDeletion(record[1]));
  }
}

/** Begins a walk with the structure of the record at `at`. */
export function beginWalk(walk: NodeWalk, words: Int32Array, at: number): void {
  const value = recordValue(words, at);
  walk.begin(words, value + 1, words[value]);
}

function goBack(walk: NodeWalk, words: Int32Array, at: number): void {
  const value = recordValue(words, at);
  walk.goBack(words, value + 1, words[value]);
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
