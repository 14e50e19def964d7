/**
 * A key as the table sees it: words, how many bytes of them count, and their hash.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Participant } from "../reclamation/participant.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";
import * as hashing from "./hash.ts";
import type { HashMemo } from "./hash_memo.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { KEY_SCRATCH_WORDS, KEY_WIDE, P_KEY, V_HEADER_WORDS } = layout;
const { hashWords, packAndHash, packWide } = hashing;
const { keyBytes, keyIsWide, keyWords } = versions;

const FIRST_WORDS = 64;
/** No key has this hash: see `hashWords`. */
export const NO_HASH = 0;

const oneNumber = new Float64Array(1);
const numberWords = new Int32Array(oneNumber.buffer);
const NUMBER_BYTES = 8;

/** Memory as words and as bytes. */
interface Scratch {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
}

function scratchIn(words: Int32Array): Scratch {
  const { buffer, byteLength, byteOffset } = words;
  return { words, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

/**
 * One worker's scratch space for the key of the operation at hand; reused, so that no operation
 * allocates.
 */
export class EncodedKey {
  /** The key, padded with zero bytes to a whole word. */
  words: Int32Array;
  /** The same memory as bytes. */
  bytes: Uint8Array;
  /** Memory for keys that are not long, as most are. */
  readonly #near: Scratch;
  readonly #nearLength: number;
  /** Memory for long ones. */
  #far: Scratch | undefined;
  #isTooLong = false;
  /**
   * Bytes in use, with the `KEY_WIDE` flag: what a version's key word holds, but for its expiry
   * flag.
   */
  info = 0;
  hash = 0;
  readonly #k0: number;
  readonly #k1: number;
  readonly #memo: HashMemo | undefined;

  /**
   * @param seed The map's.
   * @param memo What is known of the map's hashes, for a caller that packs the same numbers again
   * and again.
   */
  constructor(
    seed: readonly [number, number],
    memo?: HashMemo,
    words: Int32Array = new Int32Array(FIRST_WORDS),
  ) {
    this.#k0 = seed[0];
    this.#k1 = seed[1];
    this.#memo = memo;
    this.#near = scratchIn(words);
    this.#nearLength = words.byteLength;
    this.words = this.#near.words;
    this.bytes = this.#near.bytes;
  }

  /** One in the participant's record, where the fast path finds it if it is not too long. */
  static inRecord(participant: Participant, memo: HashMemo): EncodedKey {
    const { base, segment: { seed, words } } = participant;
    const from = base + P_KEY;
    const scratch = words.subarray(from, from + KEY_SCRATCH_WORDS);
    return new EncodedKey(seed, memo, scratch);
  }

  /** Words in use. */
  get count(): number {
    return keyWords(this.info);
  }

  /** Whether the key is short enough for the memory that was given first. */
  get fitsScratch(): boolean {
    return !this.#isTooLong;
  }

  /** Makes the memory large enough for `bytes` bytes. */
  reserve(bytes: number): void {
    if (this.#isTooLong || bytes > this.#nearLength) this.#fit(bytes);
  }

  #fit(bytes: number): void {
    this.#isTooLong = bytes > this.#nearLength;
    if (this.#isTooLong && bytes > (this.#far?.bytes.length ?? 0)) {
      const words = 2 ** Math.ceil(Math.log2(bytes / 4 + 1));
      this.#far = scratchIn(new Int32Array(words));
    }
    const scratch = this.#isTooLong ? this.#far! : this.#near;
    this.words = scratch.words;
    this.bytes = scratch.bytes;
  }

  /** Takes over the key of a version. */
  copyFrom(segment: Words, ref: number): void {
    const byteLength = keyBytes(segment, ref);
    this.reserve(byteLength);
    const from = ref * 4 + V_HEADER_WORDS;
    const count = (byteLength + 3) >>> 2;
    const words = this.words;
    // A loop: a view of the segment costs more than it saves, but for keys that are very long.
    for (let i = 0; i < count; i++) words[i] = segment[from + i];
    this.finish(byteLength, keyIsWide(segment, ref));
  }

  /** Takes over a key that was encoded elsewhere. */
  take(other: EncodedKey): void {
    this.copyWords(other.words, 0, other.info, other.hash);
  }

  /** The same, where its words begin at an index. */
  copyWords(from: KeyWords, at: number, info: number, hash: number): void {
    const count = keyWords(info);
    this.reserve(count * 4);
    const words = this.words;
    for (let i = 0; i < count; i++) words[i] = from[at + i];
    this.info = info;
    this.hash = hash;
  }

  /** Encodes a Latin-1 string; false, and nothing is encoded, if it is none. */
  packLatin1(text: string): boolean {
    const length = text.length;
    this.reserve(length);
    const hash = packAndHash(text, this.words, this.#k0, this.#k1);
    if (hash === 0) return false;
    this.info = length;
    this.hash = hash;
    return true;
  }

  /** Encodes any string as UTF-16. */
  packWide(text: string): void {
    const byteLength = text.length * 2;
    this.reserve(byteLength + 4);
    packWide(text, this.words);
    this.finish(byteLength, true);
  }

  /**
   * Forgets the key, as another one was packed into the memory given first. There is none until one
   * is packed or adopted.
   */
  forget(): void {
    this.hash = NO_HASH;
  }

  /** Takes over a key that was packed into the memory given first. */
  adopt(info: number, hash: number): void {
    if (this.#isTooLong) this.#fit(0);
    this.info = info;
    this.hash = hash;
  }

  /**
   * Encodes a number. Those that are one key to `Map` are encoded alike: NaN equals NaN, and -0 is
   * 0.
   */
  packNumber(key: number): void {
    oneNumber[0] = key === key ? key + 0 : NaN; // -0 + 0 is 0; every NaN becomes the one
    this.reserve(NUMBER_BYTES);
    this.words[0] = numberWords[0];
    this.words[1] = numberWords[1];
    const memo = this.#memo;
    const integer = key | 0;
    if (memo === undefined || integer !== key) {
      return this.finish(NUMBER_BYTES, false);
    }
    const hash = memo.recall(integer);
    if (hash === 0) {
      this.finish(NUMBER_BYTES, false);
      memo.remember(integer, this.hash);
      return;
    }
    this.info = NUMBER_BYTES;
    this.hash = hash;
  }

  /** Ends the encoding of a key whose words are in place. */
  finish(byteLength: number, wide: boolean): void {
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
