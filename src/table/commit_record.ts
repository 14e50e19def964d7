/**
 * Commit records: what decides, at one moment, about versions under several keys.
 *
 * A *provisional* version is linked like any other, but its stamp refers to a commit record, and
 * its `prev` to the version that it is to replace, which is settled and pruned. Whether it counts,
 * and since which tick, the record's status says:
 *
 * ```text
 * DRAFT        its owner makes the versions; nothing is linked
 * INSTALLING   they are linked one after the other, in the order of the record's entries
 * READY        all are; it lacks a tick
 * a tick       committed: they count, since then
 * VOID         they never will
 * ```
 *
 * Under a key that is only relied on stands a *guard*, which keeps others from replacing the
 * version until it is decided. A guard is a key, laid out as a version has it, within the record
 * itself.
 *
 * A reader that meets something provisional reads `prev` first, and then the status: once it is
 * committed, `prev` may be pruned. It helps nobody and waits for nobody; where all is ready it
 * decides, since a snapshot that was opened before must not be overtaken by a later tick. A stamp
 * that refers to record 0 is that of a version without effect, for good.
 *
 * A record may bring what was loaded, under a lease (`leases.ts`). It is decided by whether that is
 * good still: that is looked at when all is ready, and so installed.
 *
 * The order of installing is the same for all records, so those who help each other come to an end.
 * (Harris, Fraser and Pratt, "A practical multi-word compare-and-swap operation", DISC 2002, has
 * records that are helped in one order; here the versions themselves stand for the words.)
 * `tests/model/transactions.pml` checks this.
 *
 * ```text
 * word 0   number of versions, in the upper half; how many hang from the record, in the lower
 *      1   status
 *      2   for queues
 *      4   the versions: the children of a tree, when the record is retired and they do not count
 *          then, from an even word on: the C_… words; three words for each entry; the guards
 * ```
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as slots from "./slot.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  CHILDREN_MASK,
  COMMITTING,
  E_FRESH,
  E_HASH,
  E_OLD,
  ENTRY_WORDS,
  C_COUNT,
  C_DEADLINE,
  C_END,
  C_FIRST,
  C_LEASE,
  C_LEASE_AT,
  C_STATUS,
  N_CHILDREN,
  N_FIRST,
  READY,
  REF_MASK,
  V_HEADER_WORDS,
  V_PREV,
  V_STAMP,
  VOID,
  WRITES_SHIFT,
} = layout;
const { compareAndSet, fixed, load } = access;
const { floatAt, now } = machine;
const { deadLink } = slots;
const { isTombstone, keyWords, settle, writingTick } = versions;

/** The record that the stamp of what never counts refers to. */
export const NO_RECORD = 0;

/** The stamp of what a record decides about; of record 0: of a version without effect. */
export function provisionalStamp(record: number): number {
  return COMMITTING | record;
}

/** The record that a provisional stamp refers to. */
export function recordOf(stamp: number): number {
  return stamp & REF_MASK;
}

/** How many versions a record brings. */
export function writesOf(words: Words, record: number): number {
  return fixed(words, record * 4 + N_CHILDREN) >>> WRITES_SHIFT & CHILDREN_MASK;
}

/** Word index of the `C_…` words of a record with so many versions. */
export function headOf(record: number, writes: number): number {
  return record * 4 + N_FIRST + ((writes + 1) & ~1);
}

/** Word index of an entry. */
export function entryAt(words: Words, record: number, index: number): number {
  const head = headOf(record, writesOf(words, record));
  return head + C_FIRST + index * ENTRY_WORDS;
}

/** How many entries a record has. */
export function entriesOf(words: Words, record: number): number {
  return fixed(words, headOf(record, writesOf(words, record)) + C_COUNT);
}

/** The hash of an entry's key. */
export function hashOf(words: Words, entry: number): number {
  return fixed(words, entry + E_HASH);
}

/** The version that an entry relies on. */
export function oldOf(words: Words, entry: number): number {
  return fixed(words, entry + E_OLD);
}

/** The version, or the guard, that an entry puts in its place. */
export function freshOf(words: Words, entry: number): number {
  return fixed(words, entry + E_FRESH);
}

/** Whether what a record decides about is a guard: then it lies within the record. */
export function isGuard(words: Words, record: number, ref: number): boolean {
  if (ref <= record) return false;
  return ref < fixed(words, headOf(record, writesOf(words, record)) + C_END);
}

/** The link to a version, which says whether that is a tombstone. */
export function linkTo(words: Words, version: number): number {
  return isTombstone(words, version) ? deadLink(version) : version;
}

/** Refs that a guard of a key takes. */
export function guardRefs(info: number): number {
  return (V_HEADER_WORDS + keyWords(info) + 3) >>> 2;
}

/** The status of a record; one that is ready is decided first. */
export function outcomeOf(words: Words, record: number): number {
  const at = record * 4 + C_STATUS;
  const status = load(words, at);
  if (status !== READY) return status;
  // The tick before the wall clock, as for a renewal: see `table/version.ts`.
  const tick = writingTick(words);
  compareAndSet(words, at, READY, hasLapsed(words, record) ? VOID : tick);
  return load(words, at);
}

/** Whether a time is over that the record relies on, or its lease was revoked. */
function hasLapsed(words: Words, record: number): boolean {
  const head = headOf(record, writesOf(words, record));
  const deadline = floatAt(words, head + C_DEADLINE);
  if (deadline !== Infinity && now() >= deadline) return true;
  const lease = fixed(words, head + C_LEASE);
  return lease !== 0 && load(words, fixed(words, head + C_LEASE_AT)) !== lease;
}

/**
 * The version that is in effect, from the newest record in a slot on, and settled. Wait-free: what
 * lies under something provisional is as a rule a version, or else what was provisional before.
 */
export function effective(words: Words, newest: number): number {
  let ref = newest;
  for (;;) {
    const stamp = settle(words, ref);
    if (stamp > 0) return ref;
    const prev = load(words, ref * 4 + V_PREV) & REF_MASK;
    if (counts(words, ref, stamp)) return ref;
    ref = prev;
  }
}

/** Whether something provisional counts by now; then its stamp is settled. */
export function counts(words: Words, ref: number, stamp: number): boolean {
  const record = recordOf(stamp);
  if (record === NO_RECORD || isGuard(words, record, ref)) return false;
  const outcome = outcomeOf(words, record);
  if (outcome <= 0) return false;
  compareAndSet(words, ref * 4 + V_STAMP, stamp, outcome);
  return true;
}

/** Whether something provisional will never count, or counts no more as a guard. */
export function isWithoutEffect(
  words: Words,
  ref: number,
  stamp: number,
): boolean {
  const record = recordOf(stamp);
  if (record === NO_RECORD) return true;
  const status = load(words, record * 4 + C_STATUS);
  return status === VOID || status > 0 && isGuard(words, record, ref);
}
