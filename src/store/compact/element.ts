/**
 * Elements in a pack: a byte that says what follows, and that.
 *
 * | first byte | what follows |
 * | ---------- | ------------ |
 * | 0–191      | so many bytes |
 * | 192 + n    | an integer of n bytes, 1–8: lowest byte first, two's complement |
 * | 200 + n    | a length of n bytes, 1–4: lowest byte first; and so many bytes |
 * | 205        | a float of 8 bytes, lowest byte first: for scores |
 *
 * What is an integer in canonical decimal form is written as one where that takes less. So an
 * element has one form, and elements are equal if their bytes are.
 *
 * @module
 */

import { bytesBetween, writeBinary } from "../binary.ts";
import { type Integer, parseInteger } from "../numbers.ts";

const MOST_SHORT = 191;
const INTEGER = 192;
const LONG = 200;
const FLOAT = 205;
/** The longest decimal form of 64 bits. */
const MOST_DIGITS = 20;

const scratch = new DataView(new ArrayBuffer(8));

/** The bytes of an element. */
export function encodeElement(element: string): Uint8Array {
  const { length } = element;
  if (length > 1 && length <= MOST_DIGITS && seemsInteger(element)) {
    const integer = parseInteger(element);
    if (integer !== undefined) return encodeInteger(integer);
  }
  return length <= MOST_SHORT
    ? withHead(new Uint8Array(1 + length), length, element)
    : encodeLong(element);
}

/** Whether the first and the last character are those of an integer. */
function seemsInteger(element: string): boolean {
  const first = element.charCodeAt(0);
  const last = element.charCodeAt(element.length - 1);
  return last >= 0x30 && last <= 0x39 &&
    (first === 0x2d || (first >= 0x31 && first <= 0x39));
}

function withHead(
  bytes: Uint8Array,
  head: number,
  element: string,
): Uint8Array {
  bytes[0] = head;
  writeBinary(bytes, bytes.length - element.length, element);
  return bytes;
}

function encodeLong(element: string): Uint8Array {
  const { length } = element;
  const size = Math.ceil((32 - Math.clz32(length)) / 8);
  const bytes = withHead(
    new Uint8Array(1 + size + length),
    LONG + size,
    element,
  );
  for (let i = 0; i < size; i++) bytes[1 + i] = length >>> 8 * i;
  return bytes;
}

function encodeInteger(integer: Integer): Uint8Array {
  if (typeof integer === "number") return encodeNumber(integer);
  let size = 7; // what takes less is exact as a number
  while (BigInt.asIntN(size * 8, integer) !== integer) size++;
  scratch.setBigInt64(0, integer, true);
  const bytes = new Uint8Array(1 + size);
  bytes[0] = INTEGER + size;
  for (let i = 0; i < size; i++) bytes[1 + i] = scratch.getUint8(i);
  return bytes;
}

/** The same for one that is exact as a number. */
function encodeNumber(integer: number): Uint8Array {
  let size = 1;
  for (let limit = 0x80; integer >= limit || integer < -limit; limit *= 256) {
    size++;
  }
  const bytes = new Uint8Array(1 + size);
  bytes[0] = INTEGER + size;
  let rest = integer;
  for (let i = 1; i <= size; i++) {
    const above = Math.floor(rest / 256);
    bytes[i] = rest - above * 256;
    rest = above;
  }
  return bytes;
}

/** The bytes of a score. */
export function encodeScore(score: number): Uint8Array {
  if (Number.isSafeInteger(score)) return encodeNumber(score);
  scratch.setFloat64(0, score, true);
  const bytes = new Uint8Array(9);
  bytes[0] = FLOAT;
  for (let i = 0; i < 8; i++) bytes[1 + i] = scratch.getUint8(i);
  return bytes;
}

/** Where the element that begins at `at` ends. */
export function elementEnd(bytes: Uint8Array, at: number): number {
  const head = bytes[at];
  if (head <= MOST_SHORT) return at + 1 + head;
  if (head <= LONG) return at + 1 + head - INTEGER;
  if (head === FLOAT) return at + 9;
  return at + 1 + head - LONG + longLength(bytes, at);
}

function longLength(bytes: Uint8Array, at: number): number {
  let length = 0;
  for (let i = bytes[at] - LONG; i > 0; i--) {
    length = length * 256 + bytes[at + i];
  }
  return length;
}

/** The element that begins at `at`. */
export function readElement(bytes: Uint8Array, at: number): string {
  const head = bytes[at];
  const end = elementEnd(bytes, at);
  if (head <= MOST_SHORT) return bytesBetween(bytes, at + 1, end);
  if (head <= LONG) return String(readInteger(bytes, at));
  return bytesBetween(bytes, at + 1 + head - LONG, end);
}

/** The score that begins at `at`. */
export function readScore(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== FLOAT) return Number(readInteger(bytes, at));
  for (let i = 0; i < 8; i++) scratch.setUint8(i, bytes[at + 1 + i]);
  return scratch.getFloat64(0, true);
}

/** Up to so many bytes an integer is exact as a number. */
const SAFE_BYTES = 6;

function readInteger(bytes: Uint8Array, at: number): number | bigint {
  const size = bytes[at] - INTEGER;
  const sign = bytes[at + size] >= 0x80 ? 0xff : 0;
  if (size <= SAFE_BYTES) {
    let integer = sign === 0 ? 0 : -1;
    for (let i = size; i > 0; i--) integer = integer * 256 + bytes[at + i];
    return integer;
  }
  for (let i = 0; i < 8; i++) {
    scratch.setUint8(i, i < size ? bytes[at + 1 + i] : sign);
  }
  return scratch.getBigInt64(0, true);
}
