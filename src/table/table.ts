/**
 * The table: from a key to its newest version.
 *
 * What this layer guarantees: a key has at most one slot; `find` is wait-free, and every write
 * lock-free. The caller holds a pin, and the refs that it gets stay readable until the pin ends.
 *
 * The number of steps of a `find` has a bound, whatever the others do, but no small one. It meets
 * each slot of a table once, and goes on to the next table only where this one moves, or has moved.
 * That is two tables, as long as no whole move ends meanwhile, and one more for each whole move
 * that passes the reader. All of these tables were the root, or its next one, after the reader had
 * pinned itself. So none of them is freed before it unpins: they lie in the segment beside each
 * other. Moves that pass a pinned reader end for want of memory, if not before, and it meets fewer
 * slots in all than there is memory for: `maxBytes` / 8. (`tests/table/passed_reader_test.ts`.)
 *
 * Open addressing with linear probing. The home of a hash is given by its high bits, so that a
 * table of any capacity is in the order of hashes, but for displacement. `table/slot.ts` says what
 * a slot means.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as accounting from "./account.ts";
import { Backoff } from "./backoff.ts";
import { TableChains } from "./chain.ts";
import type { EncodedKey } from "./key.ts";
import { Migration, nextIsFull } from "./migration.ts";
import { DEAD_SHARE } from "./resize_policy.ts";
import { Resizer } from "./resizer.ts";
import {
  NEXT_IS_FULL,
  NO_PLACE,
  seekIn,
  soughtIsEmpty,
  soughtLink,
  soughtSlot,
  UNRESOLVED,
} from "./seek.ts";
import * as slots from "./slot.ts";
import { Permits } from "./slot_permits.ts";
import * as tombstones from "./tombstone.ts";
import { Trees } from "./trees.ts";
import * as pruning from "./prune.ts";
import * as versions from "./version.ts";
import * as records from "./commit_record.ts";
import { linkTo } from "./commit_record.ts";
import { Commits } from "./commits.ts";

// Constants of its own: `layout.ts` says why.
const {
  FINAL,
  H_ROOT,
  P_SEEN,
  P_TOMBSTONES,
  T_CAPACITY,
  T_NEXT,
  T_PERMITS,
  T_SHIFT,
  V_PREV,
} = layout;
const { hint, load, poke, fixed, touch } = access;
const { account, announce } = accounting;
const { enter, leave } = sections;
const {
  claimWithPermit,
  homePlace,
  isClosed,
  isEmpty,
  isMoved,
  isUnlinked,
  linkFirst,
  nextPlace,
  readHash,
  readLink,
  refOf,
  relink,
  slotAt,
} = slots;
const { prune } = pruning;
const { countTombstone, dropAtOnce, TOMBSTONES_PER_LOOK } = tombstones;
const { effective } = records;
const { hasKey, isTombstone, settle, touchVersion } = versions;

/**
 * What came of an insert: it is done; another worker was faster, so seek again; or no slot is free,
 * and there is no memory for a larger table.
 */
export type Insert = "done" | "lost" | "full";

/** Slots in which it is tried to find a version by its place. */
const NEAR = 4;
/** Slots that are read for a key that is only to be brought into the cache. */
const GUESSES = 2;
/** No slot: those that a table has do not begin at 0. */
const NOWHERE = 0;

/** The shared table, as one participant works on it. */
export class Table {
  readonly migration: Migration;
  readonly resizer: Resizer;
  readonly backoff: Backoff;
  readonly commits: Commits;
  readonly trees: Trees;
  readonly #participant: Participant;
  readonly #words: Words;
  readonly #permits: Permits;
  // Where the last seek ended.
  #table = 0;
  #slot = 0;
  #slotIsEmpty = false;
  #link = 0;

  constructor(participant: Participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#permits = new Permits(participant);
    this.migration = new Migration(participant);
    this.resizer = new Resizer(participant, this.migration);
    this.backoff = new Backoff(participant);
    this.trees = new Trees(participant);
    this.commits = new Commits(participant, this.migration, this.trees);
    this.#words[participant.base + P_TOMBSTONES] = 0;
    participant.chains = new TableChains(participant, (key) => this.find(key));
  }

  /** Gives back what this participant keeps for later. */
  leave(): void {
    this.#participant.pin();
    this.#permits.giveBack();
    this.#participant.unpin();
  }

  // ---- reading ----------------------------------------------------------------------------------

  /**
   * The newest version of a key, settled; 0: there is none. A tombstone counts as a version.
   * Wait-free: see above for the bound.
   *
   * Has a fast path, `findOptimistically()` in table/optimistic_read.ts. Kept alike by
   * tests/table/slot_test.ts and tests/table/optimistic_read_test.ts.
   */
  find(key: EncodedKey): number {
    const found = this.findOrEnd(key);
    return found > 0 ? found : 0;
  }

