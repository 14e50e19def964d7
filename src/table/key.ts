/**
 * A key as the table sees it: words, how many bytes of them count, and their hash.
 *
 * @module
 */

import { KEY_WIDE, V_HEADER_WORDS } from "../segment/layout.ts";
import type { Words } from "../segment/words.ts";
import { hashWords, packAndHash } from "./hash.ts";
import { keyBytes, keyIsWide } from "./version.ts";

const FIRST_WORDS = 64;

/** One worker's scratch space for the key of the operation at hand; reused, so that no operation allocates. */
export class EncodedKey {
  /** The key, padded with zero bytes to a whole word. */
  words: Int32Array = new Int32Array(FIRST_WORDS);
  /** The same memory as bytes. */
  bytes: Uint8Array = new Uint8Array(this.words.buffer);
  /** Words in use. */
  count = 0;
  /** Bytes in use, with the `KEY_WIDE` flag: what a version's key word holds, but for its expiry flag. */
  info = 0;
  hash = 0;
  readonly #k0: number;
  readonly #k1: number;

  constructor(seed: readonly [number, number]) {
    this.#k0 = seed[0];
    this.#k1 = seed[1];
  }

  /** Makes room for `bytes` bytes. */
  reserve(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    this.words = new Int32Array(2 ** Math.ceil(Math.log2(bytes / 4 + 1)));
    this.bytes = new Uint8Array(this.words.buffer);
  }

  /** Takes over the key of a version. */
  copyFrom(segment: Words, ref: number): void {
    const byteLength = keyBytes(segment, ref);
    this.reserve(byteLength);
    const from = ref * 4 + V_HEADER_WORDS;
    this.words.set(segment.subarray(from, from + ((byteLength + 3) >>> 2)));
    this.finish(byteLength, keyIsWide(segment, ref));
  }

  /** Encodes a Latin-1 string; false, and nothing is encoded, if it is none. */
  packLatin1(text: string): boolean {
    const length = text.length;
    if (length > this.bytes.length) this.reserve(length);
    const hash = packAndHash(text, this.words, this.#k0, this.#k1);
    if (hash === 0) return false;
    this.count = (length + 3) >>> 2;
    this.info = length;
    this.hash = hash;
    return true;
  }

  /** Ends the encoding of a key whose words are in place. */
  finish(byteLength: number, wide: boolean): void {
    this.count = (byteLength + 3) >>> 2;
    this.info = wide ? byteLength | KEY_WIDE : byteLength;
    this.hash = hashWords(
      this.words,
      this.count,
      this.info,
      this.#k0,
      this.#k1,
    );
  }
}
