/**
 * The table: from a key to its newest version.
 *
 * What this room guarantees: at most one slot per key; `find` is wait-free and every write
 * lock-free; whoever calls holds a pin, and the refs it gets stay readable until the pin ends.
 *
 * How many steps a `find` takes has a bound, whatever the others do, but no small one. It meets
 * each slot of a table once, and goes to the next table only where the one that it is in moves, or
 * has moved. That is two tables, as long as no whole move ends meanwhile; a reader that others pass
 * by whole moves goes through one table more for each. All of these tables were the root or its
 * next one after it had pinned itself, so none of them is freed before it unpins: they lie in the
 * segment beside each other. So moves that pass a pinned reader end for want of memory, if not
 * before, and it meets fewer slots in all than there is memory for: `maxBytes` / 8.
 * (`tests/table/passed_reader_test.ts`.)
 *
 * Open addressing with linear probing; the home slot is the hash's high bits, so that every table of any capacity is
 * sorted by hash but for displacement. A slot is two words. `hash` goes from empty to a hash once and for all; `link` goes
 * from 0 to the first version of one key, then from version to version of that key. So everyone who looks for a key meets the
 * same first slot that holds it, or is unlinked under its hash, or is empty.
 *
 * Hash words are probed with plain reads: a hash that is there is there for good, and what the slot holds is decided by its link, which
 * is always read by a `load`; what it leads to was written before it. A slot that seems empty, or closed, is read again by a `load`
 * before it means anything: the one says that there is no such key by now, the other that there is a next table to be read after it.
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
import { Migration } from "./migration.ts";
import { DEAD_SHARE } from "./resize_policy.ts";
import { Resizer } from "./resizer.ts";
import * as slots from "./slot.ts";
import { Permits } from "./slot_permits.ts";
import * as tombstones from "./tombstone.ts";
import * as pruning from "./prune.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  FINAL,
  H_ROOT,
  P_SEEN,
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
  closeEmpty,
  deadLink,
  homePlace,
  isClosed,
  isEmpty,
  isFrozen,
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
const { dropAtOnce } = tombstones;
const { hasKey, isTombstone, settle, touchVersion } = versions;

/**
 * What came of an insert: it is in; another worker was there first (seek again); or no slot is free, and there is no memory for
 * a larger table.
 */
export type Insert = "done" | "lost" | "full";

/** Tombstones that a participant writes between two looks at whether there are too many. */
const TOMBSTONES_PER_LOOK = 256;
/** Slots that are looked at for a key that is only being brought into the cache. */
const GUESSES = 2;
/** Inner outcomes of a probe; refs and 0 (absent) are never negative. */
const ONWARD = -1;

/** The shared table, as one participant works on it. */
export class Table {
  readonly migration: Migration;
  readonly resizer: Resizer;
  readonly backoff: Backoff;
  readonly #participant: Participant;
  readonly #words: Words;
  readonly #permits: Permits;
  // Where the last seek ended.
  #table = 0;
  #slot = 0;
  #slotIsEmpty = false;
  #link = 0;
  #tombstones = 0;

