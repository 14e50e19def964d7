/**
 * The keys of objects as they are read: the bytes of the last keys are kept, with the strings
 * that they stand for.
 *
 * @module
 */

import type { Memory, Readable } from "../codec.ts";
import { decodeText, LATIN1, UTF16 } from "../strings.ts";
import { damaged } from "./damage.ts";
import { type Factory, factoryFor } from "./factories.ts";

/** Keys in an order, and the block that they were read from: see `shapes.ts`. */
export interface Layout {
  readonly keys: readonly string[];
  readonly block: Block;
  /** Whether to assign these makes properties, and does nothing else. */
  readonly isPlain: boolean;
  /** How often it was used, up to `OFTEN`. */
  uses: number;
  /** Makes such an object, if it is used often. */
  factory: Factory | undefined;
}

/** From so many uses on, a layout is worth a function of its own. */
const OFTEN = 50;

/** Makes an object with the keys of a layout, which are plain, of the parts from `base` on. */
export function build(
  layout: Layout,
  parts: readonly unknown[],
  base: number,
): object {
  const { factory, keys } = layout;
  if (factory !== undefined) return factory(parts, base);
  if (++layout.uses === OFTEN) layout.factory = factoryFor(keys);
  const object: Record<string, unknown> = {};
  for (let i = 0; i < keys.length; i++) object[keys[i]] = parts[base + i];
  return object;
}

/** The bytes of a block, and the whole words among them. */
interface Block {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

/** A power of two. */
const PLACES = 1024;
const layouts: (Layout | undefined)[] = Array.from({ length: PLACES });

/** The layout whose block begins there, at a multiple of 4. */
export function layoutAt(
  memory: Readable,
  start: number,
  byteLength: number,
): Layout {
  const place = placeOf(memory, start, byteLength);
  const known = layouts[place];
  if (known !== undefined && isBlock(known.block, memory, start, byteLength)) {
    return known;
  }
  return layouts[place] = readLayout(memory, start, byteLength);
}

function readLayout(
  { bytes }: Readable,
  start: number,
  byteLength: number,
): Layout {
  const copy = new Uint8Array(bytes.subarray(start, start + byteLength));
  const words = new Int32Array(copy.buffer, 0, byteLength >> 2);
  const keys = readKeys(bytes, start, byteLength);
  const isPlain = keys.every((key) => !(key in Object.prototype));
  const block = { bytes: copy, words };
  return { keys, block, isPlain, uses: 0, factory: undefined };
}

/**
 * Hashes the length and some of the words: layouts that are used in turn should rarely share a
 * place.
 */
function placeOf(
  { words }: Readable,
  start: number,
  byteLength: number,
): number {
  const from = start / 4; // a shift would cut off what is above 4 GiB
  const count = byteLength >> 2;
  const step = 1 + (count >> 3);
  let hash = byteLength;
  for (let i = 0; i < count; i += step) {
    hash = Math.imul(hash ^ words[from + i], 0x9e3779b1);
  }
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}

function isBlock(
  block: Block,
  memory: Readable,
  start: number,
  byteLength: number,
): boolean {
  const { bytes, words } = block;
  if (bytes.length !== byteLength) return false;
  const from = start / 4;
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== memory.words[from + i]) return false;
  }
  for (let i = words.length * 4; i < byteLength; i++) {
    if (bytes[i] !== memory.bytes[start + i]) return false;
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

/** The string that V8 has internalized for this key: with it a property is found faster. */
function asKey(key: string): string {
  return Object.keys(Object.fromEntries([[key, 0]]))[0];
}
