/**
 * Commits of several keys where nothing is out of the ordinary: no move is on, nobody else is in
 * the way, and the blocks that are needed are at hand.
 *
 * Fast path of `Commits` in table/commits.ts: the same steps, compiled as those of `fast_path.ts`
 * are. What it cannot do ends as `UNDONE`. A record that is committed then is so in part, at most,
 * and each step of an owner can be repeated: so `Commits` begins with it anew. Kept alike by
 * tests/table/commits_test.ts and tests/schedule/schedule_test.ts.
 *
 * @module
 */

import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import * as limbo from "../reclamation/limbo.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as accounting from "./account.ts";
import * as changes from "./changes.ts";
import * as records from "./commit_record.ts";
import * as fastPath from "./fast_path.ts";
import * as pruning from "./prune.ts";
import * as slots from "./slot.ts";
import * as tombstones from "./tombstone.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  C_COUNT,
  C_END,
  C_ENTRIES,
  C_LIVE,
  C_WEIGHT,
  C_STATUS,
  CHILDREN_MASK,
  E_FRESH,
  E_HASH,
  E_OLD,
  HAS_EXPIRY,
  KEY_MASK,
  INSTALLING,
  N_CHILDREN,
  N_FIRST,
  P_COMMIT,
  P_ENTRIES,
  P_ENTRIES_AHEAD,
  P_HAND,
  P_KEY,
  P_LIVE_AHEAD,
  P_LIVE_REFS,
  P_WEIGHT,
  P_WEIGHT_AHEAD,
  READY,
  V_HEADER_WORDS,
  V_KEY,
  V_PREV,
  V_STAMP,
  V_VALUE,
  V_WRITES,
  TOMBSTONE,
} = layout;
const { compareAndSet, hint, load, own, poke, store } = access;
const { blockRefs } = blocks;
const { areWeighed, liveRefs, weightOf } = accounting;
const { changed } = changes;
const { retireLate } = limbo;
const {
  entriesOf,
  entryAt,
  freshOf,
  guardRefs,
  hashOf,
  headOf,
  isGuard,
  linkTo,
  NO_RECORD,
  oldOf,
  outcomeOf,
  provisionalStamp,
  writesOf,
} = records;
const {
  ANY_VERSION,
  currentLink,
  DONE,
  linkFound,
  newEntry,
  newVersion,
  NO_LINK,
  probe,
  rootAtRest,
  UNDONE,
} = fastPath;
const { enter, leave } = sections;
const { prune } = pruning;
const { refOf, relink } = slots;
const { dropAtOnce } = tombstones;
const { isTombstone, keyWords } = versions;

// ---- drafting -----------------------------------------------------------------------------------

/**
 * Adds a version, which is in hand, to the record that a participant drafts, to take the place of
 * another one.
 */
export function addVersion(
  words: Words,
  base: number,
  hash: number,
  old: number,
  version: number,
): void {
  const record = own(words, base + P_COMMIT);
  const index = record * 4 + N_CHILDREN;
  const children = own(words, index) & CHILDREN_MASK;
  const head = headOf(record, writesOf(words, record));
  poke(words, version * 4 + V_STAMP, provisionalStamp(NO_RECORD));
  poke(words, version * 4 + V_PREV, old);
  // If `old` was replaced meanwhile, this is no number of writes, nor will the record commit.
  poke(words, version * 4 + V_WRITES, hint(words, old * 4 + V_WRITES) + 1);
  poke(words, record * 4 + N_FIRST + children, version);
  poke(words, index, own(words, index) + 1);
  poke(words, base + P_HAND, 0);
  addEntry(words, record, hash, old, version);
  const had = liveRefs(words, old);
  const has = liveRefs(words, version);
  const entries = (has > 0 ? 1 : 0) - (had > 0 ? 1 : 0);
  poke(words, head + C_ENTRIES, own(words, head + C_ENTRIES) + entries);
  poke(words, head + C_LIVE, own(words, head + C_LIVE) + has - had);
  if (!areWeighed(words)) return;
  const more = weightOf(words, version) - weightOf(words, old);
  poke(words, head + C_WEIGHT, own(words, head + C_WEIGHT) + more);
}

/**
 * Adds a guard of a version to the record that a participant drafts: the version stays as it is
 * until that is decided.
 */
