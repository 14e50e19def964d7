/**
 * What a record may hold: only what a map with the codecs of the file can have written. The
 * checksums of a file say that it is as it was written; these checks say that a map can load it.
 *
 * Whether the bytes of a value are what its codec writes is not checked: an error shows when the
 * value is read.
 *
 * @module
 */

import {
  TAG_BYTES,
  TAG_CLONE,
  TAG_CONSTANT_OR_BIGINT,
  TAG_CUSTOM,
  TAG_LATIN1,
  TAG_NUMBER,
  TAG_UTF16,
  TAG_UTF8,
} from "../codec/codec.ts";
import {
  HAS_EXPIRY,
  KEY_WIDE,
  LENGTH_MASK,
  STRUCTURE,
  TAG_SHIFT,
  TAG_TOMBSTONE,
} from "../segment/layout.ts";
import { RECORD_HEAD_WORDS } from "./format.ts";
import type { CodecNames } from "./header.ts";
import { hasTrees } from "./node_record.ts";
import { recordExpiry, recordValue } from "./record.ts";

const TEXTS = [TAG_LATIN1, TAG_UTF16, TAG_UTF8];
/**
 * The tags of values, by the names of the built-in codecs; other codecs have a tag of their own.
 */
const TAGS: Readonly<Record<string, readonly number[]>> = {
  any: [TAG_CONSTANT_OR_BIGINT, TAG_NUMBER, ...TEXTS, TAG_BYTES, TAG_CLONE],
  bytes: [TAG_BYTES],
  json: TEXTS,
  number: [TAG_NUMBER],
  string: TEXTS,
};
/** Tags of which not every length, or not all bytes, are right. */
const HARD_TAGS = 1 << TAG_CONSTANT_OR_BIGINT | 1 << TAG_NUMBER |
  1 << TAG_UTF16;
const NUMBER_BYTES = 8;
/** `null`, `true`, `false`. */
const CONSTANTS = 3;
/** The two words of the one NaN that is a key; the high one of what would be -0. */
const NAN_WORDS = [0, 0x7ff80000];
const MINUS_ZERO = 0x80000000 | 0;

/** What the records of one file may hold. */
export class Content {
  readonly #keyCodec: string;
  /** A bit for each tag. */
  readonly #tags: number;
  /**
   * A bit for each tag whose values may have any length and any bytes; none if the keys are
   * numbers.
   */
  readonly #easyTags: number;

  constructor({ keyCodec, valueCodec }: CodecNames) {
    this.#keyCodec = keyCodec;
    const tags = Object.hasOwn(TAGS, valueCodec)
      ? TAGS[valueCodec]
      : [TAG_CUSTOM];
    this.#tags = [TAG_TOMBSTONE, ...tags]
      .reduce((bits, tag) => bits | 1 << tag, 0);
    this.#easyTags = keyCodec === "number" ? 0 : this.#tags & ~HARD_TAGS;
  }

  /**
   * What is wrong with the whole record at `at`, whose flags and lengths are right; undefined:
   * nothing.
   */
  faultOf(words: Int32Array, at: number): string | undefined {
    const keyInfo = words[at];
    const isEasy =
      (this.#easyTags >>> (words[at + 1] >>> TAG_SHIFT) & 1) !== 0 &&
      (keyInfo & (HAS_EXPIRY | KEY_WIDE | STRUCTURE)) === 0 &&
      isPadded(words, at + RECORD_HEAD_WORDS, keyInfo & LENGTH_MASK);
    return isEasy ? undefined : this.#lookFor(words, at);
  }

  #lookFor(words: Int32Array, at: number): string | undefined {
    const valueInfo = words[at + 1];
    const tag = valueInfo >>> TAG_SHIFT;
    // The tag of a structure, and what is behind its roots, are the layer's that wrote it.
    if (hasTrees(words[at])) {
      return this.#keyFault(words, at) ?? expiryFault(words, at);
    }
    if ((this.#tags >>> tag & 1) === 0) {
      return `a value of the kind ${tag}, which its codec does not have`;
    }
    return this.#keyFault(words, at) ?? expiryFault(words, at) ??
      valueFault(words, at, tag, valueInfo & LENGTH_MASK);
  }

  /** Two keys are the same when their bytes are: so there is one way to write each. */
  #keyFault(words: Int32Array, at: number): string | undefined {
    const keyInfo = words[at];
    const length = keyInfo & LENGTH_MASK;
    const from = at + RECORD_HEAD_WORDS;
    if (!isPadded(words, from, length)) return "bytes behind the end of a key";
    if (this.#keyCodec === "number") return numberFault(words, from, length);
    if ((keyInfo & KEY_WIDE) === 0) return undefined;
    return this.#keyCodec === "string" && isWide(words, from, length)
      ? undefined
      : "a key that is UTF-16, and need not or cannot be";
  }
}

/** Whether there are zeros behind so many bytes, up to a whole word. */
function isPadded(words: Int32Array, from: number, length: number): boolean {
  const rest = length & 3;
  return rest === 0 || words[from + (length >>> 2)] >>> (rest * 8) === 0;
}

/** Whether an even number of bytes holds a character that is not Latin-1. */
function isWide(words: Int32Array, from: number, length: number): boolean {
  if (length % 2 !== 0) return false;
  for (let i = from; i < from + length / 4; i++) {
    if ((words[i] & 0xff00ff00) !== 0) return true;
  }
  return false;
}

function numberFault(
  words: Int32Array,
  from: number,
  length: number,
): string | undefined {
  if (length !== NUMBER_BYTES) return `a number of ${length} bytes as a key`;
  const [low, high] = [words[from], words[from + 1]];
  if (low === 0 && high === MINUS_ZERO) return "-0 as a key";
  const isNan = (high & 0x7ff00000) === 0x7ff00000 &&
    ((high & 0xfffff) | low) !== 0;
  return isNan && (low !== NAN_WORDS[0] || high !== NAN_WORDS[1])
    ? "another NaN than the one as a key"
    : undefined;
}

function expiryFault(words: Int32Array, at: number): string | undefined {
  if ((words[at] & HAS_EXPIRY) === 0) return undefined;
  const expiry = recordExpiry(words, at);
  // `Infinity`: the entry had a time to live once, and then none.
  return expiry >= 0 && !Object.is(expiry, -0)
    ? undefined
    : `an entry that expires at ${expiry}`;
}

function valueFault(
  words: Int32Array,
  at: number,
  tag: number,
  length: number,
): string | undefined {
  if (tag === TAG_NUMBER) {
    return length === NUMBER_BYTES
      ? undefined
      : `a number of ${length} bytes as a value`;
  }
  if (tag === TAG_UTF16) {
    return length % 2 === 0 ? undefined : `UTF-16 of ${length} bytes`;
  }
  if (tag !== TAG_CONSTANT_OR_BIGINT) return undefined;
  const first = words[recordValue(words, at)] & 0xff;
  const isKnown = length === 1 ? first < CONSTANTS : length > 1 && first <= 1;
  return isKnown ? undefined : "a value that is no constant and no bigint";
}