  /**
   * The same; but if a key has no version, the place at which the probe ended, negated. Whoever
   * inserts the key does so there, and the place is never empty again. So if a later call gives the
   * same, the key had no version in between, as long as the caller is pinned.
   */
  findOrEnd(key: EncodedKey): number {
    const words = this.#words;
    const hash = key.hash;
    let table = load(words, H_ROOT) * 4;
    for (;;) {
      const mask = words[table + T_CAPACITY] - 1;
      let place = homePlace(hash, words[table + T_SHIFT]);
      let moved = false;
      for (let probes = 0; probes <= mask; probes++) {
        const slot = slotAt(table, place);
        const there = readHash(words, slot);
        if (there === hash) {
          const link = readLink(words, slot);
          if (isMoved(link)) {
            moved = true; // it does not say whose slot this was: from here on only a find counts
          } else if (isUnlinked(link)) {
            if (!moved) return -slot;
            break;
          } else {
            const ref = refOf(link);
            if (hasKey(words, ref, key.words, key.info)) {
              return effective(words, ref);
            }
          }
        } else if (isEmpty(there)) {
          if (!moved) return -slot;
          break;
        } else if (isClosed(there)) {
          break;
        }
        place = nextPlace(place, mask);
      }
      const next = load(words, table + T_NEXT) * 4;
      if (next === 0) return -table; // a full round in a table that is not moving
      table = next;
    }
  }

  /**
   * The slot that leads to a version in effect, if it is near its hash's home; 0: it was not found
   * there. For `isLinked`; the caller stays pinned.
   */
  slotNearHome(hash: number, version: number): number {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    const mask = words[table + T_CAPACITY] - 1;
    let place = homePlace(hash, words[table + T_SHIFT]);
    for (let probes = 0; probes < NEAR; probes++) {
      const slot = slotAt(table, place);
      if (this.isLinked(slot, version)) return slot;
      place = nextPlace(place, mask);
    }
    return 0;
  }

  /**
   * Whether a slot leads to a version still, which then is its key's newest, and in effect. Memory
   * is not reused under a pin, and a slot that is about to move is marked first.
   */
  isLinked(slot: number, version: number): boolean {
    return readLink(this.#words, slot) === version;
  }

  // ---- writing ----------------------------------------------------------------------------------

  /**
   * Finds where to write a key: returns its newest version, settled and pruned, ready for
   * {@linkcode replace}; or 0 if there is none, ready for {@linkcode insert} if `toInsert`. Helps a
   * move on its way. Lock-free.
   *
   * Has fast paths, `probe()` in table/fast_path.ts and `seekBeside()` in table/fast_path.ts. Kept
   * alike by tests/table/slot_test.ts.
   */
  seek(key: EncodedKey, toInsert: boolean): number {
    const { base } = this.#participant;
    enter(this.#words, base);
    const found = this.#seek(key, toInsert);
    leave(this.#words, base);
    return found;
  }

  #seek(key: EncodedKey, toInsert: boolean): number {
    const words = this.#words;
    for (;;) {
      let table = load(words, H_ROOT) * 4;
      let next = load(words, table + T_NEXT);
      if (next !== 0) this.migration.help(table);
      for (;;) {
        const found = this.#seekIn(table, key, toInsert, next !== 0);
        if (found >= 0) return this.#endOn(table, soughtSlot(), found);
        next = load(words, table + T_NEXT);
        if (next === 0) {
          if (found !== NO_PLACE) break;
          return this.#endOn(table, NOWHERE, 0); // the insert starts a migration
        }
        table = next * 4;
        next = load(words, table + T_NEXT);
      }
    }
  }

  /** As `seekIn()`; ends with `ONWARD` or `NO_PLACE` if not on a slot. */
  #seekIn(
    table: number,
    key: EncodedKey,
    toInsert: boolean,
    moving: boolean,
  ): number {
    const words = this.#words;
    const { base } = this.#participant;
    for (;;) {
      const found = seekIn(
        words,
        base,
        table,
        key.hash,
        key.words,
        0,
        key.info,
        toInsert,
        moving,
      );
      if (found === NEXT_IS_FULL) nextIsFull();
      if (found !== UNRESOLVED) return found;
      const link = soughtLink();
      const stamp = settle(words, refOf(link)); // it may be settled by now
      if (stamp < 0) this.commits.resolve(soughtSlot(), link, stamp);
    }
  }

  #endOn(table: number, slot: number, found: number): number {
    this.#table = table;
    this.#slot = slot;
    this.#slotIsEmpty = soughtIsEmpty();
    this.#link = soughtLink();
    return found;
  }

