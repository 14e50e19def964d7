/**
 * Strings in shared memory: one byte a character where all are Latin-1, else UTF-16, lone surrogates included.
 *
 * @module
 */

import type { Memory } from "./codec.ts";

/** From this many characters on, the runtime's copy beats a loop. */
const LOOP_LIMIT = 48;

/** Whether every character is at most U+00FF. O(length). */
export function isLatin1(text: string): boolean {
  if (text.length > LOOP_LIMIT) return !/[^\0-\xff]/.test(text);
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return false;
  }
  return true;
}

/** Writes a Latin-1 string, a byte a character. */
export function writeLatin1(
  memory: Memory,
  offset: number,
  text: string,
): void {
  const { bytes } = memory;
  if (text.length > LOOP_LIMIT) {
    bytes.latin1Write(text, offset, text.length);
    return;
  }
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
}

/** Writes a string's UTF-16 code units, low byte first. */
export function writeUtf16(
  memory: Memory,
  offset: number,
  text: string,
): void {
  const { bytes } = memory;
  if (text.length > LOOP_LIMIT) {
    bytes.ucs2Write(text, offset, text.length * 2);
    return;
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[offset + 2 * i] = unit;
    bytes[offset + 2 * i + 1] = unit >> 8;
  }
}

/** Latin-1 strings up to this length are put together here: a call of the runtime costs three times as much. */
const SHORT = 12;

/** The string at an offset, which is a multiple of 4. */
export function readString(
  memory: Memory,
  offset: number,
  byteLength: number,
  wide: boolean,
): string {
  if (!wide && byteLength <= SHORT) {
    return readShort(memory.words, offset / 4, byteLength); // a shift would cut off what is above 4 GiB
  }
  const end = offset + byteLength;
  return wide
    ? memory.bytes.ucs2Slice(offset, end)
    : memory.bytes.latin1Slice(offset, end);
}

/** One call of `fromCharCode`: each makes a string, and to cut one costs less than to join two. */
function readShort(words: Int32Array, at: number, length: number): string {
  const a = words[at];
  if (length <= 4) return readWord(a, length);
  const b = words[at + 1];
  const c = words[at + 2]; // past the end of the memory it counts as 0, and is cut off
  return String.fromCharCode(
    a & 0xff,
    (a >>> 8) & 0xff,
    (a >>> 16) & 0xff,
    a >>> 24,
    b & 0xff,
    (b >>> 8) & 0xff,
    (b >>> 16) & 0xff,
    b >>> 24,
    c & 0xff,
    (c >>> 8) & 0xff,
    (c >>> 16) & 0xff,
    c >>> 24,
  ).slice(0, length);
}

/** The first characters of a word. */
function readWord(word: number, length: number): string {
  const a = word & 0xff;
  const b = (word >>> 8) & 0xff;
  const c = (word >>> 16) & 0xff;
  switch (length) {
    case 0:
      return "";
    case 1:
      return String.fromCharCode(a);
    case 2:
      return String.fromCharCode(a, b);
    case 3:
      return String.fromCharCode(a, b, c);
    default:
      return String.fromCharCode(a, b, c, word >>> 24);
  }
}
