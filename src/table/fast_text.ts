/**
 * The fast path for keys that are strings: a key is read, packed and hashed in the same call that
 * does the operation.
 *
 * Most keys are short. A string that the scratch is too short for ends as `UNDONE`, as everything
 * does that is out of the ordinary (`fast_path.ts`): the caller reads it anew then. Each operation
 * leaves the key in the scratch, and its hash and info in the participant's record.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Float, Floats, Text } from "../segment/intrinsics.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";
import * as fastPath from "./fast_path.ts";
import * as lookups from "./fast_lookup.ts";
import * as hashing from "./hash.ts";

// Constants of its own: `layout.ts` says why.
const { H_SEED, KEY_SCRATCH_BYTES, P_HASH, P_INFO } = layout;
const { exchange, increment, make, putLatin1, putNumber, remove, UNDONE } =
  fastPath;
const { packAndHashWide, wideInfo } = lookups;
const { packAndHash } = hashing;

/** As `putNumber`. */
export function putNumberByText(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
  valueInfo: number,
  value: Float,
): number {
  const hash = packText(words, base, key, text);
  if (hash === 0) return UNDONE;
  const info = words[base + P_INFO];
  return putNumber(words, floats, base, hash, info, valueInfo, value);
}

/** As `putLatin1`. */
export function putLatin1ByText(
  words: Words,
  base: number,
  key: KeyWords,
  text: Text,
  tagBits: number,
  value: Text,
): number {
  const hash = packText(words, base, key, text);
  if (hash === 0) return UNDONE;
  return putLatin1(words, base, hash, words[base + P_INFO], tagBits, value);
}

/** As `make`. */
export function makeByText(
  words: Words,
  base: number,
  key: KeyWords,
  text: Text,
  valueInfo: number,
): number {
  const hash = packText(words, base, key, text);
  return hash === 0 ? 0 : make(words, base, words[base + P_INFO], valueInfo);
}

/** As `remove`. */
export function removeByText(
  words: Words,
  base: number,
  key: KeyWords,
  text: Text,
  expected: number,
): number {
  const hash = packText(words, base, key, text);
  if (hash === 0) return UNDONE;
  return remove(words, base, hash, words[base + P_INFO], expected);
}

/** As `increment`. */
export function incrementByText(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
  valueInfo: number,
  by: Float,
): number {
  const hash = packText(words, base, key, text);
  if (hash === 0) return UNDONE;
  const info = words[base + P_INFO];
  return increment(words, floats, base, hash, info, valueInfo, by);
}

/** As `exchange`. */
export function exchangeByText(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
  valueInfo: number,
  expected: Float,
  value: Float,
): number {
  const hash = packText(words, base, key, text);
  if (hash === 0) return UNDONE;
  const info = words[base + P_INFO];
  return exchange(words, floats, base, hash, info, valueInfo, expected, value);
}

/**
 * Packs a string into the scratch; returns its hash; 0 if it is too long. Hash and info then stand
 * in the record.
 */
export function packText(
  words: Words,
  base: number,
  key: KeyWords,
  text: Text,
): number {
  let info = text.length;
  if (info > KEY_SCRATCH_BYTES) return 0;
  let hash = packAndHash(text, key, words[H_SEED], words[H_SEED + 1]);
  if (hash === 0) {
    hash = packAndHashWide(words, key, text);
    info = wideInfo(text);
  }
  words[base + P_HASH] = hash;
  words[base + P_INFO] = info;
  return hash;
}
