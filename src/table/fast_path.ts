/**
 * The fast path: whole operations on one key, where nothing is out of the ordinary.
 *
 * No move begins or ends, the block that is needed is at hand, nobody else is faster, and nothing
 * has expired. Then an operation is a straight run of steps, the same that `table/table.ts` takes,
 * and ends well. Beside a move it first moves its share. Else it ends as `UNDONE`: nothing has
 * changed, but that it may have moved slots, and settled or pruned what it met. Then the caller
 * takes the slow path.
 *
 * Fast path of `tryCommit()` in map/commit.ts: these functions, and what they call, are also
 * compiled to WebAssembly (`kernel/`), where an atomic access is one instruction and not a call,
 * and no index is checked. So they take numbers only: the word index of the participant's record
 * (`base`), and keys by where their words are (`key`), with what a version says of them (`info`).
 * Kept alike by tests/map/model_test.ts and tests/schedule/schedule_test.ts.
 *
 * @module
 */

import * as collection from "../reclamation/collection.ts";
import * as pins from "../reclamation/pin.ts";
import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import type { Float, Floats, Text } from "../segment/intrinsics.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";
import * as accounting from "./account.ts";
import * as hashing from "./hash.ts";
import * as leases from "./leases.ts";
import * as optimistic from "./optimistic_read.ts";
import * as batches from "./permit_batch.ts";
import * as seeks from "./seek.ts";
import * as slots from "./slot.ts";
import * as strides from "./strides.ts";
import * as tombstones from "./tombstone.ts";
import * as tracking from "./tracking.ts";
import * as pruning from "./prune.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_LOW,
  H_ROOT,
  H_SEED,
  KEY_MASK,
  LENGTH_MASK,
  P_DELETED,
  P_KEY,
  P_PERMITS,
  P_PERMITS_FOR,
  P_PIN,
  P_RESULT,
  P_SEEN,
  T_CAPACITY,
  T_NEXT,
  T_NUMBER,
  T_SHIFT,
  TAG_LATIN1,
  TAG_SHIFT,
  TAG_UTF16,
  V_HEADER_WORDS,
  V_KEY,
  V_PREV,
  V_VALUE,
  TOMBSTONE,
} = layout;
const { hint, load, own, poke, touch } = access;
const { asKey, floatAt } = machine;
const { isCollectionDue } = collection;
const { clearPin, setPin } = pins;
const { classAt, classFor, popBlock, pushBlock } = blocks;
const { account, announce } = accounting;
const { hashWords } = hashing;
const { revoke } = leases;
const { findOptimistically } = optimistic;
const { sparedPermits, takePermits } = batches;
const { enter, leave } = sections;
const {
  claimWithPermit,
  deadLink,
  homePlace,
  isClosed,
  isDead,
  isEmpty,
  isFrozen,
  isUnlinked,
  linkFirst,
  nextPlace,
  readHash,
  readLink,
  refOf,
  relink,
  slotAt,
} = slots;
const { NO_PLACE, ONWARD, seekIn, soughtLink, soughtSlot } = seeks;
const { moveSome } = strides;
const { countTombstone, dropAtOnce } = tombstones;
const { noteRead } = tracking;
const { prune } = pruning;
const {
  hasExpired,
  isOfKey,
  isStructure,
  isTombstone,
  keyWords,
  settle,
  valueIndexOf,
  versionBytes,
  writePlain,
} = versions;

/** What came of an operation: nothing was done, and the slow path is to be taken. */
export const UNDONE = 0;
/** It is done. */
export const DONE = 1;
/** There was nothing to do: no entry with this key. */
export const ABSENT = 2;
/** It is done, and its caller has to collect, or to look whether there are too many tombstones. */
export const DUE = 3;

/** There is no link that may be replaced: the slot is not the key's any more, or none was found. */
export const NO_LINK = -1;
/** Whatever version is the newest. */
export const ANY_VERSION = -1;

/** The same, but for the length, if it is a string. */
const LATIN1 = TAG_LATIN1 << TAG_SHIFT;
const UTF16 = TAG_UTF16 << TAG_SHIFT;

