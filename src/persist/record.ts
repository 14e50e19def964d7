/**
 * Records: an entry, or a deletion, as it stands in a file. The bytes that the codecs made of key
 * and value are copied as they are.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import { SIGN, valueIndexOf } from "../table/version.ts";
import { RECORD_HEAD_WORDS } from "./format.ts";
import { hasTrees } from "./node_record.ts";

// Constants of its own: `layout.ts` says why.
const {
  HAS_EXPIRY,
  KEY_MASK,
  LENGTH_MASK,
  TAG_SHIFT,
  TAG_TOMBSTONE,
  V_HEADER_WORDS,
} = layout;

/** From this many words on, the runtime's copy beats a loop. */
const LOOP_LIMIT = 32;

const EXPIRY_WORDS = 2;

/** The words that `bytes` bytes take. */
export function wordsFor(bytes: number): number {
  return (bytes + 3) >>> 2;
}

/** The number of words of the record that begins with these two. */
export function recordWords(keyInfo: number, valueInfo: number): number {
  return RECORD_HEAD_WORDS + wordsFor(keyInfo & LENGTH_MASK) +
    ((keyInfo & HAS_EXPIRY) !== 0 ? EXPIRY_WORDS : 0) +
    wordsFor(valueInfo & LENGTH_MASK);
}

/** Where the record at `at` ends. */
export function recordEnd(words: Int32Array, at: number): number {
  return at + recordWords(words[at], words[at + 1]);
}

/** What is wrong with the two words that a record begins with; undefined: nothing. */
export function recordFault(
  keyInfo: number,
  valueInfo: number,
  mayBeTombstone: boolean,
  mayHaveTrees: boolean,
): string | undefined {
  if (!mayHaveTrees && hasTrees(keyInfo)) {
    return "unknown flags in the key length";
  }
  if (valueInfo >>> TAG_SHIFT !== TAG_TOMBSTONE) return undefined;
  if (!mayBeTombstone) return "a deletion in a full epoch";
  if (hasTrees(keyInfo)) return "a deletion with trees";
  if ((valueInfo & LENGTH_MASK) !== 0 || (keyInfo & HAS_EXPIRY) !== 0) {
    return "a deletion with a value";
  }
  return undefined;
}

/** Whether a record says that its key was deleted. */
export function isDeletion(valueInfo: number): boolean {
  return valueInfo >>> TAG_SHIFT === TAG_TOMBSTONE;
}

/** The value word of a deletion. */
export const DELETION: number = (TAG_TOMBSTONE << TAG_SHIFT) | 0;

/** Where the value of the record at `at` begins. */
export function recordValue(words: Int32Array, at: number): number {
  const keyInfo = words[at];
  return at + RECORD_HEAD_WORDS + wordsFor(keyInfo & LENGTH_MASK) +
    ((keyInfo & HAS_EXPIRY) !== 0 ? EXPIRY_WORDS : 0);
}

const expiry = new Float64Array(1);
const expiryWords = new Int32Array(expiry.buffer);

/** When the record at `at` expires; `Infinity`: never. */
export function recordExpiry(words: Int32Array, at: number): number {
  const keyInfo = words[at];
  if ((keyInfo & HAS_EXPIRY) === 0) return Infinity;
  const from = recordValue(words, at) - EXPIRY_WORDS;
  expiryWords[0] = words[from];
  expiryWords[1] = words[from + 1];
  return expiry[0];
}

/** Writes when the record at `at`, whose two first words say that it expires, does so. */
export function setRecordExpiry(
  words: Int32Array,
  at: number,
  time: number,
): void {
  const to = recordValue(words, at) - EXPIRY_WORDS;
  expiry[0] = time;
  words[to] = expiryWords[0];
  words[to + 1] = expiryWords[1];
}

/**
 * Writes the record of a version, of which these two words were read before; returns where it ends.
 * Even if the version has changed since, it writes as much as they say, and no more.
 */
export function writeRecord(
  segment: Int32Array,
  ref: number,
  keyInfo: number,
  valueInfo: number,
  into: Int32Array,
  at: number,
): number {
  const afterKey = writeHead(segment, ref, into, at, keyInfo, valueInfo);
  const expires = (keyInfo & HAS_EXPIRY) !== 0 ? EXPIRY_WORDS : 0;
  const valueBytes = valueInfo & LENGTH_MASK;
  const end = copy(
    segment,
    valueIndexOf(ref, keyInfo) * 2 - expires,
    into,
    afterKey,
    expires + wordsFor(valueBytes),
  );
  if (expires !== 0) into[afterKey + 1] &= ~SIGN;
  // The bytes behind the value in the version's last word may be anything.
  if ((valueBytes & 3) !== 0) {
    into[end - 1] &= (1 << ((valueBytes & 3) * 8)) - 1;
  }
  return end;
}

/** Copies the expiry of a version into a record, which is otherwise written up to it. */
export function copyExpiry(
  segment: Int32Array,
  ref: number,
  keyInfo: number,
  record: Int32Array,
): void {
  if ((keyInfo & HAS_EXPIRY) === 0) return;
  const to = recordValue(record, 0) - EXPIRY_WORDS;
  const from = valueIndexOf(ref, keyInfo) * 2 - EXPIRY_WORDS;
  copy(segment, from, record, to, EXPIRY_WORDS);
  record[to + 1] &= ~SIGN;
}

/** As `writeRecord`, but writes that the key of the version was deleted. */
export function writeDeletion(
  segment: Int32Array,
  ref: number,
  keyInfo: number,
  into: Int32Array,
  at: number,
): number {
  return writeHead(segment, ref, into, at, keyInfo & KEY_MASK, DELETION);
}

/** Writes the two first words of a record, and the key of a version; returns where the key ends. */
export function writeHead(
  segment: Int32Array,
  ref: number,
  into: Int32Array,
  at: number,
  keyInfo: number,
  valueInfo: number,
): number {
  into[at] = keyInfo;
  into[at + 1] = valueInfo;
  return copy(
    segment,
    ref * 4 + V_HEADER_WORDS,
    into,
    at + RECORD_HEAD_WORDS,
    wordsFor(keyInfo & LENGTH_MASK),
  );
}

/** Copies words; returns where they end. */
export function copy(
  from: Int32Array,
  start: number,
  into: Int32Array,
  at: number,
  count: number,
): number {
  if (count > LOOP_LIMIT) {
    into.set(from.subarray(start, start + count), at);
  } else {
    for (let i = 0; i < count; i++) into[at + i] = from[start + i];
  }
  return at + count;
}