export function addGuard(
  words: Words,
  base: number,
  hash: number,
  old: number,
): void {
  const record = own(words, base + P_COMMIT);
  const end = headOf(record, writesOf(words, record)) + C_END;
  const ref = own(words, end);
  const at = ref * 4;
  const info = words[old * 4 + V_KEY] & KEY_MASK;
  poke(words, at + V_STAMP, provisionalStamp(record));
  poke(words, at + V_PREV, old);
  words[at + V_KEY] = info;
  words[at + V_VALUE] = 0; // no value, and no tombstone
  const count = keyWords(info);
  for (let i = 0; i < count; i++) {
    words[at + V_HEADER_WORDS + i] = words[old * 4 + V_HEADER_WORDS + i];
  }
  poke(words, end, ref + guardRefs(info));
  addEntry(words, record, hash, old, ref);
}

function addEntry(
  words: Words,
  record: number,
  hash: number,
  old: number,
  fresh: number,
): void {
  const count = headOf(record, writesOf(words, record)) + C_COUNT;
  const index = own(words, count);
  const entry = entryAt(words, record, index);
  poke(words, entry + E_HASH, hash);
  poke(words, entry + E_OLD, old);
  poke(words, entry + E_FRESH, fresh);
  poke(words, count, index + 1);
}

/**
 * Makes a version of the key in the scratch, and adds it to the record that the participant drafts,
 * to take the place of the newest one, if that is the expected one, or any; its value is yet to be
 * written. The participant is pinned.
 *
 * @returns The version; 0: nothing was done, also if the newest one is not there, expires, or is a
 * tombstone.
 */
export function draftVersion(
  words: Words,
  base: number,
  hash: number,
  info: number,
  valueInfo: number,
  expected: number,
): number {
  const old = reliedOn(words, base, hash, info, expected);
  if (old === 0) return 0;
  enter(words, base);
  const version = valueInfo === TOMBSTONE
    ? newVersion(words, base, base + P_KEY, info, valueInfo, 0)
    : newEntry(words, base, info, valueInfo);
  if (version !== 0) addVersion(words, base, hash, old, version);
  leave(words, base);
  return version;
}

/** The same for a guard; returns the version that is guarded, or 0. */
export function draftGuard(
  words: Words,
  base: number,
  hash: number,
  info: number,
  expected: number,
): number {
  const old = reliedOn(words, base, hash, info, expected);
  if (old !== 0) addGuard(words, base, hash, old);
  return old;
}

/** The newest version of the key in the scratch, settled and pruned, if it is live for good. */
function reliedOn(
  words: Words,
  base: number,
  hash: number,
  info: number,
  expected: number,
): number {
  enter(words, base);
  const table = rootAtRest(words);
  const slot = probe(words, table, hash, base + P_KEY, info);
  const linked = currentLink(words, base, slot, hash);
  leave(words, base);
  if (linked === NO_LINK || linked === 0) return 0;
  const old = refOf(linked);
  if (expected !== ANY_VERSION && old !== expected) return 0;
  return (words[old * 4 + V_KEY] & HAS_EXPIRY) !== 0 || isTombstone(words, old)
    ? 0
    : old;
}

// ---- committing ---------------------------------------------------------------------------------

/** From here on the record that a participant drafts may be met, so it is complete. */
export function publishRecord(words: Words, record: number): void {
  const stamp = provisionalStamp(record);
  const count = own(words, record * 4 + N_CHILDREN) & CHILDREN_MASK;
  for (let i = 0; i < count; i++) {
    poke(words, own(words, record * 4 + N_FIRST + i) * 4 + V_STAMP, stamp);
  }
  store(words, record * 4 + C_STATUS, INSTALLING);
}

/**
 * Publishes the record that a participant drafts, which is pinned, and commits it; `UNDONE` if it
 * is published only, or committed in part: then `Commits` goes on.
 */
export function commitRecord(words: Words, base: number): number {
  const record = own(words, base + P_COMMIT);
  publishRecord(words, record);
  if (!installAll(words, record)) return UNDONE;
  compareAndSet(words, record * 4 + C_STATUS, INSTALLING, READY);
  const outcome = outcomeOf(words, record);
  if (outcome <= 0 || !cleanUp(words, base, record, outcome)) return UNDONE;
  countRecord(words, base, record);
  retireCommitted(words, base, record);
  return DONE;
}

