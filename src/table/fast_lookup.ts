/**
 * Fast lookups: a whole `get` without a pin, by an optimistic read.
 *
 * In the kernel that is one call, from the era before the optimistic read to the era after the
 * value was copied out. So what a lookup returns is validated, and what it leaves behind is the
 * participant's own. (There an index that leads out of the memory does not read as nothing, as in a
 * typed array, but throws a `WebAssembly.RuntimeError`. To the caller the lookup is undecided
 * then.)
 *
 * What a lookup found stands in the participant's record: a number that does not expire in
 * `P_RESULT`; of anything else the expiry (`Infinity`: none) and the value, behind the key in the
 * scratch, and what the version says of the value in `P_VALUE_INFO`.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import type { Floats, Text } from "../segment/intrinsics.ts";
import * as access from "../segment/atomics.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";
import * as optimistic from "./optimistic_read.ts";
import * as hashing from "./hash.ts";
import * as textKeys from "./text_key.ts";
import * as tracking from "./tracking.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_SEED,
  HAS_EXPIRY,
  KEY_SCRATCH_BYTES,
  KEY_SCRATCH_WORDS,
  LENGTH_MASK,
  P_HASH,
  P_INFO,
  P_KEY,
  P_RESULT,
  P_VALUE_INFO,
  STRUCTURE,
  TAG_NUMBER,
  TAG_SHIFT,
  TAG_TOMBSTONE,
  V_KEY,
  V_VALUE,
} = layout;
const { load } = access;
const { copyPair, loadFloat } = machine;
const { beginOptimisticRead, validates, findOptimistically, UNDECIDED } =
  optimistic;
const { packAndHash } = hashing;
const { packAndHashWide, wideInfo } = textKeys;
const { noteRead } = tracking;
const { keyWords, valueIndexOf } = versions;

/** What a lookup returns where it found a number that does not expire. */
export const NUMBER = -2;
/** Where it found anything else, and copied it. */
export const FOUND = -3;
/**
 * Where it found a value that is longer than was asked for, or than the scratch holds: it copied
 * the expiry only.
 */
export const LONG = -4;

const NUMBER_BYTES = 8;
/** What a version says of its value, if it is a number. */
export const NUMBER_INFO: number = NUMBER_BYTES | (TAG_NUMBER << TAG_SHIFT);

/**
 * Packs a string into the scratch, `key`, looks it up, and copies the value if it has at most
 * `most` bytes. Returns `NUMBER`, `FOUND`, `LONG`, 0 if there is no entry, or `UNDECIDED`. Leaves
 * hash and info of the key in the record, unless it is too long for the scratch.
 */
export function lookup(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
  most: number,
): number {
  return findText(words, floats, base, key, text, most, false);
}

/**
 * The same in a map that keeps heat: notes what is read (`tracking.ts`). It is another function, so
 * that a read of a map that keeps none does not even ask: with all of that in it, the compiled code
 * is three times as long, and takes 2 to 4 % longer even where nothing is noted.
 */
export function lookupNoting(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
  most: number,
): number {
  return findText(words, floats, base, key, text, most, true);
}

/**
 * As `lookup`, for a key that is in the scratch already. If `most` is below 0, only numbers are
 * read.
 */
export function lookupPacked(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  hash: number,
  info: number,
  most: number,
): number {
  return findPacked(words, floats, base, key, hash, info, most, false);
}

/** The same in a map that keeps heat. */
export function lookupPackedNoting(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  hash: number,
  info: number,
  most: number,
): number {
  return findPacked(words, floats, base, key, hash, info, most, true);
}

function findText(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  text: Text,
  most: number,
  notes: boolean,
): number {
  // By itself, and not by `packText`: to read the info from the record takes 2 to 3 % of a lookup.
  const length = text.length;
  if (length > KEY_SCRATCH_BYTES) return UNDECIDED;
  let info = length;
  let hash = packAndHash(text, key, words[H_SEED], words[H_SEED + 1]);
  if (hash === 0) {
    info = wideInfo(text);
    hash = packAndHashWide(words, key, text);
    if (hash === 0) return UNDECIDED;
  }
  return findPacked(words, floats, base, key, hash, info, most, notes);
}

/**
 * What does not expire has been read then, and that is noted if the map keeps it (`notes`); of what
 * expires, the caller says so when it has asked the clock. To note it harms nothing, even if it
 * turns out later that nothing was decided here.
 */
function findPacked(
  words: Words,
  floats: Floats,
  base: number,
  key: KeyWords,
  hash: number,
  info: number,
  most: number,
  notes: boolean,
): number {
  const before = beginOptimisticRead(words);
  const version = findOptimistically(words, hash, key, info);
  if (version === UNDECIDED) return UNDECIDED;
  let found = 0;
  if (version !== 0) {
    if (seemsPlainNumber(words, version)) {
      const at = valueIndexOf(version, info) * 2;
      floats[(base + P_RESULT) >> 1] = loadFloat(words, at);
      if (notes) noteRead(words, base, hash);
      found = NUMBER;
    } else {
      found = copyOut(words, floats, base, hash, info, version, most, notes);
    }
  }
  return validates(words, before) ? found : UNDECIDED;
}

/**
 * Whether a version, which may be freed meanwhile, says that its value is a number, and does not
 * expire.
 */
function seemsPlainNumber(words: Words, version: number): boolean {
  return load(words, version * 4 + V_VALUE) === NUMBER_INFO &&
    (load(words, version * 4 + V_KEY) & HAS_EXPIRY) === 0;
}

/** Copies what an optimistic read found into the record; it may yet turn out to be nonsense. */
function copyOut(
  words: Words,
  floats: Floats,
  base: number,
  hash: number,
  info: number,
  version: number,
  most: number,
  notes: boolean,
): number {
  const valueInfo = load(words, version * 4 + V_VALUE);
  if (valueInfo >>> TAG_SHIFT === TAG_TOMBSTONE) return 0;
  const to = copiedValue(base, info) * 2;
  const end = base + P_KEY + KEY_SCRATCH_WORDS;
  if (to > end) return UNDECIDED; // the key takes it all
  words[base + P_HASH] = hash;
  words[base + P_INFO] = info;
  words[base + P_VALUE_INFO] = valueInfo;
  const keyInfo = load(words, version * 4 + V_KEY);
  const from = valueIndexOf(version, keyInfo) * 2;
  let expiry = Infinity;
  if ((keyInfo & (HAS_EXPIRY | STRUCTURE)) !== 0) {
    if ((keyInfo & STRUCTURE) !== 0) return UNDECIDED; // its value is not all in it
    expiry = loadFloat(words, from - 2);
  } else if (notes && most >= 0) noteRead(words, base, hash);
  floats[(to >> 1) - 1] = expiry;
  const bytes = valueInfo & LENGTH_MASK;
  const count = ((bytes + 7) >>> 3) << 1;
  if (bytes > most || to + count > end) return LONG;
  for (let i = 0; i < count; i += 2) copyPair(words, from + i, to + i);
  return FOUND;
}

/**
 * Where a lookup copies a value to, in units of 8 bytes: behind the key in the scratch, with the
 * expiry in between.
 */
export function copiedValue(base: number, info: number): number {
  return ((base + P_KEY + keyWords(info) + 1) >> 1) + 1;
}