/** Sets the value of the key in the scratch to a number. */
export function putNumber(
  words: Words,
  floats: Floats,
  base: number,
  hash: number,
  info: number,
  valueInfo: number,
  value: Float,
): number {
  revoke(words, hash);
  enter(words, base);
  const pinned = pin(words, base);
  touchHome(words, base, hash);
  const version = newEntry(words, base, info, valueInfo);
  let outcome = UNDONE;
  if (version !== 0) {
    floats[valueIndexOf(version, info)] = value;
    outcome = link(words, base, hash, version, ANY_VERSION);
    if (outcome === UNDONE) free(words, base, version);
  }
  if (pinned) clearPin(words, base);
  leave(words, base);
  return finish(words, base, outcome);
}

/** Sets the value of the key in the scratch to a string of at most `MEDIUM_TEXT` units. */
export function putText(
  words: Words,
  base: number,
  hash: number,
  info: number,
  text: Text,
): number {
  revoke(words, hash);
  enter(words, base);
  const pinned = pin(words, base);
  touchHome(words, base, hash);
  const version = newText(words, base, info, text);
  let outcome = UNDONE;
  if (version !== 0) {
    outcome = link(words, base, hash, version, ANY_VERSION);
    if (outcome === UNDONE) free(words, base, version);
  }
  if (pinned) clearPin(words, base);
  leave(words, base);
  return finish(words, base, outcome);
}

/**
 * The newest version of a key, to be replaced: as `findOptimistically`. The caller is pinned.
 */
export function findToWrite(
  words: Words,
  hash: number,
  key: KeyWords,
  info: number,
): number {
  revoke(words, hash);
  return findOptimistically(words, hash, key, info);
}

/**
 * Makes a version of the key in the scratch, whose value of so many bytes is yet to be written; 0:
 * the fast path has no block for it. It is in hand then, and its caller in a section until it is
 * published or freed.
 */
export function make(
  words: Words,
  base: number,
  hash: number,
  info: number,
  valueInfo: number,
): number {
  revoke(words, hash);
  enter(words, base);
  const version = newEntry(words, base, info, valueInfo);
  if (version === 0) leave(words, base);
  return version;
}

/**
 * Links a version that is in hand, if the newest of its key is the expected one: 0 if there is
 * none, or `ANY_VERSION`. A caller that expects one was pinned when it saw it, and still is. It is
 * in a section.
 */
export function publish(
  words: Words,
  base: number,
  hash: number,
  version: number,
  expected: number,
): number {
  const pinned = pin(words, base);
  const outcome = isTombstone(words, version)
    ? linkTombstone(words, base, hash, version, expected)
    : link(words, base, hash, version, expected);
  if (pinned) clearPin(words, base);
  return outcome;
}

/**
 * Deletes the entry of the key in the scratch, if its version is the expected one, which then
 * stands in the participant's record.
 */
export function remove(
  words: Words,
  base: number,
  hash: number,
  info: number,
  expected: number,
): number {
  revoke(words, hash);
  enter(words, base);
  const pinned = pin(words, base);
  const outcome = bury(words, base, hash, base + P_KEY, info, expected);
  if (pinned) clearPin(words, base);
  leave(words, base);
  const isLookDue = outcome === DONE && countTombstone(words, base);
  const ended = finish(words, base, outcome);
  return isLookDue ? DUE : ended;
}

/**
 * Deletes the entry of a version, if that is the newest one of its key still: the map does so by
 * itself, so no lease is revoked, and the scratch is left alone. The caller was pinned when it saw
 * the version, and still is.
 */
export function evict(words: Words, base: number, ref: number): number {
  const info = words[ref * 4 + V_KEY] & KEY_MASK;
  const key = ref * 4 + V_HEADER_WORDS;
  const hash = hashWords(
    asKey(words),
    keyWords(info),
    info,
    words[H_SEED],
    words[H_SEED + 1],
    key,
  );
  enter(words, base);
  const outcome = bury(words, base, hash, key, info, ref);
  leave(words, base);
  return outcome;
}

/**
 * Adds to the number under the key in the scratch, or to 0 if there is none; the sum then stands in
 * the participant's record.
 */
