/**
 * Reading the records of a file one after the other; large ones are put together from their pieces.
 *
 * @module
 */

import { LENGTH_MASK } from "../segment/layout.ts";
import type { EncodedKey } from "../table/key.ts";
import { USE_BITS } from "../table/kept_uses.ts";
import { SnapshotError } from "../errors.ts";
import { Content } from "./content.ts";
import { damage } from "./fs_error.ts";
import type { FilePlace, FileReader } from "./file_reader.ts";
import {
  MAX_RAW_WORDS,
  RECORD_HEAD_WORDS,
  STRUCTURES_VERSION,
} from "./format.ts";
import { NodeCheck } from "./node_check.ts";
import { hasTrees, isNodes } from "./node_record.ts";
import { copy, isDeletion, recordFault, recordWords } from "./record.ts";
import { KEY_WIDE } from "../segment/layout.ts";

const NO_USES = new Int32Array();

/** Puts the key of the record at `at` into `key`, which then has its hash. */
export function readKey(words: Int32Array, at: number, key: EncodedKey): void {
  const keyInfo = words[at];
  const byteLength = keyInfo & LENGTH_MASK;
  key.reserve(byteLength + 4);
  copy(
    words,
    at + RECORD_HEAD_WORDS,
    key.words,
    0,
    (byteLength + 3) >>> 2,
  );
  key.finish(byteLength, (keyInfo & KEY_WIDE) !== 0);
}

/** Where a reader was before the records that it has. */
export interface ReaderPlace {
  readonly file: FilePlace;
  /** Nodes that were yet to come. */
  readonly open: number;
}

/** A run of whole records in memory: a block, or one large record. */
export class RecordReader {
  readonly file: FileReader;
  /** The present records. */
  words: Int32Array = new Int32Array();
  /** How many they are. */
  records = 0;
  /** A use for each of them; nothing, if none are kept. */
  uses: Int32Array = NO_USES;
  /** Deletions that were seen by {@linkcode check}. */
  deletions = 0;
  /** Whether structures, or nodes, are among the present records. */
  hasTrees = false;
  /** Where it was before the present records. */
  place: ReaderPlace;
  #large = new Int32Array();
  readonly #content: Content;
  readonly #nodes: NodeCheck;
  readonly #mayHaveTrees: boolean;

  constructor(file: FileReader) {
    this.file = file;
    this.place = { file: file.place, open: 0 };
    this.#content = new Content(file.header);
    this.#nodes = new NodeCheck(file.header.base !== undefined);
    this.#mayHaveTrees = file.header.format >= STRUCTURES_VERSION;
  }

  /** How many nodes were said to be in the epoch before, as far as {@linkcode check} has seen. */
  get kept(): number {
    return this.#nodes.kept;
  }

  /** Whether the present records begin with nodes of a structure that is among those before. */
  get goesOn(): boolean {
    return this.records > 0 && isNodes(this.words[0]);
  }

  /** Goes on to the next records; false at the end of the file. Throws `SnapshotError`. */
  next(): boolean {
    const { file } = this;
    this.place = { file: file.place, open: this.#nodes.open };
    if (!file.readBlock()) {
      if (this.#nodes.open > 0) this.#refuse("a structure is cut off");
      return false;
    }
    if (file.isPiece) {
      this.#assemble();
      this.hasTrees = hasTrees(this.words[0]);
    } else {
      this.words = file.words;
      this.records = file.records;
      this.uses = file.uses;
      this.hasTrees = file.hasTrees;
    }
    file.countRecords(this.hasTrees ? this.#countKeys() : this.records);
    return true;
  }

  /** Goes back, or on, to a place where it was, and reads what comes there once more. */
  goTo(place: ReaderPlace): void {
    this.file.goTo(place.file);
    this.#nodes.open = place.open;
    this.next();
    this.check();
    this.place = place;
  }

  /** How many of the present records have a key. They are not checked. */
  #countKeys(): number {
    const { words } = this;
    let keys = 0;
    let at = 0;
    for (let i = 0; i < this.records && at + 1 < words.length; i++) {
      if (!isNodes(words[at])) keys++;
      at += recordWords(words[at], words[at + 1]);
    }
    return keys;
  }

  /**
   * The memory for a large record grows with the pieces that come: the length that the first one
   * announces is not believed.
   */
  #assemble(): void {
    const { file } = this;
    const first = file.words;
    const total = first.length < RECORD_HEAD_WORDS
      ? 0
      : recordWords(first[0], first[1]);
    let got = 0;
    for (;;) {
      const isLast = got + file.words.length === total;
      const isFull = file.words.length === MAX_RAW_WORDS;
      if (
        !file.isPiece || file.isLastPiece !== isLast || !(isFull || isLast)
      ) this.#refuse("the pieces of a large entry do not fit together");
      this.#reserve(got, got + file.words.length, total);
      this.#large.set(file.words, got);
      got += file.words.length;
      if (isLast) break;
      if (!file.readBlock()) this.#refuse("a large entry is cut off");
    }
    this.words = this.#large.subarray(0, total);
    this.records = 1;
    this.uses = NO_USES;
  }

  #reserve(used: number, words: number, most: number): void {
    if (this.#large.length >= words) return;
    const large = this.#bufferOf(Math.min(most, words * 2));
    large.set(this.#large.subarray(0, used));
    this.#large = large;
  }

  /** A lack of memory is not the file's fault. */
  #bufferOf(words: number): Int32Array<ArrayBuffer> {
    try {
      return new Int32Array(words);
    } catch (cause) {
      const { path } = this.file;
      const reason = `no memory for an entry of ${words * 4} bytes`;
      const error = new SnapshotError(
        `Cannot read the snapshot "${path}": ${reason}: give the program more memory`,
        { path, reason },
      );
      error.cause = cause;
      throw error;
    }
  }

  /**
   * Checks that the present words are as many whole records as were announced, and what these hold.
   * Throws `SnapshotError`.
   */
  check(): void {
    const { words } = this;
    const mayBeTombstone = this.file.header.base !== undefined;
    let at = 0;
    for (let i = 0; i < this.records; i++) {
      if (at + RECORD_HEAD_WORDS > words.length) {
        this.#refuse("too few entries");
      }
      const fault = recordFault(
        words[at],
        words[at + 1],
        mayBeTombstone,
        this.#mayHaveTrees && this.hasTrees,
      );
      if (fault !== undefined) this.#refuse(fault);
      const end = at + recordWords(words[at], words[at + 1]);
      if (end > words.length) this.#refuse("an entry is cut off");
      const nonsense = this.#faultOf(at);
      if (nonsense !== undefined) this.#refuse(nonsense);
      at = end;
    }
    if (at !== words.length) this.#refuse("bytes behind the last entry");
    if (this.uses.some((use) => (use & ~USE_BITS) !== 0)) {
      this.#refuse("unknown bits in the use of an entry");
    }
  }

  /** What is wrong with what the whole record at `at` holds; undefined: nothing. */
  #faultOf(at: number): string | undefined {
    const { words } = this;
    if (isNodes(words[at])) return this.#nodes.faultOfNodes(words, at);
    if (this.#nodes.open > 0) return "a structure is cut off";
    if (isDeletion(words[at + 1])) this.deletions++;
    return this.#content.faultOf(words, at) ??
      (hasTrees(words[at])
        ? this.#nodes.faultOfStructure(words, at)
        : undefined);
  }

  #refuse(reason: string): never {
    throw damage(this.file.path, this.file.blockOffset, reason);
  }
}
