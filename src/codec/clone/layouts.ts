/**
 * The keys of objects as they are read: the bytes of the keys that came last are kept with the strings that they stand for.
 *
 * @module
 */

import type { Memory } from "../codec.ts";
import { decodeText, LATIN1, UTF16 } from "../strings.ts";
import { damaged } from "./damage.ts";

/** Keys in an order, and the block that they were read from: see `shapes.ts`. */
export interface Layout {
  readonly keys: readonly string[];
  readonly block: Uint8Array<ArrayBuffer>;
  /** Whether to assign these makes properties, and does nothing else. */
  readonly isPlain: boolean;
}

/** A power of two. */
const PLACES = 1024;
const layouts: (Layout | undefined)[] = Array.from({ length: PLACES });

/** The layout whose block stands there. */
export function layoutAt(
  bytes: Memory["bytes"],
  start: number,
  byteLength: number,
): Layout {
  const place = placeOf(bytes, start, byteLength);
  const known = layouts[place];
  if (known !== undefined && isBlock(known.block, bytes, start, byteLength)) {
    return known;
  }
  const block = new Uint8Array(bytes.subarray(start, start + byteLength));
  const keys = readKeys(bytes, start, byteLength);
  const isPlain = keys.every((key) => !(key in Object.prototype));
  return layouts[place] = { keys, block, isPlain };
}

/** By the length and some of the bytes: two that often come in turns should rarely share a place, that is all. */
function placeOf(
  bytes: Memory["bytes"],
  start: number,
  byteLength: number,
): number {
  const step = 1 + (byteLength >> 3);
  let hash = byteLength;
  for (let i = 0; i < byteLength; i += step) {
    hash = Math.imul(hash, 31) + bytes[start + i];
  }
  return (hash ^ (hash >>> 10)) & (PLACES - 1);
}

function isBlock(
  block: Uint8Array,
  bytes: Memory["bytes"],
  start: number,
  byteLength: number,
): boolean {
  if (block.length !== byteLength) return false;
  for (let i = 0; i < byteLength; i++) {
    if (block[i] !== bytes[start + i]) return false;
  }
  return true;
}

function readKeys(
  bytes: Memory["bytes"],
  start: number,
  byteLength: number,
): string[] {
  const end = start + byteLength;
  let at = start;
  const small = () => {
    const low = bytes[at++];
    return low < 0x80 ? low : low - 0x80 + bytes[at++] * 0x80;
  };
  const keys: string[] = [];
  for (let left = small(); left > 0; left--) {
    const head = small();
    const isWide = (head & 1) === 1;
    const length = isWide ? head - 1 : head >> 1;
    if (at + length > end) damaged("a key is longer than the keys");
    keys.push(decodeText(bytes, at, length, isWide ? UTF16 : LATIN1));
    at += length;
  }
  if (at !== end) damaged("the keys do not end where they should");
  return keys.map(asKey);
}

/** The string that V8 keeps for this key: it finds a property by it without a search for it. */
function asKey(key: string): string {
  return Object.keys(Object.fromEntries([[key, 0]]))[0];
}