export function increment(
  words: Words,
  floats: Floats,
  base: number,
  hash: number,
  info: number,
  valueInfo: number,
  by: Float,
): number {
  revoke(words, hash);
  enter(words, base);
  const version = newEntry(words, base, info, valueInfo);
  let outcome = UNDONE;
  if (version !== 0) {
    const pinned = pin(words, base);
    outcome = add(words, floats, base, hash, version, by);
    if (pinned) clearPin(words, base);
    if (outcome === UNDONE) free(words, base, version);
  }
  leave(words, base);
  return finish(words, base, outcome);
}

/**
 * Sets the value of the key in the scratch to a number, if it is another given number: equal
 * numbers cannot be told apart.
 */
export function exchange(
  words: Words,
  floats: Floats,
  base: number,
  hash: number,
  info: number,
  valueInfo: number,
  expected: Float,
  value: Float,
): number {
  revoke(words, hash);
  enter(words, base);
  const version = newEntry(words, base, info, valueInfo);
  let outcome = UNDONE;
  if (version !== 0) {
    floats[valueIndexOf(version, info)] = value;
    const pinned = pin(words, base);
    outcome = swap(words, base, hash, version, expected);
    if (pinned) clearPin(words, base);
    if (outcome === UNDONE) free(words, base, version);
  }
  leave(words, base);
  return finish(words, base, outcome);
}

// ---- parts --------------------------------------------------------------------------------------

/** What an operation of the caller's has come to: now and then something is due after it. */
function finish(words: Words, base: number, outcome: number): number {
  return outcome === DONE && isCollectionDue(words, base) ? DUE : outcome;
}

/** Pins, unless the participant is pinned already, by its caller; says whether it did. */
function pin(words: Words, base: number): boolean {
  if (words[base + P_PIN] !== 0) return false;
  setPin(words, base);
  return true;
}

/**
 * A version of the key in the scratch, whose value is yet to be written; 0: the free list has no
 * block, or what is left is for tombstones.
 */
export function newEntry(
  words: Words,
  base: number,
  info: number,
  valueInfo: number,
): number {
  if (hint(words, H_LOW) !== 0) return 0;
  const bytes = valueInfo & LENGTH_MASK;
  return newVersion(words, base, base + P_KEY, info, valueInfo, bytes);
}

/**
 * A version of the key in the scratch with a string; 0: see `newEntry`. Most strings are Latin-1:
 * what is not is seen when it is written, and takes another block.
 */
function newText(
  words: Words,
  base: number,
  info: number,
  text: Text,
): number {
  const length = text.length;
  const version = newEntry(words, base, info, LATIN1 | length);
  const isNarrow = version === 0
    ? isLatin1(text)
    : writeLatin1(words, valueIndexOf(version, info) * 2, text);
  if (isNarrow) return version;
  if (version !== 0) free(words, base, version);
  const wide = newEntry(words, base, info, UTF16 | (length * 2));
  if (wide !== 0) writeUtf16(words, valueIndexOf(wide, info) * 2, text);
  return wide;
}

/** Whether each unit of a string fits into a byte. */
function isLatin1(text: Text): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return false;
  }
  return true;
}

/** Writes a string from a word on, four units each; false if it is not Latin-1. */
function writeLatin1(words: Words, from: number, text: Text): boolean {
  const length = text.length;
  const whole = length & ~3;
  let units = 0;
  let at = from;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    units |= a | b | c | d;
    if (units > 0xff) return false;
    words[at] = a | (b << 8) | (c << 16) | (d << 24);
    at++;
  }
  if (whole < length) {
    let word = 0;
    for (let i = whole; i < length; i++) {
      const unit = text.charCodeAt(i);
      units |= unit;
      word |= unit << ((i & 3) << 3);
    }
    words[at] = word;
  }
  return units <= 0xff;
}

/** Writes a string from a word on, two units each. */
function writeUtf16(words: Words, from: number, text: Text): void {
  const length = text.length;
  for (let i = 0; i < length; i += 2) {
    const low = text.charCodeAt(i);
    const high = i + 1 < length ? text.charCodeAt(i + 1) : 0;
    words[from + (i >> 1)] = low | (high << 16);
  }
}

