/**
 * Subscription blocks: which messages the subscribers of one worker want, for all who publish.
 *
 * The owner alone writes. It adds a name by one write, when all of the name's record is there, and
 * takes one away by setting its count to 0. So a publisher finds a channel in O(1) while the block
 * changes, and to unsubscribe takes no memory. When a block has no place for a name, the owner
 * makes a larger one, of the names that have a count. (Open addressing with linear probing: a place
 * that is taken is never given to another name.)
 *
 * ```text
 *  0 │ a node's head: see docs/memory.md, "A subscription block"
 *  4 │ used, patterns, mask, end, taken
 *  9 │ places: where the record of a name begins, 0 for none …
 *    │ records: hash, count, length, next pattern, the name …
 * ```
 *
 * Where things lie in the block is said in words from its beginning.
 *
 * @module
 */

import { R_STAMP, REF_BYTES } from "../../segment/layout.ts";
import {
  fixed,
  load,
  own,
  poke,
  store,
  type Words,
} from "../../segment/atomics.ts";
import { type PackedName, wordsFor } from "./names.ts";

/** Where the next record begins. */
const USED = 4;
/** The record of the pattern that was added last; 0: there is none. */
const PATTERNS = 5;
/** How many places there are, less one: a power of two. */
const MASK = 6;
/** Where the block ends. */
const END = 7;
/** How many places are taken. */
const TAKEN = 8;
const PLACES = 9;

/** Of a record. */
const HASH = 0;
const COUNT = 1;
const LENGTH = 2;
const NEXT = 3;
const NAME = 4;

const WORD_BYTES = 4;
const REF_WORDS = REF_BYTES / WORD_BYTES;
/** Places for each name at most, so that a search is short. */
const PLACES_PER_NAME = 2;
const LEAST_NAMES = 8;
const LEAST_NAME_WORDS = 64;

/** How large a block is to be. */
export interface BlockSize {
  readonly places: number;
  readonly bytes: number;
}

/** The size of a block with room for these names, and as many more. */
export function blockSizeFor(names: Iterable<string>): BlockSize {
  let count = 0;
  let words = 0;
  for (const { length } of names) {
    count++;
    words += NAME + wordsFor(length);
  }
  const wanted = 2 * PLACES_PER_NAME * Math.max(LEAST_NAMES, count);
  const places = 2 ** Math.ceil(Math.log2(wanted));
  const room = 2 * Math.max(LEAST_NAME_WORDS, words);
  return { places, bytes: (PLACES + places + room) * WORD_BYTES };
}

/** Makes an empty block of memory that nobody else can reach, but for its first word. */
export function formatBlock(
  words: Words,
  block: number,
  { bytes, places }: BlockSize,
): void {
  const at = block * REF_WORDS;
  words.fill(0, at + PLACES, at + PLACES + places);
  poke(words, at + R_STAMP, 0); // it is in no queue: `reclamation/repair.ts` asks
  poke(words, at + USED, PLACES + places);
  poke(words, at + PATTERNS, 0);
  poke(words, at + MASK, places - 1);
  poke(words, at + END, bytes / WORD_BYTES);
  poke(words, at + TAKEN, 0);
}

/** Where the record of a name begins, as a word index; 0: there is none. */
export function findRecord(
  words: Words,
  block: number,
  name: PackedName,
): number {
  const at = block * REF_WORDS;
  const mask = fixed(words, at + MASK);
  for (let i = name.hash & mask;; i = (i + 1) & mask) {
    const record = load(words, at + PLACES + i);
    if (record === 0) return 0;
    if (isRecordOf(words, at + record, name)) return at + record;
  }
}

function isRecordOf(words: Words, at: number, name: PackedName): boolean {
  if (fixed(words, at + HASH) !== name.hash) return false;
  if (fixed(words, at + LENGTH) !== name.length) return false;
  const count = wordsFor(name.length);
  for (let i = 0; i < count; i++) {
    if (fixed(words, at + NAME + i) !== name.words[i]) return false;
  }
  return true;
}

/** How many subscribers there are for the name of a record. */
export function countAt(words: Words, record: number): number {
  return load(words, record + COUNT);
}

/** Sets that, as the owner. */
export function setCount(words: Words, record: number, count: number): void {
  store(words, record + COUNT, count);
}

/**
 * Adds a name, as the owner; false: there is no place for it, and nothing is changed. The block has
 * no record of it.
 */
export function addRecord(
  words: Words,
  block: number,
  name: PackedName,
  isPattern: boolean,
  count: number,
): boolean {
  const at = block * REF_WORDS;
  const record = own(words, at + USED);
  const end = record + NAME + wordsFor(name.length);
  const taken = own(words, at + TAKEN) + 1;
  const places = fixed(words, at + MASK) + 1;
  const isFull = taken * PLACES_PER_NAME > places ||
    end > fixed(words, at + END);
  if (isFull) return false;
  poke(words, at + TAKEN, taken);
  poke(words, at + USED, end);
  poke(words, at + record + HASH, name.hash);
  poke(words, at + record + COUNT, count);
  poke(words, at + record + LENGTH, name.length);
  poke(words, at + record + NEXT, own(words, at + PATTERNS));
  words.set(
    name.words.subarray(0, wordsFor(name.length)),
    at + record + NAME,
  );
  if (isPattern) store(words, at + PATTERNS, record);
  const place = freePlace(words, at, name.hash);
  store(words, place, record); // from here on it is found
  return true;
}

/** The word of the first free place from the home of a hash on: half of them are, at least. */
function freePlace(words: Words, at: number, hash: number): number {
  const mask = fixed(words, at + MASK);
  let i = hash & mask;
  while (own(words, at + PLACES + i) !== 0) i = (i + 1) & mask;
  return at + PLACES + i;
}

/** Calls back with the record of each pattern that has subscribers. */
export function forEachPattern(
  words: Words,
  block: number,
  visit: (record: number) => void,
): void {
  const at = block * REF_WORDS;
  let record = load(words, at + PATTERNS);
  for (; record !== 0; record = fixed(words, at + record + NEXT)) {
    if (countAt(words, at + record) > 0) visit(at + record);
  }
}

/** Calls back with each record that has subscribers. */
export function forEachRecord(
  words: Words,
  block: number,
  visit: (record: number) => void,
): void {
  const at = block * REF_WORDS;
  const places = fixed(words, at + MASK) + 1;
  for (let i = 0; i < places; i++) {
    const record = load(words, at + PLACES + i);
    if (record !== 0 && countAt(words, at + record) > 0) visit(at + record);
  }
}

/** The name of a record. */
export function nameAt(words: Words, record: number): string {
  const length = fixed(words, record + LENGTH);
  let name = "";
  for (let i = 0; i < length; i++) {
    const word = fixed(words, record + NAME + (i >>> 2));
    name += String.fromCharCode((word >>> ((i & 3) << 3)) & 0xff);
  }
  return name;
}
