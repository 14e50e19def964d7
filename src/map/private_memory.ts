/**
 * Private memory that is laid out like a segment's: what is to be written to the map later is
 * encoded into it first, and values are read from it in the same way.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Memory } from "../codec/codec.ts";
import type { Words } from "../segment/atomics.ts";
import type { SharedBytes } from "../segment/segment.ts";

const FIRST_BYTES = 1024;
/** What is larger than this is given back to the system when it is emptied. */
const MOST_KEPT = 2 ** 20;

/** Memory that grows, and is emptied as a whole. */
export class PrivateMemory implements Memory {
  words!: Words;
  floats!: Float64Array<SharedArrayBuffer>;
  bytes!: SharedBytes;
  /** How much is in use, in units of 8 bytes. */
  #used = 0;

  constructor() {
    this.#replace(FIRST_BYTES);
  }

  /** Takes memory for so many bytes; returns where it begins, in units of 8 bytes. */
  take(byteLength: number): number {
    const at = this.#used;
    const used = at + Math.ceil(byteLength / 8);
    if (used * 8 > this.bytes.length) this.#grow(used * 8);
    this.#used = used;
    return at;
  }

  /** Gives all of it back. */
  empty(): void {
    this.#used = 0;
    if (this.bytes.length > MOST_KEPT) this.#replace(FIRST_BYTES);
  }

  #grow(needed: number): void {
    const before = this.words;
    this.#replace(Math.max(needed, this.bytes.length * 2));
    this.words.set(before);
  }

  #replace(byteLength: number): void {
    const { bytes, floats, words } = memoryOf(byteLength);
    this.words = words;
    this.floats = floats;
    this.bytes = bytes;
  }
}

/** Memory of so many bytes, a multiple of 8, that codecs write to and read from. */
export function memoryOf(byteLength: number): Memory {
  const buffer = new SharedArrayBuffer(byteLength); // codecs expect one
  return {
    words: new Int32Array(buffer),
    floats: new Float64Array(buffer),
    bytes: Buffer.from(buffer) as SharedBytes,
  };
}