  constructor(participant: Participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#permits = new Permits(participant);
    this.migration = new Migration(participant, this.#permits);
    this.resizer = new Resizer(participant, this.migration);
    this.backoff = new Backoff(participant);
    participant.chains = new TableChains(participant, (key) => this.find(key));
  }

  /** Gives back what this participant keeps for later. */
  leave(): void {
    this.#participant.pin();
    this.#permits.giveBack();
    this.#participant.unpin();
  }

  // ---- reading ------------------------------------------------------------------------------------------------------

  /**
   * The newest version of a key, settled; 0: there is none. A tombstone counts as a version.
   * Wait-free: see above for the bound.
   *
   * Has a fast path, `findOptimistically()` in table/optimistic_read.ts. Kept alike by
   * tests/table/slot_test.ts and tests/table/optimistic_read_test.ts.
   */
  find(key: EncodedKey): number {
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
            if (!moved) return 0;
            break;
          } else {
            const ref = refOf(link);
            if (hasKey(words, ref, key.words, key.info)) {
              settle(words, ref);
              return ref;
            }
          }
        } else if (isEmpty(there)) {
          if (!moved) return 0;
          break;
        } else if (isClosed(there)) {
          break;
        }
        place = nextPlace(place, mask);
      }
      table = load(words, table + T_NEXT) * 4;
      if (table === 0) return 0; // a full round in a table that is not moving
    }
  }

  // ---- writing ------------------------------------------------------------------------------------------------------

  /**
   * Finds where to write a key: returns its newest version, settled and pruned, ready for
   * {@linkcode replace}; or 0 if there is none, ready for {@linkcode insert} if `toInsert`. Helps a
   * move on its way. Lock-free.
   *
   * Has a fast path, `probe()` in table/fast_path.ts. Kept alike by tests/table/slot_test.ts.
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
        if (found >= 0) return found;
        next = load(words, table + T_NEXT);
        if (next === 0) break; // a full round: the insert starts a migration
        table = next * 4;
        next = load(words, table + T_NEXT);
      }
      if (this.#slot === 0) return 0;
    }
  }

  /** `moving`: whether the table has a next one. Whoever knows ends on no open slot, but shuts the one it finds. */
  #seekIn(
    table: number,
    key: EncodedKey,
    toInsert: boolean,
    moving: boolean,
  ): number {
    const words = this.#words;
    const hash = key.hash;
    const mask = words[table + T_CAPACITY] - 1;
    let place = homePlace(hash, words[table + T_SHIFT]);
    for (let probes = 0; probes <= mask;) {
      const slot = slotAt(table, place);
      const there = readHash(words, slot);
      if (there === hash) {
        const link = readLink(words, slot);
        if (isMoved(link)) {
          moving = true;
        } else if (isUnlinked(link)) {
          if (!moving) return this.#endOn(table, slot, false);
          if (!toInsert) return ONWARD;
          if (this.migration.giveUpUnlinked(table, slot)) return ONWARD;
          continue; // linked meanwhile: look again
        } else {
          const ref = refOf(link);
          if (hasKey(words, ref, key.words, key.info)) {
            if (isFrozen(link)) {
              this.migration.moveSlot(table, slot);
              return ONWARD;
            }
            settle(words, ref);
            prune(words, this.#participant.base, ref, hash);
            this.#endOn(table, slot, false);
            this.#link = link;
            return ref;
          }
        }
      } else if (isEmpty(there)) {
        if (!moving) return this.#endOn(table, slot, true);
        if (!toInsert) return ONWARD;
        if (closeEmpty(words, slot)) return ONWARD;
        continue; // claimed meanwhile: look again
      } else if (isClosed(there)) {
        return ONWARD;
      }
      place = nextPlace(place, mask);
      probes++;
    }
    this.#endOn(table, 0, false);
    return ONWARD;
  }

  #endOn(table: number, slot: number, slotIsEmpty: boolean): 0 {
    this.#table = table;
    this.#slot = slot;
    this.#slotIsEmpty = slotIsEmpty;
    return 0;
  }

  /**
   * Puts `version`, which is in hand, in the place of `current`, which the last seek returned, and counts it; false if another worker
   * changed it meanwhile: the version is in hand still. On success it is settled and what it replaced is retired or held; a tombstone
   * that nobody needs is dropped. The caller is in a section.
   *
   * Has a fast path, `replace()` in table/fast_path.ts. Kept alike by tests/table/slot_test.ts.
   */
  replace(current: number, version: number): boolean {
    const words = this.#words;
    const { base } = this.#participant;
    poke(words, version * 4 + V_PREV, current);
    const dead = isTombstone(words, version);
    const link = dead ? deadLink(version) : version;
    announce(words, base, current, version);
    if (!relink(words, this.#slot, this.#link, link)) return false;
    settle(words, version);
    const hash = fixed(words, this.#slot);
    prune(words, base, version, hash);
    account(words, base, hash);
    if (!dead) return true;
    dropAtOnce(words, base, this.#table, this.#slot, link);
    this.countTombstone();
    return true;
  }

  /** After a tombstone was written: looks now and then whether there are too many. */
  countTombstone(): void {
    if (++this.#tombstones % TOMBSTONES_PER_LOOK === 0) {
      this.resizer.considerShrinking(DEAD_SHARE);
    }
  }

  /**
   * Links the first version, which is in hand and no tombstone, of the key that the last seek did not find, and counts it; else it is
   * in hand still. The caller is in a section.
   *
   * Has fast paths, `insert()` in table/fast_path.ts and `insertNew()` in table/table.ts. Kept alike
   * by tests/table/slot_test.ts.
   */
  insert(key: EncodedKey, version: number): Insert {
    const words = this.#words;
    if (this.#slot === 0) return this.#startOrFinishMove();
    if (this.#slotIsEmpty) {
      const grant = this.#permits.ask(this.#table);
      if (grant === "none") return this.#startOrFinishMove();
      const { base } = this.#participant;
      if (!claimWithPermit(words, base, this.#slot, key.hash)) return "lost";
      if (grant === "taken") this.resizer.startIfCrowded(this.#table);
    }
    // A try to replace a tombstone that was dropped meanwhile may have left its ref here: it is not ours to retire.
    poke(words, version * 4 + V_PREV, FINAL);
    announce(words, this.#participant.base, 0, version);
    const outcome = this.#linkInSlot(version);
    if (outcome === "done") {
      account(words, this.#participant.base, key.hash);
    }
    return outcome;
  }

  /**
   * Links a version, which is in hand and no tombstone, under its key, whatever is there and however
   * often others are faster; false if the table has no place. The caller is in a section.
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
   * Links a version in a slot of the next table that another worker claimed. That may have been a mover, without a permit, for a key
   * with the same hash, which it then puts elsewhere: so this one's permit stands for that place.
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
    if (!linkFirst(this.#words, slot, version)) return false;
    settle(this.#words, version);
    return true;
  }

  /**
   * Brings the places of some hashes into the cache, all at the same time: for whoever will write there next. The caller is
   * pinned.
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
   * Brings the newest versions under some hashes into the cache, all at the same time: for whoever will read them next. Writes over
   * the hashes. The caller is pinned.
   */
  touchVersions(hashes: Int32Array, count: number): void {
    this.touch(hashes, count);
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    const mask = words[table + T_CAPACITY] - 1;
    const shift = words[table + T_SHIFT];
    for (let i = 0; i < count; i++) {
      let place = homePlace(hashes[i], shift);
      // Not far: a slot is seldom away from its home, and this is but a guess.
      for (let probes = 0; probes < GUESSES; probes++) {
        if (hint(words, slotAt(table, place)) === hashes[i]) break;
        place = nextPlace(place, mask);
      }
      hashes[i] = refOf(hint(words, slotAt(table, place) + 1));
    }
    // In a loop of its own, and a short one: the fewer instructions in between, the more looks are under way at a time.
    let seen = 0;
    for (let i = 0; i < count; i++) seen |= touchVersion(words, hashes[i]);
    words[this.#participant.base + P_SEEN] = seen;
  }

  /**
   * Links the first version of a key, if there is no question that it is the first: no slot of its
   * hash is met before an empty one, and no move is on. Else nothing is linked: `put` then takes it
   * from here. The caller is in a section, and counts.
   *
   * Fast path of `insert()` in table/table.ts: who brings many new keys needs neither the words of
   * each to compare them, nor a place that was sought before. Kept alike by tests/table/slot_test.ts.
   *
   * @param hash The hash of the key.
   * @param version The version; its stamp is settled if the caller is alone.
   * @param isAlone Whether nobody else has the map yet: then no word can change under the caller's
   * hands, and plain writes do.
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

  /** Claims a slot with a permit and links its first version, where nobody else is. */
  #place(slot: number, hash: number, version: number): void {
    this.#permits.spend();
    poke(this.#words, slot, hash);
    poke(this.#words, slot + 1, version);
  }

  /** The table that the seek ended in has no permit left: it must start to move, or its own move must end. */
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
