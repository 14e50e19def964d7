/**
 * Building a snapshot from entries that come in any order: they are kept in memory as records, and
 * sorted when all are there. Of several entries with one key, the last counts.
 *
 * @module
 */

import { EncodedKey } from "../table/key.ts";
import {
  checkUnderstood,
  describe,
  PartFile,
  settleDirectory,
  type SnapshotInfo,
} from "./directory.ts";
import { DirectoryLock } from "./directory_lock.ts";
import type { SnapshotProgress } from "./dump.ts";
import { type Entry, EntryCodec } from "./entry_codec.ts";
import { FileWriter } from "./file_writer.ts";
import { type Compression, TARGET_WORDS } from "./format.ts";
import type { CodecNames, Header, WordPair } from "./header.ts";
import { haveSameKey } from "./merge.ts";
import { copy, recordExpiry, recordWords } from "./record.ts";
import { readKey } from "./record_reader.ts";

/** Words of memory that are taken at once; a larger record has its own. */
const CHUNK_WORDS = 2 ** 18;

/** Where an epoch goes, and how. */
export interface SnapshotTarget {
  /** An existing directory. */
  directory: string;
  /** The number of the epoch; by default the next one. */
  epoch?: number;
  compression: Compression;
  /** Called after every block. */
  onProgress?: (progress: SnapshotProgress) => void;
}

/** What was written. */
export interface Assembled extends SnapshotInfo {
  /** Entries that were left out because they have expired. */
  expired: number;
  /** Entries that were left out because another with their key came later. */
  replaced: number;
}

/** The entries of a snapshot to be. */
export class SnapshotBuilder {
  readonly #codecs: CodecNames;
  readonly #codec: EntryCodec;
  readonly #seed = randomPair();
  readonly #key = new EncodedKey(this.#seed);
  readonly #chunks: Int32Array[] = [];
  /** Words in use of the last chunk. */
  #used = CHUNK_WORDS;
  /** Of each record its hash, its chunk, and where in the chunk it begins. */
  readonly #hashes: number[] = [];
  readonly #chunkOf: number[] = [];
  readonly #places: number[] = [];

  /** Throws `RangeError` for a name that no codec can have. */
  constructor(codecs: CodecNames) {
    this.#codecs = codecs;
    this.#codec = new EntryCodec(codecs);
  }

  /** Entries so far. */
  get size(): number {
    return this.#hashes.length;
  }

  /** Adds an entry. Throws `TypeError` or `RangeError` for what the codecs do not take. */
  add(entry: Entry): void {
    const record = this.#codec.encode(entry);
    readKey(record, 0, this.#key);
    const place = this.#reserve(record.length);
    const chunk = this.#chunks.length - 1;
    copy(record, 0, this.#chunks[chunk], place, record.length);
    this.#hashes.push(this.#key.hash >>> 0);
    this.#chunkOf.push(chunk);
    this.#places.push(place);
  }

  #reserve(words: number): number {
    if (this.#used + words > CHUNK_WORDS) {
      this.#chunks.push(new Int32Array(Math.max(CHUNK_WORDS, words)));
      this.#used = 0;
    }
    this.#used += words;
    return this.#used - words;
  }

  #record(index: number): Int32Array {
    const chunk = this.#chunks[this.#chunkOf[index]];
    const at = this.#places[index];
    return chunk.subarray(at, at + recordWords(chunk[at], chunk[at + 1]));
  }

  /** Writes a full epoch, durably. Throws `SnapshotError`; nothing is left behind then. */
  async write(target: SnapshotTarget): Promise<Assembled> {
    using _lock = await DirectoryLock.take(
      target.directory,
      crypto.randomUUID(),
      { check: () => checkUnderstood(target.directory, this.#codecs) },
    );
    const part = PartFile.create(
      target.directory,
      this.#codecs,
      target.epoch,
    );
    let writer: FileWriter | undefined;
    try {
      const header = this.#header(part.epoch);
      writer = new FileWriter(part.file, header, target.compression);
      const left = { expired: 0, replaced: 0 };
      for (const record of this.#sorted(header.time, left)) {
        await this.#writeRecord(writer, record, target);
      }
      const { records } = writer;
      const bytes = await writer.finish(records);
      settleDirectory(target.directory);
      part.publish();
      const footer = { entries: records, records };
      const { info } = describe({
        header,
        footer,
        path: part.finalPath,
        bytes,
      });
      return { ...info, ...left };
    } finally {
      await writer?.settle();
      part.discard();
    }
  }

  async #writeRecord(
    writer: FileWriter,
    record: Int32Array,
    { onProgress }: SnapshotTarget,
  ): Promise<void> {
    if (!writer.fits(record.length)) {
      await writer.endBlock();
      const { bytes, records: entries } = writer;
      onProgress?.({ entries, total: this.size, bytes, restarts: 0 });
    }
    readKey(record, 0, this.#key);
    const { hash } = this.#key;
    if (record.length > TARGET_WORDS) {
      return await writer.writeLarge(record, hash, false);
    }
    if (writer.blockIsEmpty) writer.firstHash = hash;
    const end = copy(record, 0, writer.words, writer.at, record.length);
    writer.count(end, false);
  }

  /** The records that are wanted, in the order of their hashes; counts the others. */
  *#sorted(
    now: number,
    left: { expired: number; replaced: number },
  ): Generator<Int32Array> {
    let seen: Int32Array[] = [];
    let last = -1;
    for (const index of this.#order()) {
      const record = this.#record(index);
      if (this.#hashes[index] !== last) seen = [];
      last = this.#hashes[index];
      if (seen.some((other) => haveSameKey(other, record))) {
        left.replaced++;
        continue;
      }
      seen.push(record);
      if (recordExpiry(record, 0) <= now) left.expired++;
      else yield record;
    }
  }

  /** The indices of all records by hash; of one hash the last comes first. */
  *#order(): Generator<number> {
    const count = this.size;
    const pairs = new Uint32Array(count * 2);
    for (let i = 0; i < count; i++) {
      pairs[i * 2] = count - 1 - i;
      pairs[i * 2 + 1] = this.#hashes[i];
    }
    // As numbers of 64 bits, which lie in memory with the low word first, they are sorted by the
    // runtime itself.
    new BigUint64Array(pairs.buffer).sort();
    for (let i = 0; i < count; i++) yield count - 1 - pairs[i * 2];
  }

  #header(epoch: number): Header {
    return {
      ...this.#codecs,
      id: randomPair(),
      seed: this.#seed,
      epoch,
      base: undefined,
      time: Date.now(),
      expected: this.size,
    };
  }
}

function randomPair(): WordPair {
  const [low, high] = crypto.getRandomValues(new Int32Array(2));
  return [low, high];
}
