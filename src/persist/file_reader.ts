/**
 * Reading the file of one epoch, block by block, in bounded memory. Nothing is used before it is
 * checked.
 *
 * `open` checks header, footer and size. `readBlock` checks one block and returns its payload;
 * after the last one it checks that all of the file was seen, and is what its footer says. A reader
 * may begin again, and then checks everything again, as a file may change.
 *
 * @module
 */

import { damage, failure } from "./fs_error.ts";
import { OpenFile } from "./files.ts";
import {
  BLOCK_COMPRESSED,
  BLOCK_HEADER_BYTES,
  BLOCK_LAST_PIECE,
  BLOCK_MAGIC,
  BLOCK_NODES,
  BLOCK_PIECE,
  BLOCK_USES,
  FOOTER_BYTES,
  HEADER_MAX_BYTES,
  MAX_RAW_BYTES,
  MAX_STORED_BYTES,
} from "./format.ts";
import {
  type CheckedHeader,
  decodeFooter,
  decodeHeader,
  type Footer,
} from "./header.ts";
import { crc32, zlib } from "./zlib.ts";

const KNOWN_FLAGS = BLOCK_COMPRESSED | BLOCK_PIECE | BLOCK_LAST_PIECE |
  BLOCK_USES | BLOCK_NODES;
const NOTHING = new Uint8Array();
const NO_USES = new Int32Array();
/**
 * The logarithm of how many bytes decompression may refer back: it needs that much memory beside
 * the payload.
 */
const WINDOW_LOG = 21;

/** How far a reader was before a block. */
export interface FilePlace {
  readonly offset: number;
  readonly check: number;
  readonly blocks: number;
  readonly records: number;
  readonly rawBytes: number;
  readonly compressedBlocks: number;
}

/** Reads one file. */
export class FileReader implements Disposable {
  readonly path: string;
  readonly header: CheckedHeader;
  readonly footer: Footer;
  /** The size of the file. */
  readonly bytes: number;
  readonly #file: OpenFile;
  #offset = 0;
  #check = 0;
  #blocks = 0;
  #records = 0;
  #rawBytes = 0;
  #compressedBlocks = 0;
  readonly #head = new Uint8Array(BLOCK_HEADER_BYTES);
  readonly #headView = new DataView(this.#head.buffer);
  #stored = NOTHING;
  /** The records in the payload of the block at hand. */
  words: Int32Array = new Int32Array();
  /** A use for each of them; nothing, if none are kept. */
  uses: Int32Array = NO_USES;
  /** Records in it; 0 for a piece of one. */
  records = 0;
  /** Whether structures, or nodes, are among them. */
  hasTrees = false;
  isPiece = false;
  isLastPiece = false;
  /** The hash of the first of them, as the block says; of the whole record, if it is a piece. */
  firstHash = 0;
  /** Where the block begins in the file. */
  blockOffset = 0;

  private constructor(path: string, file: OpenFile) {
    this.path = path;
    this.#file = file;
    try {
      this.bytes = file.size;
      const first = this.#readAt(0, Math.min(this.bytes, HEADER_MAX_BYTES));
      this.header = decodeHeader(path, first);
      const last = Math.max(this.header.byteLength, this.bytes - FOOTER_BYTES);
      this.footer = decodeFooter(
        path,
        this.#readAt(last, this.bytes - last),
        this.bytes,
      );
      this.rewind();
    } catch (error) {
      file.close();
      throw failure("read the snapshot", path, error);
    }
  }

  /** Opens a file. Throws `SnapshotError`. */
  static open(path: string): FileReader {
    let file: OpenFile;
    try {
      file = OpenFile.open(path, { read: true });
    } catch (cause) {
      throw failure("read the snapshot", path, cause);
    }
    return new FileReader(path, file);
  }

  /** Bytes of the file that were read so far, from its beginning. */
  get offset(): number {
    return this.#offset;
  }

  /** Compressed blocks among those that were read so far. */
  get compressedBlocks(): number {
    return this.#compressedBlocks;
  }

  /** Starts over. */
  rewind(): void {
    const { byteLength } = this.header;
    this.#check = crc32(this.#readAt(0, byteLength));
    this.#offset = byteLength;
    this.#blocks = 0;
    this.#records = 0;
    this.#rawBytes = 0;
    this.#compressedBlocks = 0;
  }

  /** How far it is. */
  get place(): FilePlace {
    return {
      offset: this.#offset,
      check: this.#check,
      blocks: this.#blocks,
      records: this.#records,
      rawBytes: this.#rawBytes,
      compressedBlocks: this.#compressedBlocks,
    };
  }

  /** Goes back, or on, to where it was at some time. */
  goTo(place: FilePlace): void {
    this.#seek(place.offset);
    this.#offset = place.offset;
    this.#check = place.check;
    this.#blocks = place.blocks;
    this.#records = place.records;
    this.#rawBytes = place.rawBytes;
    this.#compressedBlocks = place.compressedBlocks;
  }

