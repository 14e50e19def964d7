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
import * as optimistic from "./optimistic_read.ts";
import * as textKeys from "./text_key.ts";

// Constants of its own: `layout.ts` says why.
const { P_INFO } = layout;
const {
  exchange,
  findToWrite,
  increment,
  make,
  putNumber,
  putText,
  remove,
  UNDONE,
} = fastPath;
const { UNDECIDED } = optimistic;
const { packText } = textKeys;

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

/** As `putText`. */
export function putTextByText(
  words: Words,
  base: number,
  key: KeyWords,
  text: Text,
  value: Text,
): number {
  const hash = packText(words, base, key, text);
  if (hash === 0) return UNDONE;
  return putText(words, base, hash, words[base + P_INFO], value);
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
  if (hash === 0) return 0;
  return make(words, base, hash, words[base + P_INFO], valueInfo);
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

/** As `findToWrite`: `UNDECIDED` also if the key is too long. */
export function findByText(
  words: Words,
  base: number,
  key: KeyWords,
  text: Text,
): number {
  const hash = packText(words, base, key, text);
  if (hash === 0) return UNDECIDED;
  return findToWrite(words, hash, key, words[base + P_INFO]);
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
