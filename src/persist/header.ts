/**
 * The header and the footer of a file, as objects and as bytes. See `format.ts` for where
 * everything stands.
 *
 * @module
 */

import { CODEC_NAME_BYTES, LAYOUT_VERSION } from "../segment/layout.ts";
import { damage, NotUnderstoodError } from "./fs_error.ts";
import {
  FILE_IS_DELTA,
  FILE_MAGIC,
  FOOTER_BYTES,
  FOOTER_MAGIC,
  FORMAT_VERSION,
  HEADER_FIXED_BYTES,
  HEADER_MAX_BYTES,
  OLDEST_VERSION,
} from "./format.ts";
import { crc32 } from "./zlib.ts";

/** 64 bits as two words. */
export type WordPair = readonly [number, number];

/** Codecs, by their names. */
export interface CodecNames {
  keyCodec: string;
  valueCodec: string;
}

/** What a file says about itself at its beginning. */
export interface Header extends CodecNames {
  /** Tells the file from every other. */
  id: WordPair;
  /** The hash seed of the map. */
  seed: WordPair;
  epoch: number;
  /** The epoch that a delta builds on, and the id of its file; undefined in a full epoch. */
  base: { epoch: number; id: WordPair } | undefined;
  /** When the snapshot was opened, in milliseconds since 1970. */
  time: number;
  /** Entries of the map, about. */
  expected: number;
}

/** What a file says about itself at its end. */
export interface Footer {
  blocks: number;
  records: number;
  deletions: number;
  /** Entries of the map at this epoch. */
  entries: number;
  rawBytes: number;
  /** The length of the file before the footer. */
  length: number;
  /** The check of all bytes before the footer. */
  check: number;
}

/** A header that was read, with the check that the blocks' own checks begin with. */
export interface CheckedHeader extends Header {
  /** The version of the file's format. */
  format: number;
  /** The layout version of the map's memory, for information. */
  layout: number;
  byteLength: number;
  check: number;
}

/** The last millisecond since 1970 that is a date. */
const LAST_TIME = 8.64e15;

/** The header as bytes. */
export function encodeHeader(header: Header): Uint8Array<ArrayBuffer> {
  const key = new TextEncoder().encode(header.keyCodec);
  const value = new TextEncoder().encode(header.valueCodec);
  const names = key.length + value.length;
  const length = Math.ceil((HEADER_FIXED_BYTES + names + 4) / 8) * 8;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  setPair(view, 0, FILE_MAGIC);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, LAYOUT_VERSION, true);
  view.setUint32(16, length, true);
  view.setUint32(20, header.base === undefined ? 0 : FILE_IS_DELTA, true);
  setPair(view, 24, header.id);
  setPair(view, 32, header.seed);
  view.setFloat64(40, header.epoch, true);
  view.setFloat64(48, header.base?.epoch ?? 0, true);
  setPair(view, 56, header.base?.id ?? [0, 0]);
  view.setFloat64(64, header.time, true);
  view.setFloat64(72, header.expected, true);
  view.setUint32(80, key.length, true);
  view.setUint32(84, value.length, true);
  bytes.set(key, HEADER_FIXED_BYTES);
  bytes.set(value, HEADER_FIXED_BYTES + key.length);
  view.setUint32(length - 4, crc32(bytes.subarray(0, length - 4)), true);
  return bytes;
}

/** The check of an encoded header. */
export function checkOf(header: Uint8Array): number {
  return viewOf(header).getUint32(header.length - 4, true);
}

/** Reads the header from the first bytes of a file. Throws `SnapshotError`. */
export function decodeHeader(path: string, bytes: Uint8Array): CheckedHeader {
  if (bytes.length < HEADER_FIXED_BYTES + 4) {
    throw damage(path, 0, `only ${bytes.length} bytes, less than a header`);
  }
  const view = viewOf(bytes);
  if (!isPair(view, 0, FILE_MAGIC)) {
    throw damage(path, 0, "it does not begin like an epoch of a map");
  }
  const version = view.getUint32(8, true);
  if (version > FORMAT_VERSION) throw tooNew(path, version);
  if (version < OLDEST_VERSION) {
    throw damage(
      path,
      8,
      `its format version is ${version}, this module reads ${OLDEST_VERSION} to ${FORMAT_VERSION}`,
    );
  }
  const length = view.getUint32(16, true);
  const isPossible = length >= HEADER_FIXED_BYTES + 4 && length % 8 === 0 &&
    length <= Math.min(HEADER_MAX_BYTES, bytes.length);
  if (!isPossible) {
    throw damage(path, 16, `a header of ${length} bytes is not possible`);
  }
  const check = view.getUint32(length - 4, true);
  if (crc32(bytes.subarray(0, length - 4)) !== check) {
    throw damage(path, length - 4, "the check of the header does not match");
  }
  const [keyCodec, valueCodec] = decodeNames(path, view, bytes, length);
  const flags = view.getUint32(20, true);
  if ((flags & ~FILE_IS_DELTA) !== 0) {
    throw damage(path, 20, `unknown flags ${flags}`);
  }
  const isDelta = (flags & FILE_IS_DELTA) !== 0;
  const header: CheckedHeader = {
    id: getPair(view, 24),
    seed: getPair(view, 32),
    epoch: view.getFloat64(40, true),
    base: isDelta
      ? { epoch: view.getFloat64(48, true), id: getPair(view, 56) }
      : undefined,
    time: view.getFloat64(64, true),
    expected: view.getFloat64(72, true),
    keyCodec,
    valueCodec,
    format: version,
    layout: view.getUint32(12, true),
    byteLength: length,
    check,
  };
  checkNumbers(path, header);
  return header;
}

