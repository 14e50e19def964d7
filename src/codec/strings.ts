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

/** The string at an offset. */
export function readString(
  memory: Memory,
  offset: number,
  byteLength: number,
  wide: boolean,
): string {
  const end = offset + byteLength;
  return wide
    ? memory.bytes.ucs2Slice(offset, end)
    : memory.bytes.latin1Slice(offset, end);
}
