/**
 * Writing the file of one epoch: header, blocks, footer, in this order and once.
 *
 * One block is filled while the one before is being written, so that neither waits long for the
 * other. It takes the memory of two blocks, however large the map is.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { NO_USE } from "../table/kept_uses.ts";
import { failure } from "./fs_error.ts";
import type { OpenFile } from "./files.ts";
import {
  BLOCK_COMPRESSED,
  BLOCK_HEADER_BYTES,
  BLOCK_HEADER_WORDS,
  BLOCK_LAST_PIECE,
  BLOCK_MAGIC,
  BLOCK_NODES,
  BLOCK_PIECE,
  BLOCK_USES,
  type Compression,
  FOOTER_BYTES,
  MAX_RAW_WORDS,
  RECORD_HEAD_WORDS,
  TARGET_WORDS,
} from "./format.ts";
import { hasTrees, isNodes } from "./node_record.ts";
import { crc32, zlib } from "./zlib.ts";
import { checkOf, encodeFooter, encodeHeader, type Header } from "./header.ts";

/** A block with its header, and the use of a single record. */
const BLOCK_WORDS = BLOCK_HEADER_WORDS + TARGET_WORDS + 1;
/** A level that costs less time than it saves at a disk's usual speed. */
const ZSTD_LEVEL = 1;

/** Writes one file. Failures are `SnapshotError`s. */
export class FileWriter {
  readonly #file: OpenFile;
  readonly #compression: Compression;
  readonly #headerCheck: number;
  /** The block being filled, after the place of its header; and the one being written. */
  #words = new Int32Array(BLOCK_WORDS);
  #spare = new Int32Array(BLOCK_WORDS);
  #writing: Promise<void> = Promise.resolve();
  #check: number;
  #bytes: number;
  #rawBytes = 0;
  #blocks = 0;
  /** Where the next record goes in `words`. */
  at: number = BLOCK_HEADER_WORDS;
  #recordsInBlock = 0;
  /** A use for each record of the block, if they are kept: see `table/kept_uses.ts`. */
  #uses: Int32Array | undefined;
  #isUsed = false;
  /** Whether structures, or nodes, are in the block. */
  #hasTrees = false;
  /** The hash of the first record of the block. */
  firstHash = 0;
  #records = 0;
  #deletions = 0;

  /** Begins the file. */
  constructor(file: OpenFile, header: Header, compression: Compression) {
    this.#file = file;
    this.#compression = compression;
    const bytes = encodeHeader(header);
    this.#headerCheck = checkOf(bytes);
    this.#check = crc32(bytes);
    this.#bytes = bytes.length;
    this.#send(bytes);
  }

  /** From here on a use is kept with each record. */
  keepUses(): void {
    this.#uses = new Int32Array(TARGET_WORDS / RECORD_HEAD_WORDS);
  }

  /** The block being filled: records go to `at`. */
  get words(): Int32Array {
    return this.#words;
  }

  /** Bytes of the file so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Records of the file so far, but for those of nodes. */
  get records(): number {
    return this.#records;
  }

  /** Deletions among the records so far. */
  get deletions(): number {
    return this.#deletions;
  }

  /** Whether a record of so many words fits into the block as it is. */
  fits(words: number): boolean {
    const uses = this.#uses === undefined ? 0 : this.#recordsInBlock + 1;
    return this.at + words + uses <= this.#words.length;
  }

  /** Whether the next record is the first of its block: then its hash is wanted, as `firstHash`. */
  get blockIsEmpty(): boolean {
    return this.#recordsInBlock === 0;
  }

  /** Counts a record that was written at `at` and ends at `end`, with its use. */
  count(end: number, isDeletion: boolean, use: number = NO_USE): void {
    if (this.#uses !== undefined) {
      this.#uses[this.#recordsInBlock] = use;
      if (use !== NO_USE) this.#isUsed = true;
    }
    const keyInfo = this.#words[this.at];
    if (hasTrees(keyInfo)) this.#hasTrees = true;
    this.#recordsInBlock++;
    this.#countKey(keyInfo, isDeletion);
    this.at = end;
  }