/** A version of the key at `key`, whose value is yet to be written; 0: there is no block for it. */
export function newVersion(
  words: Words,
  base: number,
  key: number,
  info: number,
  valueInfo: number,
  valueBytes: number,
): number {
  const keyBytes = info & LENGTH_MASK;
  const c = classFor(words, versionBytes(keyBytes, valueBytes, false));
  const version = c < 0 ? 0 : popBlock(words, base, c);
  if (version !== 0) writePlain(words, version, key, info, valueInfo);
  return version;
}

/** Takes back a version that was not published. */
function free(words: Words, base: number, version: number): void {
  pushBlock(words, base, classAt(words, version), version);
}

/**
 * Begins to bring the slot into the cache that will be needed when the version is written. In
 * TypeScript also without a pin: the table may be freed then, so that another word is read, which
 * does no harm.
 */
export function touchHome(words: Words, base: number, hash: number): void {
  const table = hint(words, H_ROOT) * 4;
  const home = homePlace(hash, words[table + T_SHIFT]);
  words[base + P_SEEN] = touch(words, slotAt(table, home));
}

/** The table of the slot that `findPlace` has found. */
let tableThere = 0;

/**
 * The slot to write a key in, wherever its table is at: as `probe`, and beside a move
 * `seekBeside`. `linkThere` is its link, `tableThere` its table.
 */
function findPlace(
  words: Words,
  base: number,
  hash: number,
  key: number,
  info: number,
  toInsert: boolean,
): number {
  const root = load(words, H_ROOT) * 4;
  if (load(words, root + T_NEXT) !== 0) {
    return seekBeside(words, base, root, hash, key, info, toInsert);
  }
  tableThere = root;
  return probe(words, root, hash, key, info);
}

/**
 * The same beside a move, which it helps before. -1 also if the move is to be ended.
 *
 * Fast path of `seek()` in table/table.ts: once, by the same steps. Kept alike by
 * tests/table/slot_test.ts.
 */
function seekBeside(
  words: Words,
  base: number,
  root: number,
  hash: number,
  key: number,
  info: number,
  toInsert: boolean,
): number {
  if (!moveSome(words, base, root)) return -1;
  let table = root;
  while (table !== 0) {
    const found = seekIn(
      words,
      base,
      table,
      hash,
      asKey(words),
      key,
      info,
      toInsert,
      load(words, table + T_NEXT) !== 0,
    );
    if (found >= 0) {
      tableThere = table;
      linkThere = soughtLink();
      return soughtSlot();
    }
    if (found !== ONWARD && found !== NO_PLACE) return -1;
    table = load(words, table + T_NEXT) * 4;
  }
  return -1;
}

/** The root, if it is not being moved; 0 if it is. */
export function rootAtRest(words: Words): number {
  const table = load(words, H_ROOT) * 4;
  return load(words, table + T_NEXT) === 0 ? table : 0;
}

/**
 * What the last probe found linked in the slot that it returned; 0: nothing. To read it there once
 * more, and compare the key again, would be a fifth of a write.
 */
let linkThere = 0;

/** For those who probe from elsewhere. */
export function linkFound(): number {
  return linkThere;
}

/**
 * The slot at which a probe for a key ends in a table: its own, one that is unlinked under its
 * hash, or an empty one. -1 if a move shows, or there is no such slot. `linkThere` is its link.
 *
 * Fast path of `seek()` in table/table.ts: `currentLink` is the rest of it. Kept alike by
 * tests/table/slot_test.ts.
 */
export function probe(
  words: Words,
  table: number,
  hash: number,
  key: number,
  info: number,
): number {
  if (table === 0) return -1;
  const mask = words[table + T_CAPACITY] - 1;
  let place = homePlace(hash, words[table + T_SHIFT]);
  for (let probes = 0; probes <= mask; probes++) {
    const slot = slotAt(table, place);
    const there = readHash(words, slot);
    if (isClosed(there)) return -1;
    if (isEmpty(there)) {
      linkThere = 0;
      return slot;
    }
    if (there === hash) {
      const linked = readLink(words, slot);
      if (isFrozen(linked)) return -1; // or moved
      if (isUnlinked(linked) || isOfKey(words, refOf(linked), key, info)) {
        linkThere = linked;
        return slot;
      }
    }
    place = nextPlace(place, mask);
  }
  return -1;
}