/** Installs all entries, if nothing is in the way, and nobody else has decided meanwhile. */
function installAll(words: Words, record: number): boolean {
  const entries = entriesOf(words, record);
  for (let i = 0; i < entries; i++) {
    const entry = entryAt(words, record, i);
    const fresh = freshOf(words, entry);
    const table = rootAtRest(words);
    const slot = slotIn(words, table, hashOf(words, entry), fresh);
    if (slot < 0) return false;
    const linked = linkFound();
    if (refOf(linked) !== oldOf(words, entry)) return false;
    if (!relink(words, slot, linked, linkTo(words, fresh))) return false;
    if (load(words, record * 4 + C_STATUS) !== INSTALLING) return false;
  }
  return true;
}

/** The slot of the key of a version, or guard, in a table at rest; negative: not found so. */
function slotIn(
  words: Words,
  table: number,
  hash: number,
  version: number,
): number {
  const key = version * 4 + V_HEADER_WORDS;
  const info = words[version * 4 + V_KEY] & KEY_MASK;
  return probe(words, table, hash, key, info);
}

/** Settles and prunes the versions of a record that is committed, and takes its guards back. */
function cleanUp(
  words: Words,
  base: number,
  record: number,
  tick: number,
): boolean {
  const entries = entriesOf(words, record);
  for (let i = 0; i < entries; i++) {
    const entry = entryAt(words, record, i);
    const hash = hashOf(words, entry);
    const fresh = freshOf(words, entry);
    let left = oldOf(words, entry);
    if (isGuard(words, record, fresh)) {
      const slot = slotIn(words, rootAtRest(words), hash, fresh);
      if (slot < 0 || refOf(linkFound()) !== fresh) return false;
      if (!relink(words, slot, linkFound(), linkTo(words, left))) return false;
    } else {
      const at = fresh * 4 + V_STAMP;
      compareAndSet(words, at, provisionalStamp(record), tick);
      prune(words, base, fresh, hash);
      changed(words, hash);
      left = fresh;
    }
    if (isTombstone(words, left)) dropIfLeft(words, base, hash, left);
  }
  return true;
}

/** Drops a tombstone that a key is left with, if nobody needs it. */
function dropIfLeft(
  words: Words,
  base: number,
  hash: number,
  tombstone: number,
): void {
  const table = rootAtRest(words);
  const slot = slotIn(words, table, hash, tombstone);
  if (slot < 0 || refOf(linkFound()) !== tombstone) return;
  dropAtOnce(words, base, table, slot, linkFound());
}

/**
 * Counts what a record has changed, once: what the counts are then is written down first, then
 * that they are being written.
 */
export function countRecord(words: Words, base: number, record: number): void {
  const head = headOf(record, writesOf(words, record));
  const entries = own(words, base + P_ENTRIES) + own(words, head + C_ENTRIES);
  const live = own(words, base + P_LIVE_REFS) + own(words, head + C_LIVE);
  poke(words, base + P_ENTRIES_AHEAD, entries);
  poke(words, base + P_LIVE_AHEAD, live);
  const weight = own(words, base + P_WEIGHT) + own(words, head + C_WEIGHT);
  poke(words, base + P_WEIGHT_AHEAD, weight);
  poke(words, base + P_COMMIT, -record);
  finishCounting(words, base, record);
}

/** Can be repeated, by others, too, after a death. */
export function finishCounting(
  words: Words,
  base: number,
  record: number,
): void {
  const head = headOf(record, writesOf(words, record));
  poke(words, base + P_ENTRIES, own(words, base + P_ENTRIES_AHEAD));
  poke(words, base + P_LIVE_REFS, own(words, base + P_LIVE_AHEAD));
  poke(words, base + P_WEIGHT, own(words, base + P_WEIGHT_AHEAD));
  poke(words, head + C_ENTRIES, 0);
  poke(words, head + C_LIVE, 0);
  poke(words, head + C_WEIGHT, 0);
  poke(words, base + P_COMMIT, record);
}

/** Retires a record that is committed: nothing hangs from it any more. */
export function retireCommitted(
  words: Words,
  base: number,
  record: number,
): void {
  const index = record * 4 + N_CHILDREN;
  const children = own(words, index) & CHILDREN_MASK;
  poke(words, index, own(words, index) - children);
  retireLate(words, base, record, blockRefs(words, 1));
  poke(words, base + P_COMMIT, 0);
}
