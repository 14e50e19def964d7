/**
 * Keys that are strings, read, packed and hashed in the call that needs them.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Text } from "../segment/intrinsics.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";
import * as hashing from "./hash.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { H_SEED, KEY_SCRATCH_BYTES, KEY_WIDE, P_HASH, P_INFO } = layout;
const { hashWords, packAndHash, packWide } = hashing;
const { keyWords } = versions;

/**
 * Packs a string into the scratch, `key`; returns its hash; 0 if it is too long. Hash and info then
 * stand in the record.
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
    info = wideInfo(text);
    hash = packAndHashWide(words, key, text);
  }
  words[base + P_HASH] = hash;
  words[base + P_INFO] = info;
  return hash;
}

/** Packs a string into the scratch as UTF-16; returns its hash; 0 if it is too long. */
export function packAndHashWide(
  words: Words,
  key: KeyWords,
  text: Text,
): number {
  if (text.length * 2 > KEY_SCRATCH_BYTES) return 0;
  packWide(text, key);
  const info = wideInfo(text);
  return hashWords(
    key,
    keyWords(info),
    info,
    words[H_SEED],
    words[H_SEED + 1],
  );
}

/** What a version says of a key that is packed as UTF-16. */
export function wideInfo(text: Text): number {
  return (text.length * 2) | KEY_WIDE;
}
