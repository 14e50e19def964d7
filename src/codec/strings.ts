/**
 * Strings as bytes, lone surrogates included.
 *
 * Short ones take one byte a character where all are Latin-1, else two. Long ones, too, if they are
 * ASCII; what else is well formed is UTF-8, because for that alone the runtime has a fast way to
 * write every mixture. Text that seems to be in characters which would take three bytes, and text
 * that is not well formed, is UTF-16. The same text has the same bytes, always.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Memory } from "./codec.ts";
import type { Scratch } from "./scratch.ts";

export const LATIN1 = 0;
export const UTF16 = 1;
export const UTF8 = 2;

/** Up to this many characters a loop beats the runtime's conversion. */
export const SHORT_TEXT = 48;
/**
 * Up to this many, text that is not ASCII is written by a loop, too: to read UTF-8 takes longer
 * than to read the others. So all Latin-1 text up to here takes one byte a character.
 */
export const MEDIUM_TEXT: number = layout.MEDIUM_TEXT;

const encoder = new TextEncoder();
// Not `fatal`, which takes five times as long: what is decoded was encoded here.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whether every character of a short text is at most U+00FF. */
export function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return false;
  }
  return true;
}

/** Writes a short Latin-1 string, a byte a character. */
export function writeLatin1(
  bytes: Uint8Array,
  offset: number,
  text: string,
): void {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
}

/** Writes a short string's UTF-16 code units, low byte first. */
export function writeUtf16(
  bytes: Uint8Array,
  offset: number,
  text: string,
): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[offset + 2 * i] = unit;
    bytes[offset + 2 * i + 1] = unit >> 8;
  }
}

/** Writes a string; returns `byteLength * 4 + encoding`. */
export function encodeText(
  text: string,
  scratch: Scratch,
  at: number,
): number {
  const { length } = text;
  if (length <= SHORT_TEXT) return encodeShort(text, scratch, at);
  const isWide = length <= MEDIUM_TEXT
    ? /[^\0-\xff]/.test(text)
    : seemsLarge(text) || !text.isWellFormed();
  if (isWide) {
    encodeUtf16(text, scratch, at);
    return length * 8 + UTF16;
  }
  const byteLength = encodeUtf8(text, scratch, at);
  if (byteLength === length) return length * 4 + LATIN1;
  if (length > MEDIUM_TEXT) return byteLength * 4 + UTF8;
  writeLatin1(scratch.plain, at, text);
  return length * 4 + LATIN1;
}

function encodeShort(text: string, scratch: Scratch, at: number): number {
  scratch.reserve(at, text.length * 2);
  if (writeNarrow(scratch.plain, at, text)) return text.length * 4 + LATIN1;
  writeUtf16(scratch.plain, at, text);
  return text.length * 8 + UTF16;
}

/** Writes a short string, a byte a character; false if that is not enough for one. */
export function writeNarrow(
  bytes: Uint8Array,
  offset: number,
  text: string,
): boolean {
  let all = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[offset + i] = unit;
    all |= unit;
  }
  return all <= 0xff;
}

/** Whether characters here and there take three bytes in UTF-8. */
function seemsLarge(text: string): boolean {
  const step = text.length >> 2;
  return text.charCodeAt(step) >= 0x800 && text.charCodeAt(2 * step) >= 0x800 &&
    text.charCodeAt(3 * step) >= 0x800;
}

/** Tries first with the memory that ASCII takes. Returns the length. */
function encodeUtf8(text: string, scratch: Scratch, at: number): number {
  scratch.reserve(at, text.length);
  let { read, written } = encoder.encodeInto(text, rest(scratch, at));
  while (read < text.length) {
    const left = text.slice(read);
    scratch.reserve(at + written, left.length * 3);
    const more = encoder.encodeInto(left, rest(scratch, at + written));
    read += more.read;
    written += more.written;
  }
  return written;
}

function rest(scratch: Scratch, at: number): Uint8Array<ArrayBuffer> {
  return at === 0 ? scratch.plain : scratch.plain.subarray(at);
}

/** Unit by unit from an even offset on: the runtime's way takes five times as long. */
function encodeUtf16(text: string, scratch: Scratch, at: number): void {
  scratch.reserve(at, text.length * 2 + 1);
  const { units } = scratch;
  const from = (at + 1) >>> 1;
  for (let i = 0; i < text.length; i++) units[from + i] = text.charCodeAt(i);
  const isOdd = from * 2 !== at;
  if (isOdd) scratch.plain.copyWithin(at, at + 1, at + 1 + text.length * 2);
}

/**
 * Latin-1 strings up to this length are put together here: a call of the runtime costs three times
 * as much.
 */
const SHORT = 12;

/** The string at an offset, which is a multiple of 4. */
export function readString(
  memory: Memory,
  offset: number,
  byteLength: number,
  wide: boolean,
): string {
  if (!wide && byteLength <= SHORT) {
    // A shift would cut off what is above 4 GiB.
    return readShort(memory.words, offset / 4, byteLength);
  }
  return wide
    ? decodeText(memory.bytes, offset, byteLength, UTF16)
    : decodeText(memory.bytes, offset, byteLength, LATIN1);
}

/** The string of some bytes. */
export function decodeText(
  bytes: Memory["bytes"],
  start: number,
  byteLength: number,
  encoding: number,
): string {
  const end = start + byteLength;
  switch (encoding) {
    case LATIN1:
      return bytes.latin1Slice(start, end);
    case UTF16:
      return bytes.ucs2Slice(start, end);
  }
  // The decoder takes three times as long for shared memory.
  return decoder.decode(new Uint8Array(bytes.subarray(start, end)));
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