  #countKey(keyInfo: number, isDeletion: boolean): void {
    if (isNodes(keyInfo)) return;
    this.#records++;
    if (isDeletion) this.#deletions++;
  }

  /** Ends the block at hand, if there is anything in it. */
  async endBlock(): Promise<void> {
    if (this.#recordsInBlock === 0) return;
    const trees = this.#hasTrees ? BLOCK_NODES : 0;
    this.#hasTrees = false;
    await this.#endBlock(trees | (this.#isUsed ? this.#appendUses() : 0));
  }

  /** Appends the uses of the records to the block at hand; returns the flag that says so. */
  #appendUses(): number {
    const uses = this.#uses!.subarray(0, this.#recordsInBlock);
    this.#words.set(uses, this.at);
    this.at += uses.length;
    this.#isUsed = false;
    return BLOCK_USES;
  }

  /** Writes a record that is larger than a block, in pieces. */
  async writeLarge(
    record: Int32Array,
    hash: number,
    isDeletion: boolean,
  ): Promise<void> {
    await this.endBlock();
    this.#countKey(record[0], isDeletion);
    for (let from = 0; from < record.length; from += MAX_RAW_WORDS) {
      const piece = record.subarray(from, from + MAX_RAW_WORDS);
      this.firstHash = hash;
      this.#grow(piece.length);
      this.#words.set(piece, BLOCK_HEADER_WORDS);
      this.at = BLOCK_HEADER_WORDS + piece.length;
      const isLast = from + piece.length === record.length;
      await this.#endBlock(BLOCK_PIECE | (isLast ? BLOCK_LAST_PIECE : 0));
    }
  }

  #grow(words: number): void {
    if (BLOCK_HEADER_WORDS + words <= this.#words.length) return;
    this.#words = new Int32Array(BLOCK_HEADER_WORDS + words);
  }

  async #endBlock(flags: number): Promise<void> {
    const bytes = this.#seal(flags);
    [this.#words, this.#spare] = [this.#spare, this.#words];
    this.at = BLOCK_HEADER_WORDS;
    this.#recordsInBlock = 0;
    // The spare block is the one that was being written: it must be out before it is filled again.
    await this.#writing;
    this.#send(bytes);
  }

  /** The block at hand with its header, as it goes into the file. */
  #seal(flags: number): Uint8Array {
    const rawBytes = (this.at - BLOCK_HEADER_WORDS) * 4;
    this.#rawBytes += rawBytes;
    let block = new Uint8Array(
      this.#words.buffer,
      0,
      BLOCK_HEADER_BYTES + rawBytes,
    );
    if (this.#compression === "zstd") {
      const packed = compress(block.subarray(BLOCK_HEADER_BYTES));
      if (packed.length < rawBytes) {
        flags |= BLOCK_COMPRESSED;
        block = Buffer.concat([
          new Uint8Array(BLOCK_HEADER_BYTES),
          packed,
        ]);
      }
    }
    const view = new DataView(block.buffer, block.byteOffset);
    view.setUint32(0, BLOCK_MAGIC, true);
    view.setUint32(4, this.#blocks++, true);
    view.setUint32(8, block.length - BLOCK_HEADER_BYTES, true);
    view.setUint32(12, rawBytes, true);
    view.setUint32(16, this.#recordsInBlock, true);
    view.setUint32(20, flags, true);
    view.setUint32(24, this.firstHash >>> 0, true);
    const head = crc32(block.subarray(0, 28), this.#headerCheck);
    view.setUint32(28, crc32(block.subarray(BLOCK_HEADER_BYTES), head), true);
    this.#check = crc32(block.subarray(0, BLOCK_HEADER_BYTES), this.#check);
    this.#bytes += block.length;
    return block;
  }

  /** Ends the file and makes it durable. Returns its length. */
  async finish(entries: number): Promise<number> {
    await this.endBlock();
    await this.#writing;
    this.#send(encodeFooter({
      blocks: this.#blocks,
      records: this.#records,
      deletions: this.#deletions,
      entries,
      rawBytes: this.#rawBytes,
      length: this.#bytes,
      check: this.#check,
    }));
    await this.#writing;
    try {
      await this.#file.sync();
    } catch (cause) {
      throw failure("write the snapshot", this.#file.path, cause);
    }
    return this.#bytes + FOOTER_BYTES;
  }

  /** Waits until nothing is being written, also after an error: the file may be closed then. */
  async settle(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  #send(bytes: Uint8Array): void {
    this.#writing = this.#write(bytes);
    this.#writing.catch(() => {}); // it is reported where it is awaited next
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.write(bytes);
    } catch (cause) {
      throw failure("write the snapshot", this.#file.path, cause);
    }
  }
}

function compress(bytes: Uint8Array): Uint8Array {
  const { constants, zstdCompressSync } = zlib();
  return zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
  });
}