  /**
   * Puts `version`, which is in hand, in the place of `current`, which the last seek returned, and
   * counts it. If another worker changed that meanwhile, it returns false, and the version is in
   * hand still. Otherwise the version is settled, and what it replaced is retired or held; a
   * tombstone that nobody needs is dropped. The caller is in a section.
   *
   * Has a fast path, `replace()` in table/fast_path.ts. Kept alike by tests/table/slot_test.ts.
   */
  replace(current: number, version: number): boolean {
    const words = this.#words;
    const { base } = this.#participant;
    poke(words, version * 4 + V_PREV, current);
    const dead = isTombstone(words, version);
    const link = linkTo(words, version);
    const hasTrees = this.trees.announce(current, version);
    announce(words, base, current, version);
    if (!relink(words, this.#slot, this.#link, link)) {
      if (hasTrees) this.trees.takeBack();
      return false;
    }
    settle(words, version);
    const hash = fixed(words, this.#slot);
    prune(words, base, version, hash);
    if (hasTrees) this.trees.settled(current, version, hash);
    account(words, base, hash);
    if (!dead) return true;
    dropAtOnce(words, base, this.#table, this.#slot, link);
    this.countTombstone();
    return true;
  }

  /**
   * Drops the tombstone that the last seek returned, if that can be done already. The caller is in
   * a section.
   */
  dropSought(): void {
    const { base } = this.#participant;
    dropAtOnce(this.#words, base, this.#table, this.#slot, this.#link);
  }

  /** After a tombstone was written: checks now and then whether there are too many. */
  countTombstone(): void {
    countTombstone(this.#words, this.#participant.base);
    this.lookAtTombstones();
  }

  /**
   * The same, where the fast path has counted it. It pins: the caller may have no pin, and then the
   * table that it looks at could be freed.
   */
  lookAtTombstones(): void {
    const count = this.#participant.base + P_TOMBSTONES;
    if (this.#words[count] < TOMBSTONES_PER_LOOK) return;
    this.#words[count] = 0;
    this.#participant.pinInSection();
    try {
      this.resizer.considerShrinking(DEAD_SHARE);
    } finally {
      this.#participant.unpin();
    }
  }

  /**
   * Links the first version, which is in hand, of the key that the last seek did not find, and
   * counts it; else it is in hand still. A tombstone is linked for a transaction, which relies on
   * its key's absence. The caller is in a section.
   *
   * Has fast paths, `insert()` in table/fast_path.ts and `insertNew()` in table/table.ts. Kept
   * alike by tests/table/slot_test.ts.
   */
  insert(key: EncodedKey, version: number): Insert {
    const words = this.#words;
    if (this.#slot === NOWHERE) return this.#startOrFinishMove();
    if (this.#slotIsEmpty) {
      const grant = this.#permits.ask(this.#table);
      if (grant === "none") return this.#startOrFinishMove();
      const { base } = this.#participant;
      if (!claimWithPermit(words, base, this.#slot, key.hash)) return "lost";
      if (grant === "taken") this.resizer.startIfCrowded(this.#table);
    }
    // A try to replace a tombstone that was dropped meanwhile may have left its ref here: it is not
    // ours to retire.
    poke(words, version * 4 + V_PREV, FINAL);
    const hasTrees = this.trees.announce(0, version);
    announce(words, this.#participant.base, 0, version);
    const outcome = this.#linkInSlot(version);
    if (outcome === "done") {
      if (hasTrees) this.trees.settled(0, version, key.hash);
      account(words, this.#participant.base, key.hash);
    }
    return outcome;
  }

  /**
   * Links a version, which is in hand and no tombstone, under its key, whatever is there and
   * however often others are faster; false if the table has no place. The caller is in a section.
   */
  put(key: EncodedKey, version: number): boolean {
    this.backoff.reset();
    for (;;) {
      const current = this.seek(key, true);
      if (current !== 0) {
        if (this.replace(current, version)) return true;
      } else {
        const outcome = this.insert(key, version);
        if (outcome !== "lost") return outcome === "done";
      }
      this.backoff.wait();
    }
  }

  /** Links a version in the slot that the last seek found, which is claimed by now. */
  #linkInSlot(version: number): Insert {
    const isInNext = load(this.#words, H_ROOT) * 4 !== this.#table;
    if (isInNext && !this.#slotIsEmpty) return this.#linkInNext(version);
    return this.#linkFirst(this.#slot, version) ? "done" : "lost";
  }

  /**
   * Links a version in a slot of the next table that another worker claimed. That may have been a
   * mover, without a permit, for a key with the same hash, which it then puts elsewhere: so this
   * one's permit stands for that place.
   */
  #linkInNext(version: number): Insert {
    if (this.#permits.ask(this.#table) === "none") {
      return this.#startOrFinishMove();
    }
    this.#permits.spend();
    if (this.#linkFirst(this.#slot, version)) return "done";
    this.#permits.keep();
    return "lost";
  }

  /** Links the first version of a claimed slot, unless another worker did. */
  #linkFirst(slot: number, version: number): boolean {
    const link = linkTo(this.#words, version);
    if (!linkFirst(this.#words, slot, link)) return false;
    settle(this.#words, version);
    return true;
  }

  /**
   * Brings the slots of some hashes into the cache, all at the same time, for a caller that is
   * about to write there. It is pinned.
   */
  touch(hashes: Int32Array, count: number): void {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    const shift = words[table + T_SHIFT];
    let seen = 0;
    for (let i = 0; i < count; i++) {
      seen |= touch(words, slotAt(table, homePlace(hashes[i], shift)));
    }
    words[this.#participant.base + P_SEEN] = seen;
  }

  /**
   * Brings the newest versions under some hashes into the cache, all at the same time, for a caller
   * that is about to read them. It is pinned. Overwrites the hashes.
   */
  touchVersions(hashes: Int32Array, count: number): void {
    this.touch(hashes, count);
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    const mask = words[table + T_CAPACITY] - 1;
    const shift = words[table + T_SHIFT];
    for (let i = 0; i < count; i++) {
      let place = homePlace(hashes[i], shift);
      // Not far: a slot is seldom away from its home, and this is only a guess.
      for (let probes = 0; probes < GUESSES; probes++) {
        if (hint(words, slotAt(table, place)) === hashes[i]) break;
        place = nextPlace(place, mask);
      }
      hashes[i] = refOf(hint(words, slotAt(table, place) + 1));
    }
    // A short loop of its own: the fewer instructions in between, the more reads are under way at a
    // time.
    let seen = 0;
    for (let i = 0; i < count; i++) seen |= touchVersion(words, hashes[i]);
    words[this.#participant.base + P_SEEN] = seen;
  }

  /**
   * Links the first version of a key, if it is certain to be the first: no slot of its hash comes
   * before an empty one, and no move is on. Otherwise nothing is linked, and `put` takes over. The
   * caller is in a section, and counts.
   *
   * Fast path of `insert()` in table/table.ts: a caller that brings many new keys needs neither the
   * words of each, to compare them, nor a slot that was sought before. Kept alike by
   * tests/table/slot_test.ts.
   *
   * @param hash The hash of the key.
   * @param version The version; its stamp is settled if the caller is alone.
   * @param isAlone Whether nobody else has the map yet. Then nobody can change a word meanwhile,
   * and plain writes do.
   */
  insertNew(hash: number, version: number, isAlone: boolean): boolean {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    if (load(words, table + T_NEXT) !== 0) return false;
    const mask = words[table + T_CAPACITY] - 1;
    let place = homePlace(hash, words[table + T_SHIFT]);
    let slot = slotAt(table, place);
    // Plain reads: that the slot is empty is decided when it is claimed.
    for (let there = hint(words, slot); !isEmpty(there);) {
      if (there === hash || isClosed(there)) return false;
      place = nextPlace(place, mask);
      slot = slotAt(table, place);
      there = hint(words, slot);
    }
    const grant = this.#permits.ask(table);
    if (grant === "none") return false;
    if (isAlone) this.#place(slot, hash, version);
    else if (!claimWithPermit(words, this.#participant.base, slot, hash)) {
      return false;
    }
    if (grant === "taken") this.resizer.startIfCrowded(table);
    return isAlone || this.#linkFirst(slot, version);
  }

  /** Claims a slot with a permit and links its first version, while nobody else has the map. */
  #place(slot: number, hash: number, version: number): void {
    this.#permits.spend();
    poke(this.#words, slot, hash);
    poke(this.#words, slot + 1, version);
  }

  /**
   * The table that the seek ended in has no permit left: it must start to move, or its own move
   * must end.
   */
  #startOrFinishMove(): Insert {
    const words = this.#words;
    const root = load(words, H_ROOT) * 4;
    if (root !== this.#table) {
      if (load(words, root + T_NEXT) !== 0) this.migration.finish(root);
      return "lost";
    }
    if (load(words, root + T_PERMITS) > 0) return "lost";
    return this.resizer.start(root) ? "lost" : "full";
  }
}
