/**
 * Commits of several keys at one moment, as one participant makes them, helps with them, and takes
 * back what came to nothing. `commit_record.ts` says what a record is.
 *
 * An owner drafts a record, adds what it is to bring, and then drives it to its decision, as
 * anybody does who meets something of it in the way of a write. It is decided by one step. Then the
 * owner, or a worker that recovers it, cleans up: it settles and prunes the versions that count,
 * takes back those that do not, and the guards, counts what has changed, and retires the record.
 *
 * Whoever helps installs what is missing, and looks at the status after each: if it came too late,
 * it takes that back before it unpins. The participant's record names the commit record meanwhile,
 * so that a recovery can do the same for the dead. Others may meet what was installed late, though
 * the record was cleaned up before: so it stays in limbo for two grace periods.
 *
 * All is done under one pin, from the first read to the end: then what a record relies on is not
 * reused as long as it is not decided. Once it is, it may be: a worker that helps too late may then
 * find another version at the ref that it knows, and install over that. It takes that back before
 * it unpins, as all that came too late; until then others read that version through it.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as limbo from "../reclamation/limbo.ts";
import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { participantBase } from "../segment/participants.ts";
import * as changes from "./changes.ts";
import * as records from "./commit_record.ts";
import * as fastCommits from "./fast_commits.ts";
import * as fastPath from "./fast_path.ts";
import type { Lease } from "./lease.ts";
import type { Migration } from "./migration.ts";
import * as pruning from "./prune.ts";
import * as repairs from "../reclamation/repair.ts";
import * as slots from "./slot.ts";
import * as tombstones from "./tombstone.ts";
import * as treeWork from "./trees.ts";
import type { Trees } from "./trees.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  C_COUNT,
  C_DEADLINE,
  C_END,
  C_ENTRIES,
  C_FIRST,
  C_LEASE,
  C_LEASE_AT,
  C_LIVE,
  C_WEIGHT,
  C_OWNER,
  C_STATUS,
  C_TREES,
  CHILDREN_MASK,
  DRAFT,
  ENTRY_WORDS,
  H_ROOT,
  KEY_MASK,
  INSTALLING,
  N_CHILDREN,
  N_FIRST,
  P_COMMIT,
  P_DRAFT,
  P_HAND,
  P_HELPING,
  P_LIMBO_HEAD,
  R_LINK,
  READY,
  REF_BYTES,
  REF_MASK,
  T_CAPACITY,
  T_NEXT,
  T_SHIFT,
  V_HEADER_WORDS,
  V_KEY,
  V_PREV,
  V_STAMP,
  VOID,
  WRITES_SHIFT,
} = layout;
const { compareAndSet, load, own, poke, store } = access;
const { blockRefs } = blocks;
const { changed, retell } = changes;
const { retireLate } = limbo;
const {
  counts,
  entriesOf,
  entryAt,
  freshOf,
  hashOf,
  headOf,
  isGuard,
  isWithoutEffect,
  linkTo,
  NO_RECORD,
  oldOf,
  outcomeOf,
  provisionalStamp,
  recordOf,
  writesOf,
} = records;
const {
  addGuard,
  addVersion,
  commitRecord,
  countRecord,
  finishCounting,
  publishRecord,
  retireCommitted,
} = fastCommits;
const { DONE } = fastPath;
const { enter, leave } = sections;
const { prune } = pruning;
const {
  homePlace,
  isClosed,
  isEmpty,
  isFrozen,
  isMoved,
  isUnlinked,
  nextPlace,
  readHash,
  readLink,
  refOf,
  relink,
  slotAt,
} = slots;
const { dropAtOnce } = tombstones;
const { leave: leaveTrees, queuedOf } = treeWork;
const { freeDraft } = repairs;
const { isOfKey, isStructure, isTombstone, settle } = versions;

/** Bytes of a record with so many versions and guards, of which these take so many refs. */
export function recordBytes(
  writes: number,
  guards: number,
  guardsRefs: number,
): number {
  const entries = (writes + guards) * ENTRY_WORDS;
  const words = headOf(0, writes) + C_FIRST + entries;
  return (Math.ceil(words / 4) + guardsRefs) * REF_BYTES;
}