  /**
   * Reads the next block; false if there is none, and the whole file was as its footer says. Throws
   * `SnapshotError`.
   */
  readBlock(): boolean {
    const left = this.footer.length - this.#offset;
    if (left <= 0) {
      this.#checkTotals();
      return false;
    }
    this.blockOffset = this.#offset;
    if (left < BLOCK_HEADER_BYTES) this.#refuse("a block's header is cut off");
    this.#readFully(this.#head);
    const { stored, raw, flags } = this.#checkBlockHeader(left);
    if (this.#stored.length < stored) this.#stored = bufferOf(stored);
    const payload = this.#stored.subarray(0, stored);
    this.#readFully(payload);
    this.#checkSum(payload);
    this.#unpack(payload, raw, flags);
    this.#offset += BLOCK_HEADER_BYTES + stored;
    this.#blocks++;
    this.#rawBytes += raw;
    if ((flags & BLOCK_COMPRESSED) !== 0) this.#compressedBlocks++;
    return true;
  }

  #checkBlockHeader(
    left: number,
  ): { stored: number; raw: number; flags: number } {
    const view = this.#headView;
    const stored = view.getUint32(8, true);
    const raw = view.getUint32(12, true);
    const flags = view.getUint32(20, true);
    this.records = view.getUint32(16, true);
    this.firstHash = view.getUint32(24, true);
    this.hasTrees = (flags & BLOCK_NODES) !== 0;
    this.isPiece = (flags & BLOCK_PIECE) !== 0;
    this.isLastPiece = (flags & BLOCK_LAST_PIECE) !== 0;
    if (view.getUint32(0, true) !== BLOCK_MAGIC) {
      this.#refuse("no block begins here");
    }
    if (view.getUint32(4, true) !== this.#blocks) {
      this.#refuse(
        `block ${view.getUint32(4, true)} stands here, not ${this.#blocks}`,
      );
    }
    const isPossible = stored <= MAX_STORED_BYTES && raw <= MAX_RAW_BYTES &&
      raw % 4 === 0 && raw > 0 && (flags & ~KNOWN_FLAGS) === 0 &&
      ((flags & BLOCK_COMPRESSED) !== 0 || stored === raw) &&
      (this.isPiece
        ? this.records === 0 && (flags & (BLOCK_USES | BLOCK_NODES)) === 0
        : this.records <= raw / 8);
    if (!isPossible) this.#refuse("a block's header is not possible");
    if (BLOCK_HEADER_BYTES + stored > left) this.#refuse("a block is cut off");
    return { stored, raw, flags };
  }

  #checkSum(payload: Uint8Array): void {
    const head = crc32(this.#head.subarray(0, 28), this.header.check);
    if (crc32(payload, head) !== this.#headView.getUint32(28, true)) {
      this.#refuse("the check of a block does not match");
    }
    this.#check = crc32(this.#head, this.#check);
  }

  #unpack(payload: Uint8Array, raw: number, flags: number): void {
    let bytes = payload;
    if ((flags & BLOCK_COMPRESSED) !== 0) {
      const { constants, zstdDecompressSync } = zlib();
      try {
        bytes = zstdDecompressSync(payload, {
          maxOutputLength: raw,
          params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
        });
      } catch {
        this.#refuse("a block cannot be decompressed");
      }
      if (bytes.length !== raw) {
        this.#refuse("a block decompresses to another length");
      }
    }
    if (bytes.byteOffset % 4 !== 0) bytes = new Uint8Array(bytes);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, raw / 4);
    const uses = (flags & BLOCK_USES) === 0 ? 0 : this.records;
    this.words = words.subarray(0, words.length - uses);
    this.uses = words.subarray(words.length - uses);
  }

  /** Counts records that were found in the blocks. */
  countRecords(records: number): void {
    this.#records += records;
  }

  #checkTotals(): void {
    const { footer } = this;
    this.blockOffset = footer.length;
    const isAll = this.#blocks === footer.blocks &&
      this.#rawBytes === footer.rawBytes && this.#records === footer.records;
    if (!isAll) this.#refuse("the totals of the footer do not match");
    if (this.#check !== footer.check) {
      this.#refuse("the check of the whole file does not match");
    }
  }

  /** Throws for what was found in the block at hand. */
  #refuse(reason: string): never {
    throw damage(this.path, this.blockOffset, reason);
  }

  #readAt(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#seek(offset);
    this.blockOffset = offset;
    this.#readFully(bytes);
    return bytes;
  }

  #seek(offset: number): void {
    try {
      this.#file.seek(offset);
    } catch (cause) {
      throw failure("read the snapshot", this.path, cause);
    }
  }

  #readFully(bytes: Uint8Array): void {
    let read: number;
    try {
      read = this.#file.read(bytes);
    } catch (cause) {
      throw failure("read the snapshot", this.path, cause);
    }
    if (read < bytes.length) this.#refuse("the file ends too early");
  }

  /** Closes the file; a second call does nothing. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Aligned memory for `bytes` bytes, and some more, so that it is not made anew for each block. */
function bufferOf(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Math.min(MAX_STORED_BYTES, Math.ceil(bytes * 1.25)));
}