/**
 * The link to the newest version of the key, settled and pruned, in the slot that the last probe
 * ended at; 0: there is none; `NO_LINK`: see there. If it is that no more, the link cannot be
 * replaced.
 */
export function currentLink(
  words: Words,
  base: number,
  slot: number,
  hash: number,
): number {
  if (slot < 0) return NO_LINK;
  const linked = linkThere;
  if (isUnlinked(linked)) return 0;
  const ref = refOf(linked);
  if (settle(words, ref) < 0) return NO_LINK; // a commit record decides about it
  prune(words, base, ref, hash);
  return isStructure(words, ref) ? NO_LINK : linked; // what hangs from it is not freed here
}

/**
 * Links a version: the first of its key, or in the place of the newest, if that is the expected
 * one.
 */
function link(
  words: Words,
  base: number,
  hash: number,
  version: number,
  expected: number,
): number {
  const key = version * 4 + V_HEADER_WORDS;
  const info = words[version * 4 + V_KEY] & KEY_MASK;
  const slot = findPlace(words, base, hash, key, info, true);
  const linked = currentLink(words, base, slot, hash);
  if (linked === NO_LINK || !isExpected(linked, expected)) return UNDONE;
  return linked === 0
    ? insert(words, base, tableThere, slot, hash, version)
    : replace(words, base, hash, slot, linked, version, version);
}

function isExpected(linked: number, expected: number): boolean {
  return expected === ANY_VERSION || refOf(linked) === expected;
}

/**
 * Links the first version of a key, in a slot that was claimed under its hash, or that it claims.
 *
 * Fast path of `insert()` in table/table.ts: without making the table crowded, and in the next one
 * only where nobody claimed the slot. Kept alike by tests/table/slot_test.ts.
 */
function insert(
  words: Words,
  base: number,
  table: number,
  slot: number,
  hash: number,
  version: number,
): number {
  const there = load(words, slot);
  // In the next table a mover may have claimed it, without a permit: see `Table.insert`.
  const isMine = isEmpty(there)
    ? claim(words, base, table, slot, hash)
    : there === hash && load(words, H_ROOT) * 4 === table;
  if (!isMine) return UNDONE;
  announce(words, base, 0, version);
  if (!linkFirst(words, slot, version)) return UNDONE;
  settle(words, version);
  account(words, base, hash);
  return DONE;
}

/**
 * Claims a slot, if there is a permit for this table at hand, or the participant, whose permits are
 * for this table, can take some without making it crowded: then a move would be due.
 */
function claim(
  words: Words,
  base: number,
  table: number,
  slot: number,
  hash: number,
): boolean {
  return words[base + P_PERMITS_FOR] === words[table + T_NUMBER] &&
    (own(words, base + P_PERMITS) > 0 ||
      takePermits(words, base, table, sparedPermits(words, table))) &&
    claimWithPermit(words, base, slot, hash);
}

/**
 * Puts a version in the place of the newest one, with `link` in the place of `linked`.
 *
 * Fast path of `replace()` in table/table.ts: it drops no tombstone. Kept alike by
 * tests/table/slot_test.ts.
 */
function replace(
  words: Words,
  base: number,
  hash: number,
  slot: number,
  linked: number,
  version: number,
  link: number,
): number {
  const current = refOf(linked);
  poke(words, version * 4 + V_PREV, current);
  announce(words, base, current, version);
  if (!relink(words, slot, linked, link)) return UNDONE;
  settle(words, version);
  prune(words, base, version, hash);
  account(words, base, hash);
  return DONE;
}

/**
 * Puts a tombstone in the place of the newest version. It is written first, while the slot is on
 * its way into the cache.
 */