/** Numbers of entries, bytes and epochs are whole, and not negative. */
function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkNumbers(path: string, header: CheckedHeader): void {
  const { base, epoch, expected, time } = header;
  if (!isCount(epoch)) throw damage(path, 40, `an epoch ${epoch}`);
  if (base !== undefined && !(isCount(base.epoch) && base.epoch < epoch)) {
    throw damage(path, 48, `epoch ${epoch} builds on epoch ${base.epoch}`);
  }
  if (!(time >= 0 && time <= LAST_TIME)) {
    throw damage(path, 64, `it was opened at ${time}`);
  }
  if (!isCount(expected)) throw damage(path, 72, `${expected} entries`);
}

/**
 * Nothing else is checked: how a newer file is checked, only its own version knows.
 */
function tooNew(path: string, version: number): NotUnderstoodError {
  return new NotUnderstoodError(
    `Cannot read the snapshot "${path}": its format version is ${version}, this module reads ${OLDEST_VERSION} to ${FORMAT_VERSION}: use the version of the module that wrote it, or move the file away`,
    { path, offset: 8, reason: "a newer format" },
  );
}

function decodeNames(
  path: string,
  view: DataView,
  bytes: Uint8Array,
  length: number,
): [string, string] {
  const key = view.getUint32(80, true);
  const value = view.getUint32(84, true);
  const isPossible = key <= CODEC_NAME_BYTES && value <= CODEC_NAME_BYTES &&
    HEADER_FIXED_BYTES + key + value + 4 <= length;
  if (!isPossible) {
    throw damage(path, 80, `codec names of ${key} and ${value} bytes`);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const text = (start: number, count: number) =>
    decoder.decode(bytes.subarray(start, start + count));
  try {
    return [
      text(HEADER_FIXED_BYTES, key),
      text(HEADER_FIXED_BYTES + key, value),
    ];
  } catch {
    throw damage(path, HEADER_FIXED_BYTES, "codec names that are no text");
  }
}

/** The footer as bytes. */
export function encodeFooter(footer: Footer): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, FOOTER_MAGIC, true);
  view.setUint32(4, footer.blocks, true);
  view.setFloat64(8, footer.records, true);
  view.setFloat64(16, footer.deletions, true);
  view.setFloat64(24, footer.entries, true);
  view.setFloat64(32, footer.rawBytes, true);
  view.setFloat64(40, footer.length, true);
  view.setUint32(48, footer.check, true);
  const check = crc32(bytes.subarray(0, FOOTER_BYTES - 4));
  view.setUint32(FOOTER_BYTES - 4, check, true);
  return bytes;
}

/** Reads the last bytes of a file of `size` bytes. Throws `SnapshotError`. */
export function decodeFooter(
  path: string,
  bytes: Uint8Array,
  size: number,
): Footer {
  const at = size - FOOTER_BYTES;
  const view = viewOf(bytes);
  if (bytes.length < FOOTER_BYTES || view.getUint32(0, true) !== FOOTER_MAGIC) {
    throw damage(path, Math.max(0, at), "it does not end like an epoch");
  }
  const check = crc32(bytes.subarray(0, FOOTER_BYTES - 4));
  if (check !== view.getUint32(FOOTER_BYTES - 4, true)) {
    throw damage(path, size - 4, "the check of the footer does not match");
  }
  const footer: Footer = {
    blocks: view.getUint32(4, true),
    records: view.getFloat64(8, true),
    deletions: view.getFloat64(16, true),
    entries: view.getFloat64(24, true),
    rawBytes: view.getFloat64(32, true),
    length: view.getFloat64(40, true),
    check: view.getUint32(48, true),
  };
  const { deletions, entries, rawBytes, records } = footer;
  if (![deletions, entries, rawBytes, records].every(isCount)) {
    throw damage(path, at + 8, "a total of the footer is no number of things");
  }
  if (footer.length !== at) {
    throw damage(
      path,
      at + 40,
      `the footer is for a file of ${
        footer.length + FOOTER_BYTES
      } bytes, this one has ${size}`,
    );
  }
  return footer;
}

/** Whether two pairs are the same. */
export function samePair(a: WordPair, b: WordPair): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function setPair(view: DataView, at: number, pair: WordPair): void {
  view.setInt32(at, pair[0], true);
  view.setInt32(at + 4, pair[1], true);
}

function getPair(view: DataView, at: number): WordPair {
  return [view.getInt32(at, true), view.getInt32(at + 4, true)];
}

function isPair(view: DataView, at: number, pair: WordPair): boolean {
  return samePair(getPair(view, at), pair);
}
