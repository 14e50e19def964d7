/**
 * Binary strings: bytes as strings of characters up to U+00FF, one for each byte.
 *
 * The store works on them: they are compared, cut and looked up as bytes are, and what is ASCII is
 * the same text as the caller's. The caller's text is its UTF-8.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { unshared } from "../codec/bytes.ts";
import { received } from "../errors.ts";

/** Up to so many characters a loop beats a regular expression, or a call of the runtime. */
const SHORT = 32;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What callers give: text, or bytes. */
export type Input = string | Uint8Array;

/** Whether a text is ASCII. */
export function isAscii(text: string): boolean {
  if (text.length > SHORT) return !/[^\0-\x7f]/.test(text);
  let all = 0;
  for (let i = 0; i < text.length; i++) all |= text.charCodeAt(i);
  return all <= 0x7f;
}

/** The binary string of a text, or of bytes. Throws a `TypeError` for anything else. */
export function toBinary(input: Input, what: string): string {
  if (typeof input !== "string") return bytesToBinary(checked(input, what));
  return isAscii(input) ? input : bytesToBinary(encoder.encode(input));
}

function checked(input: unknown, what: string): Uint8Array {
  if (input instanceof Uint8Array) {
    return unshared(input, `Cannot use ${what}: it`);
  }
  throw new TypeError(
    `Cannot use ${what}: it must be a string or a Uint8Array: ${
      received(input)
    }`,
  );
}

/** The binary string of bytes. */
export function bytesToBinary(bytes: Uint8Array): string {
  return bytesBetween(bytes, 0, bytes.length);
}

/** The binary string of some of the bytes. */
export function bytesBetween(
  bytes: Uint8Array,
  from: number,
  to: number,
): string {
  if (to - from <= FEW) return fewBytes(bytes, from, to);
  if (to - from <= SOME) return someBytes(bytes, from, to);
  const { buffer, byteOffset, length } = bytes;
  return Buffer.from(buffer, byteOffset, length).toString("latin1", from, to);
}

/** So many bytes are put together here: a call of the runtime costs several times as much. */
const FEW = 12;
/** The same, as far as it is still so; it costs twice as much. */
const SOME = 24;

/** One call of `fromCharCode`: what is behind the end counts as 0, and is cut off. */
function fewBytes(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(
    bytes[from],
    bytes[from + 1],
    bytes[from + 2],
    bytes[from + 3],
    bytes[from + 4],
    bytes[from + 5],
    bytes[from + 6],
    bytes[from + 7],
    bytes[from + 8],
    bytes[from + 9],
    bytes[from + 10],
    bytes[from + 11],
  ).slice(0, to - from);
}

/** The same for more of them. */
function someBytes(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(
    bytes[from],
    bytes[from + 1],
    bytes[from + 2],
    bytes[from + 3],
    bytes[from + 4],
    bytes[from + 5],
    bytes[from + 6],
    bytes[from + 7],
    bytes[from + 8],
    bytes[from + 9],
    bytes[from + 10],
    bytes[from + 11],
    bytes[from + 12],
    bytes[from + 13],
    bytes[from + 14],
    bytes[from + 15],
    bytes[from + 16],
    bytes[from + 17],
    bytes[from + 18],
    bytes[from + 19],
    bytes[from + 20],
    bytes[from + 21],
    bytes[from + 22],
    bytes[from + 23],
  ).slice(0, to - from);
}

/** The text of a binary string; what is not UTF-8 is replaced by U+FFFD. */
export function toText(binary: string): string {
  return isAscii(binary) ? binary : decoder.decode(toBytes(binary));
}

/** The bytes of a binary string. */
export function toBytes(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  writeBinary(bytes, 0, binary);
  return bytes;
}

/** Writes a binary string. */
export function writeBinary(
  into: Uint8Array,
  at: number,
  binary: string,
): void {
  for (let i = 0; i < binary.length; i++) into[at + i] = binary.charCodeAt(i);
}