function bury(
  words: Words,
  base: number,
  hash: number,
  key: number,
  info: number,
  expected: number,
): number {
  touchHome(words, base, hash);
  const tombstone = newVersion(words, base, key, info, TOMBSTONE, 0);
  if (tombstone === 0) {
    return isAbsent(words, base, hash, key, info) ? ABSENT : UNDONE;
  }
  const outcome = linkTombstone(words, base, hash, tombstone, expected);
  if (outcome !== DONE) free(words, base, tombstone);
  return outcome;
}

/** Whether there is no entry with a key, for certain. */
function isAbsent(
  words: Words,
  base: number,
  hash: number,
  key: number,
  info: number,
): boolean {
  const slot = findPlace(words, base, hash, key, info, false);
  const linked = currentLink(words, base, slot, hash);
  return linked === 0 || linked !== NO_LINK && isDead(linked);
}

function linkTombstone(
  words: Words,
  base: number,
  hash: number,
  tombstone: number,
  expected: number,
): number {
  const key = tombstone * 4 + V_HEADER_WORDS;
  const info = words[tombstone * 4 + V_KEY];
  const slot = findPlace(words, base, hash, key, info, false);
  const linked = currentLink(words, base, slot, hash);
  if (linked === NO_LINK) return UNDONE;
  const current = refOf(linked);
  if (current === 0 || isTombstone(words, current)) return ABSENT;
  if (!isExpected(linked, expected)) return UNDONE;
  if (hasExpired(words, current)) return UNDONE;
  const dead = deadLink(tombstone);
  if (replace(words, base, hash, slot, linked, tombstone, dead) !== DONE) {
    return UNDONE;
  }
  words[base + P_DELETED] = current;
  dropAtOnce(words, base, tableThere, slot, dead);
  return DONE;
}

/** Links a version with the sum of the newest one's number and another, if it is a number. */
function add(
  words: Words,
  floats: Floats,
  base: number,
  hash: number,
  version: number,
  by: Float,
): number {
  const key = version * 4 + V_HEADER_WORDS;
  const info = words[version * 4 + V_KEY];
  const slot = findPlace(words, base, hash, key, info, true);
  const linked = currentLink(words, base, slot, hash);
  if (linked === NO_LINK) return UNDONE;
  const current = refOf(linked);
  if (current !== 0 && !isAlike(words, current, version)) return UNDONE;
  const before: Float = current === 0
    ? 0
    : floatAt(words, valueIndexOf(current, info) * 2);
  const sum = before + by;
  if (sum !== sum) return UNDONE; // every NaN is stored as the same one, but not here
  floats[valueIndexOf(version, info)] = sum;
  floats[(base + P_RESULT) >> 1] = sum;
  if (current === 0) {
    return insert(words, base, tableThere, slot, hash, version);
  }
  const outcome = replace(words, base, hash, slot, linked, version, version);
  if (outcome === DONE) noteRead(words, base, hash); // its caller is told the sum
  return outcome;
}

/**
 * Puts a version in the place of the newest one, if both are numbers, and that is the expected one.
 */
function swap(
  words: Words,
  base: number,
  hash: number,
  version: number,
  expected: Float,
): number {
  const key = version * 4 + V_HEADER_WORDS;
  const info = words[version * 4 + V_KEY];
  const slot = findPlace(words, base, hash, key, info, false);
  const linked = currentLink(words, base, slot, hash);
  if (linked === NO_LINK || linked === 0) return UNDONE;
  const current = refOf(linked);
  if (!isAlike(words, current, version)) return UNDONE;
  const there = floatAt(words, valueIndexOf(current, info) * 2);
  if (!isSame(there, expected)) return UNDONE;
  return replace(words, base, hash, slot, linked, version, version);
}

/** Whether two numbers are the same; 0 and -0 are not, and NaN is not the same as itself. */
function isSame(a: Float, b: Float): boolean {
  return a === b && (a !== 0 || 1 / a === 1 / b);
}

/** Whether two versions of one key are a number each, and neither expires. */
function isAlike(words: Words, a: number, b: number): boolean {
  return words[a * 4 + V_KEY] === words[b * 4 + V_KEY] &&
    words[a * 4 + V_VALUE] === words[b * 4 + V_VALUE];
}
