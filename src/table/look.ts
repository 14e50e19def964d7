/**
 * Looks: packing a string and glancing for it at once.
 *
 * In the kernel that is one call, and a look that finds a number, or nothing, needs no other. There an index that leads out of the memory
 * does not read as nothing, as in a typed array, but throws a `WebAssembly.RuntimeError`: to the caller the look is undecided then.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Floats, Text } from "../segment/machine.ts";
import type { KeyWords, Words } from "../segment/words.ts";
import * as glances from "./glance.ts";
import * as hashing from "./hash.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_SEED,
  HAS_EXPIRY,
  KEY_SCRATCH_WORDS,
  KEY_WIDE,
  P_BEFORE,
  P_HASH,
  P_INFO,
  P_RESULT,
  TAG_NUMBER,
  TAG_SHIFT,
  V_KEY,
  V_VALUE,
} = layout;
const { beforeGlance, confirms, glance, UNDECIDED } = glances;
const { hashWords, packAndHash, packWide } = hashing;
const { keyWords, valueIndexOf } = versions;

/** What a look says where it found a number that does not expire: its value is in the participant's record. */
export const NUMBER = -2;

const SCRATCH_BYTES = KEY_SCRATCH_WORDS * 4;
const NUMBER_BYTES = 8;
/** What a version says of its value, if it is a number. */
export const NUMBER_INFO: number = NUMBER_BYTES | (TAG_NUMBER << TAG_SHIFT);

/**
 * Packs a string into the scratch, `key`, and glances for it: `NUMBER` and 0 are confirmed; a version is not, and the record has what is
 * needed to go on: hash and info of the key, and the epoch to confirm it by.
 */
export function look(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
): number {
  const length = text.length;
  if (length > SCRATCH_BYTES) return UNDECIDED;
  const hash = packAndHash(text, key, words[H_SEED], words[H_SEED + 1]);
  return hash === 0
    ? lookWide(words, floats, base, key, text)
    : lookPacked(words, floats, base, key, hash, length);
}

/** The same for a string that is no Latin-1. */
function lookWide(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
): number {
  const byteLength = text.length * 2;
  if (byteLength > SCRATCH_BYTES) return UNDECIDED;
  packWide(text, key);
  const info = byteLength | KEY_WIDE;
  const k0 = words[H_SEED];
  const k1 = words[H_SEED + 1];
  const hash = hashWords(key, keyWords(info), info, k0, k1);
  return lookPacked(words, floats, base, key, hash, info);
}

function lookPacked(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  hash: number,
  info: number,
): number {
  const before = beforeGlance(words);
  const version = glance(words, hash, key, info);
  if (version === 0) return confirms(words, before) ? 0 : UNDECIDED;
  if (version > 0 && isPlainNumber(words, version)) {
    floats[(base + P_RESULT) >> 1] = floats[valueIndexOf(version, info)];
    return confirms(words, before) ? NUMBER : UNDECIDED;
  }
  words[base + P_HASH] = hash;
  words[base + P_INFO] = info;
  words[base + P_BEFORE] = before;
  return version;
}

/** Whether a version says that its value is a number, which does not expire. */
export function isPlainNumber(words: Words, version: number): boolean {
  return words[version * 4 + V_VALUE] === NUMBER_INFO &&
    (words[version * 4 + V_KEY] & HAS_EXPIRY) === 0;
}