/** One participant's part in commits of several keys. */
export class Commits {
  readonly #participant: Participant;
  readonly #migration: Migration;
  readonly #trees: Trees;
  readonly #words: Words;
  // Where the last key was found.
  #table = 0;
  #slot = 0;
  #link = 0;

  constructor(participant: Participant, migration: Migration, trees: Trees) {
    this.#participant = participant;
    this.#migration = migration;
    this.#trees = trees;
    this.#words = participant.segment.words;
  }

  // ---- what a writer meets ----------------------------------------------------------------------

  /**
   * Sees to something provisional that a writer met: drives its record to the decision, and then
   * settles it, or takes it back if it does not count. Lock-free. The caller is pinned, in a
   * section, and looks again.
   *
   * @param slot The slot, which is not frozen.
   * @param link The link that was read there.
   * @param stamp The stamp of what that leads to.
   */
  resolve(slot: number, link: number, stamp: number): void {
    const words = this.#words;
    const ref = refOf(link);
    const record = recordOf(stamp);
    if (record !== NO_RECORD && outcomeOf(words, record) === INSTALLING) {
      this.#help(record);
      this.#helpsNobody();
    }
    if (!counts(words, ref, stamp)) this.#relinkOld(slot, link);
  }

  /** Takes back what a link leads to, if it is linked still. */
  #relinkOld(slot: number, link: number): boolean {
    const words = this.#words;
    const old = load(words, refOf(link) * 4 + V_PREV) & REF_MASK;
    return relink(words, slot, link, linkTo(words, old));
  }

  // ---- helping ----------------------------------------------------------------------------------

  /** Drives a record to its decision. Lock-free. */
  #help(record: number): void {
    const words = this.#words;
    const status = record * 4 + C_STATUS;
    const entries = entriesOf(words, record);
    let i = 0;
    while (i < entries && this.#install(record, entryAt(words, record, i))) i++;
    if (i === entries) compareAndSet(words, status, INSTALLING, READY);
    outcomeOf(words, record);
  }

  /** Installs one entry; false: the record needs no more of them, or got none, and is void. */
  #install(record: number, entry: number): boolean {
    const words = this.#words;
    const status = record * 4 + C_STATUS;
    const fresh = freshOf(words, entry);
    for (;;) {
      poke(words, this.#participant.base + P_HELPING, record);
      if (load(words, status) !== INSTALLING) return false;
      const found = this.#find(entry);
      if (found === fresh) return true;
      if (found === oldOf(words, entry)) {
        if (!relink(words, this.#slot, this.#link, linkTo(words, fresh))) {
          continue;
        }
        const after = load(words, status);
        if (after === INSTALLING) return true;
        this.#takeBackLate(record, entry);
        return false;
      }
      if (found !== 0 && this.#clears(found)) continue;
      compareAndSet(words, status, INSTALLING, VOID);
      return false;
    }
  }

  /**
   * Sees to another record's work in the way of an entry; false: a version is there that counts, so
   * there is no way. Records are helped in the order of keys, so this comes to an end.
   */
  #clears(found: number): boolean {
    const words = this.#words;
    const slot = this.#slot;
    const link = this.#link;
    const stamp = settle(words, found);
    if (stamp > 0) return false;
    const record = recordOf(stamp);
    if (record !== NO_RECORD && outcomeOf(words, record) === INSTALLING) {
      this.#help(record);
      return true;
    }
    if (counts(words, found, stamp)) return false;
    this.#relinkOld(slot, link);
    return true;
  }

  /** What was installed just now came after the decision, unless it counts. */
  #takeBackLate(record: number, entry: number): void {
    const fresh = freshOf(this.#words, entry);
    if (isWithoutEffect(this.#words, fresh, provisionalStamp(record))) {
      this.#takeBack(entry);
    }
  }

  /** Takes back what an entry has installed, wherever the key is by now. Lock-free. */
  #takeBack(entry: number): void {
    const fresh = freshOf(this.#words, entry);
    while (this.#find(entry) === fresh) {
      if (this.#relinkOld(this.#slot, this.#link)) return;
    }
  }

  #helpsNobody(): void {
    poke(this.#words, this.#participant.base + P_HELPING, 0);
  }

  /**
   * What the link of an entry's key leads to, to write there; 0: the key has none. A frozen slot is
   * moved first. Then `#slot` says where.
   */
  #find(entry: number): number {
    const words = this.#words;
    const hash = hashOf(words, entry);
    const fresh = freshOf(words, entry);
    const key = fresh * 4 + V_HEADER_WORDS;
    const info = words[fresh * 4 + V_KEY] & KEY_MASK;
    let table = load(words, H_ROOT) * 4;
    for (;;) {
      const ref = this.#findIn(table, hash, key, info);
      if (ref >= 0) return ref;
      table = load(words, table + T_NEXT) * 4;
      if (table === 0) return 0; // a full round in a table that is not moving
    }
  }

  /** The same in one table; negative: look in the next one. */
  #findIn(table: number, hash: number, key: number, info: number): number {
    const words = this.#words;
    const mask = words[table + T_CAPACITY] - 1;
    let place = homePlace(hash, words[table + T_SHIFT]);
    let moved = false;
    for (let probes = 0; probes <= mask; probes++) {
      const slot = slotAt(table, place);
      const there = readHash(words, slot);
      if (there === hash) {
        const link = readLink(words, slot);
        if (isMoved(link)) {
          moved = true;
        } else if (isUnlinked(link)) {
          return moved ? -1 : 0;
        } else if (isOfKey(words, refOf(link), key, info)) {
          if (isFrozen(link)) {
            this.#migration.moveSlot(table, slot);
            return -1;
          }
          this.#table = table;
          this.#slot = slot;
          this.#link = link;
          return refOf(link);
        }
      } else if (isEmpty(there)) {
        return moved ? -1 : 0;
      } else if (isClosed(there)) {
        return -1;
      }
      place = nextPlace(place, mask);
    }
    return -1;
  }

  // ---- owning -----------------------------------------------------------------------------------

  /**
   * Begins a record, and a section, which lasts until the record is committed or given up: so does
   * the caller's pin. Meanwhile entries are added in the canonical order: by their hashes as
   * unsigned numbers, and then by their keys.
   *
   * @param writes How many versions it is to bring.
   * @param guards How many guards.
   * @param guardsRefs How many refs these take: see `guardRefs`.
   * @param purpose What it is for: one that only deletes may have the memory of tombstones.
   * @returns Whether there was memory for it; else no section has begun.
   */
  draft(
    writes: number,
    guards: number,
    guardsRefs: number,
    purpose: "entry" | "tombstone" = "entry",
  ): boolean {
    const words = this.#words;
    const { allocator, base, slot } = this.#participant;
    enter(words, base);
    const bytes = recordBytes(writes, guards, guardsRefs);
    const record = allocator.allocate(bytes, purpose);
    if (record !== 0) {
      const head = headOf(record, writes);
      poke(words, record * 4 + N_CHILDREN, writes << WRITES_SHIFT);
      poke(words, record * 4 + C_STATUS, DRAFT);
      poke(words, head + C_OWNER, slot + 1);
      poke(words, head + C_ENTRIES, 0);
      poke(words, head + C_LIVE, 0);
      poke(words, head + C_WEIGHT, 0);
      poke(words, head + C_COUNT, 0);
      poke(words, head + C_TREES, 0);
      poke(words, head + C_LEASE, 0);
      this.#participant.segment.floats[(head + C_DEADLINE) / 2] = Infinity;
      const entries = (writes + guards) * ENTRY_WORDS;
      poke(words, head + C_END, Math.ceil((head + C_FIRST + entries) / 4));
      poke(words, base + P_COMMIT, record); // it is led to by this from here on
      poke(words, base + P_HAND, 0);
      return true;
    }
    leave(words, base);
    return false;
  }

  /** The record that is drafted. */
  get #drafted(): number {
    return own(this.#words, this.#participant.base + P_COMMIT);
  }

  /**
   * Adds a version, which is in hand, to take the place of another one; the inner section that it
   * was made in ends by that.
   */
  add(hash: number, old: number, version: number): void {
    const { base } = this.#participant;
    addVersion(this.#words, base, hash, old, version);
    if (isStructure(this.#words, old) || isStructure(this.#words, version)) {
      const record = this.#drafted;
      const head = headOf(record, writesOf(this.#words, record));
      poke(this.#words, head + C_TREES, 1);
    }
    leave(this.#words, base);
  }

  /** Adds a guard: the version stays as it is until the record is decided. */
  guard(hash: number, old: number): void {
    addGuard(this.#words, this.#participant.base, hash, old);
  }

  /** Says that the record relies on something that expires then, in milliseconds since 1970. */
  expires(end: number): void {
    const record = this.#drafted;
    const head = headOf(record, writesOf(this.#words, record));
    const { floats } = this.#participant.segment;
    const at = (head + C_DEADLINE) / 2;
    floats[at] = Math.min(floats[at], end);
  }

  /** Says that the record is to count only if a lease is good when that is decided. */
  relyOn({ index, word }: Lease): void {
    const words = this.#words;
    const record = this.#drafted;
    const head = headOf(record, writesOf(words, record));
    poke(words, head + C_LEASE_AT, index);
    poke(words, head + C_LEASE, word);
  }

  /**
   * Commits the record that was drafted; false: something that it relies on was changed, and
   * nothing has happened. Lock-free.
   *
   * Has a fast path, `commitRecord()` in table/fast_commits.ts. Kept alike by
   * tests/table/commits_test.ts and tests/schedule/schedule_test.ts.
   */
  commit(): boolean {
    const words = this.#words;
    const { base } = this.#participant;
    const record = this.#drafted;
    const isCommitted = this.#hasTrees(record)
      ? this.#commitTrees(record)
      : this.#commitFast() === DONE || this.#finish(record, changed);
    leave(words, base);
    return isCommitted;
  }

  #hasTrees(record: number): boolean {
    const words = this.#words;
    return own(words, headOf(record, writesOf(words, record)) + C_TREES) !== 0;
  }

  #commitTrees(record: number): boolean {
    publishRecord(this.#words, record);
    return this.#finish(record, changed);
  }

  #commitFast(): number {
    const { base, segment: { kernel } } = this.#participant;
    return kernel === undefined
      ? commitRecord(this.#words, base)
      : kernel.commitRecord(base);
  }

  /** Gives up a record that is a draft. */
  giveUp(): void {
    const words = this.#words;
    const { base } = this.#participant;
    this.#trees.giveUp();
    this.#retire(this.#drafted);
    leave(words, base);
  }

  /**
   * The owner's work: decides the record, cleans up, and retires it. Can be repeated.
   *
   * @param record The record.
   * @param tell Tells those who wait for a key; after a death, once more.
   */
  #finish(record: number, tell: typeof changed): boolean {
    const words = this.#words;
    this.#help(record);
    const outcome = outcomeOf(words, record);
    const entries = entriesOf(words, record);
    for (let i = 0; i < entries; i++) {
      const entry = entryAt(words, record, i);
      const fresh = freshOf(words, entry);
      if (outcome === VOID || isGuard(words, record, fresh)) {
        this.#takeBack(entry);
        this.#dropTombstone(entry, oldOf(words, entry));
      } else {
        this.#settle(record, entry, outcome);
        tell(words, hashOf(words, entry));
      }
    }
    this.#helpsNobody();
    if (outcome === VOID) this.#trees.giveUp();
    else if (this.#hasTrees(record)) this.#leaveOwn(record, outcome);
    if (outcome !== VOID) countRecord(words, this.#participant.base, record);
    this.#retire(record);
    return outcome !== VOID;
  }

  /** Frees what the versions of a committed record leave out, and forgets its draft. */
  #leaveOwn(record: number, tick: number): void {
    this.#trees.bear(tick);
    this.#leave(record, this.#participant.base, tick);
    this.#trees.forget();
  }

  /** What its versions leave out is held or retired, as the participant with this record. */
  #leave(
    record: number,
    base: number,
    tick: number,
    done?: ReadonlySet<number>,
  ): void {
    const words = this.#words;
    const entries = entriesOf(words, record);
    for (let i = 0; i < entries; i++) {
      const entry = entryAt(words, record, i);
      const fresh = freshOf(words, entry);
      if (isGuard(words, record, fresh)) continue;
      const old = oldOf(words, entry);
      leaveTrees(words, base, old, fresh, tick, hashOf(words, entry), done);
    }
    poke(words, headOf(record, writesOf(words, record)) + C_TREES, 0);
  }

  /** Settles and prunes a version that counts. */
  #settle(record: number, entry: number, tick: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    const fresh = freshOf(words, entry);
    const hash = hashOf(words, entry);
    const at = fresh * 4 + V_STAMP;
    compareAndSet(words, at, provisionalStamp(record), tick);
    prune(words, base, fresh, hash);
    this.#dropTombstone(entry, fresh);
  }

  /** Drops what an entry's key is left with, if that is a tombstone, and nobody needs it. */
  #dropTombstone(entry: number, version: number): void {
    const words = this.#words;
    if (!isTombstone(words, version) || this.#find(entry) !== version) return;
    const { base } = this.#participant;
    dropAtOnce(words, base, this.#table, this.#slot, this.#link);
  }

  /**
   * Retires a record. Versions that do not count hang from it. They may be met after that: so they
   * refer to no record, and to none of a tree's nodes either.
   */
  #retire(record: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    if (load(words, record * 4 + C_STATUS) > 0) {
      retireCommitted(words, base, record);
      return;
    }
    const index = record * 4 + N_CHILDREN;
    const children = own(words, index) & CHILDREN_MASK;
    let refs = blockRefs(words, 1);
    for (let i = 0; i < children; i++) {
      const version = own(words, record * 4 + N_FIRST + i);
      store(words, version * 4 + V_STAMP, provisionalStamp(NO_RECORD));
      refs += this.#participant.allocator.runRefs(version);
    }
    retireLate(words, base, record, refs);
    poke(words, base + P_COMMIT, 0);
  }

  // ---- after a death ----------------------------------------------------------------------------

  /**
   * Ends what the participant in a slot was about, which is dead, or this one itself, after it was
   * cut short: the record that it helped, and its own. Its pin is still there.
   */
  recover(slot: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    this.#participant.pin();
    enter(words, base);
    const other = participantBase(slot);
    const helped = own(words, other + P_HELPING);
    if (helped !== 0) this.#endHelp(helped);
    poke(words, other + P_HELPING, 0);
    this.#helpsNobody();
    this.#takeOver(slot, other);
    leave(words, base);
    this.#participant.unpin();
  }

  /** Decides a record, and takes back all of it that is without effect. */
  #endHelp(record: number): void {
    const words = this.#words;
    this.#help(record);
    const entries = entriesOf(words, record);
    for (let i = 0; i < entries; i++) {
      this.#takeBackLate(record, entryAt(words, record, i));
    }
  }

  /**
   * Becomes the owner of the record of the participant in a slot, and does an owner's work. At each
   * step a participant's record leads to it, and it says itself whose it is.
   */
  #takeOver(slot: number, other: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    const word = own(words, other + P_COMMIT);
    if (word === 0) return;
    const record = Math.abs(word);
    if (word < 0) finishCounting(words, other, record);
    const owner = headOf(record, writesOf(words, record)) + C_OWNER;
    const isIts = own(words, owner) === slot + 1;
    if (!isIts || this.#isRetired(other, record)) {
      poke(words, other + P_COMMIT, 0);
      return;
    }
    this.#endTrees(record, slot, other);
    if (slot !== this.#participant.slot) {
      poke(words, base + P_COMMIT, record);
      poke(words, owner, this.#participant.slot + 1);
      poke(words, other + P_COMMIT, 0);
    }
    if (load(words, record * 4 + C_STATUS) === DRAFT) {
      this.#retire(record);
    } else this.#finish(record, retell);
  }

  /**
   * Does what its owner, who is dead, has left to do for the trees of a record: as that participant
   * itself, and before another one leads to the record. So what was done already is in the queues
   * of one participant, and can be repeated.
   */
  #endTrees(record: number, slot: number, other: number): void {
    const words = this.#words;
    const status = record * 4 + C_STATUS;
    if (load(words, status) !== DRAFT) {
      this.#help(record);
      this.#helpsNobody();
    }
    const outcome = load(words, status);
    if (outcome > 0) {
      if (this.#hasTrees(record)) {
        this.#leave(record, other, outcome, queuedOf(words, other));
      }
      poke(words, other + P_DRAFT, 0);
    } else freeDraft(this.#participant.segment, slot);
  }

  #isRetired(base: number, record: number): boolean {
    const words = this.#words;
    let ref = own(words, base + P_LIMBO_HEAD);
    while (ref !== 0 && ref !== record) ref = own(words, ref * 4 + R_LINK);
    return ref !== 0;
  }
}
