/**
 * The resizer: starts the moves that the policy asks for, to a table as large as it says, or as
 * there is memory for.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { oldestSnapshot } from "../reclamation/registry.ts";
import { participantBase } from "../segment/participants.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { liveEntries } from "./account.ts";
import { lowestHorizon, revokeHorizons } from "./horizon.ts";
import type { Migration } from "./migration.ts";
import {
  canShrink,
  deadSlots,
  earlyPurgeWorth,
  fittingShift,
  growthShifts,
  hasDeadShare,
  isMostlyDead,
  isSparse,
  isWorthGrowing,
  purgeWorth,
  type TableCounts,
} from "./resize_policy.ts";
import { isDead, isGone, readLink, refOf, slotAt } from "./slot.ts";
import { crowded } from "./permit_batch.ts";
import { claimedSlots } from "./slot_permits.ts";
import { allocateTable, tableBytes } from "./table_record.ts";
import { isUnneeded } from "./tombstone.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_PARTICIPANTS,
  H_ROOT,
  NEVER,
  P_EXPECTED,
  SLOT_WORDS,
  T_BORN,
  T_CAPACITY,
  T_NEXT,
  T_PERMITS,
  V_STAMP,
} = layout;
const { hint, load, own, poke } = access;
const { enter, leave } = sections;

/** What the word for expected entries holds. */
const MOST_EXPECTED = 2 ** 28;

/** Entries that participants are about to write: a hint. */
function expectedEntries(words: Words): number {
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum += hint(words, participantBase(slot) + P_EXPECTED);
  }
  return sum;
}

/** Resizes the table, as one participant. */
export class Resizer {
  readonly #participant: Participant;
  readonly #migration: Migration;
  readonly #words: Words;
  readonly #minCapacityShift: number;

  constructor(participant: Participant, migration: Migration) {
    this.#participant = participant;
    this.#migration = migration;
    this.#words = participant.segment.words;
    this.#minCapacityShift = participant.segment.minCapacityShift;
  }

  // ---- starting a move ----------------------------------------------------------------------

  /**
   * Makes sure that the root has a next table. False when there is no memory for one: the root then
   * stays as it is, and can be used while it has permits. Lock-free.
   *
   * @param table The root.
   * @param worth How many dead slots make a move to a table of the same size worth its while, if
   * there is no memory for a larger one.
   */
  start(
    table: number,
    worth: number = purgeWorth(this.#words[table + T_CAPACITY]),
  ): boolean {
    const { base } = this.#participant;
    enter(this.#words, base);
    const started = this.#start(table, worth);
    leave(this.#words, base);
    return started;
  }

  #start(table: number, worth: number): boolean {
    while (load(this.#words, table + T_NEXT) === 0) {
      const counts = this.#count(table);
      if (isMostlyDead(counts) && this.#movesInVain(table)) {
        revokeHorizons(this.#words);
      }
      const next = this.#allocateNext(table, counts, worth);
      if (next === 0) return load(this.#words, table + T_NEXT) !== 0;
      this.#migration.begin(table, next);
    }
    return true;
  }

  /** Starts a move if the root, in which this participant has just taken permits, is crowded. */
  startIfCrowded(table: number): void {
    const words = this.#words;
    if (load(words, H_ROOT) * 4 !== table) return;
    const claimed = claimedSlots(words, table);
    if (claimed < crowded(words[table + T_CAPACITY])) return;
    this.start(table, earlyPurgeWorth(this.#count(table)));
  }

  /**
   * Starts a move when dead slots take at least this share of the root, or the root is too large.
   */
  considerShrinking(deadShare: number): void {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    if (load(words, table + T_PERMITS) < 0) return;
    const counts = this.#count(table);
    const expected = expectedEntries(words);
    if (!isSparse(counts, expected, this.#minCapacityShift)) {
      if (!hasDeadShare(counts, deadShare)) return;
      if (!isMostlyDead(counts) && this.#movesInVain(table)) return;
    }
    // While a snapshot is open tombstones may be needed: moving would not drop them.
    if (oldestSnapshot(words) === NEVER) this.start(table);
  }

  /**
   * Drops the tombstones of the root at once, if it is not being moved and there are enough to be
   * worth it, or if it is larger than it needs to be. For a caller that is out of memory.
   *
   * @param worth How many are enough.
   */
  purge(worth?: number): void {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    if (load(words, table + T_NEXT) !== 0) return;
    const counts = this.#count(table);
    worth ??= purgeWorth(counts.capacity);
    if (!this.#canDrop(table, counts, worth) && !this.#canShrink(counts)) {
      return;
    }
    if (this.start(table, worth)) this.#migration.finish(table);
  }

  /**
   * Whether a purge for which so many tombstones are enough would move the root, if there is a
   * place. The caller is pinned.
   */
  wouldPurge(worth?: number): boolean {
    const table = load(this.#words, H_ROOT) * 4;
    const counts = this.#count(table);
    worth ??= purgeWorth(counts.capacity);
    return this.#hasDroppable(table, counts, worth) || this.#canShrink(counts);
  }

  /** How many more deletions would make a purge worth its while. */
  get deletionsWanted(): number {
    const counts = this.#count(load(this.#words, H_ROOT) * 4);
    return purgeWorth(counts.capacity) - deadSlots(counts);
  }

  /**
   * Announces that this participant is about to write so many entries, or, from then on, how many
   * are left: if the table has to grow meanwhile, it is made large enough.
   */
  announce(entries: number): void {
    const announced = this.#participant.base + P_EXPECTED;
    poke(this.#words, announced, Math.min(entries, MOST_EXPECTED));
  }

  /** The same, and makes the table large enough at once, if there is memory. Pinned. */
  expect(entries: number): void {
    const words = this.#words;
    const before = own(words, this.#participant.base + P_EXPECTED);
    this.announce(entries);
    if (entries <= before) return;
    this.#migration.finishIfMoving();
    const table = load(words, H_ROOT) * 4;
    const wanted = claimedSlots(words, table) + expectedEntries(words);
    if (wanted < crowded(words[table + T_CAPACITY])) return;
    if (this.start(table)) this.#migration.finish(table);
  }

  // ---- the next table -----------------------------------------------------------------------

  /**
   * A table for the entries of this one: as large as it should be, or as there is memory for. If
   * there is no memory to grow, but something to drop, one of the same size: that may begin without
   * permits, and gains one with each tombstone that is dropped. 0 if there is none.
   */
  #allocateNext(table: number, counts: TableCounts, worth: number): number {
    const participant = this.#participant;
    const minShift = this.#minCapacityShift;
    const expected = expectedEntries(this.#words);
    for (const shift of growthShifts(counts, expected, minShift)) {
      const larger = this.#allocateLarger(2 ** shift, counts);
      if (larger !== 0) return larger;
    }
    const fitting = fittingShift(counts, minShift);
    const same = Math.log2(counts.capacity);
    if (fitting <= same) return allocateTable(participant, fitting);
    if (!this.#canDrop(table, counts, worth)) return 0;
    return allocateTable(participant, same);
  }

  /** A larger table must leave enough to be cleaned up in turn; 0 if it does not. */
  #allocateLarger(capacity: number, counts: TableCounts): number {
    const { allocator } = this.#participant;
    const bytes = tableBytes(capacity);
    const before = tableBytes(counts.capacity);
    const used = allocator.tables.usedRefsBeside(before);
    const left = allocator.tables.refsForEntries(bytes);
    if (!isWorthGrowing(counts, used, left)) return 0;
    if (!allocator.tables.hasChunks(bytes, before)) return 0;
    // Before it is allocated, so that no entry takes what is counted on.
    allocator.tables.keep(bytes);
    const next = allocateTable(this.#participant, Math.log2(capacity));
    if (next === 0) this.#migration.keepReserve();
    return next;
  }

  // ---- what there is ------------------------------------------------------------------------

  #count(table: number): TableCounts {
    const words = this.#words;
    const claimed = claimedSlots(words, table);
    const live = liveEntries(words);
    return { capacity: words[table + T_CAPACITY], claimed, live };
  }

  #canShrink(counts: TableCounts): boolean {
    return canShrink(counts, this.#minCapacityShift);
  }

  /**
   * Whether there are so many tombstones that a move would drop. The caller is short of memory,
   * which is more important than the next delta: so horizons are revoked.
   */
  #canDrop(table: number, counts: TableCounts, wanted: number): boolean {
    if (!this.#hasDroppable(table, counts, wanted)) return false;
    revokeHorizons(this.#words);
    return true;
  }

  /**
   * Whether there are so many slots that a move would drop, horizons aside. Reads each of them
   * while a snapshot is open.
   */
  #hasDroppable(table: number, counts: TableCounts, wanted: number): boolean {
    if (deadSlots(counts) < wanted) return false;
    if (oldestSnapshot(this.#words) === NEVER) return true;
    const end = slotAt(table, counts.capacity);
    let count = 0;
    for (let slot = slotAt(table, 0); slot < end; slot += SLOT_WORDS) {
      if (this.#isDroppable(slot) && ++count >= wanted) return true;
    }
    return false;
  }

  #isDroppable(slot: number): boolean {
    const words = this.#words;
    const link = readLink(words, slot);
    if (isGone(link)) return true;
    if (!isDead(link)) return false;
    const tombstone = refOf(link);
    return hint(words, tombstone * 4 + V_STAMP) > 0 &&
      isUnneeded(words, tombstone, hint(words, slot));
  }

  /** Whether all that the horizons let go was dropped when this table was made. */
  #movesInVain(table: number): boolean {
    return this.#words[table + T_BORN] > lowestHorizon(this.#words);
  }

  /**
   * Whether memory for a table like the root is there, or could not be made by moving entries. The
   * caller is pinned.
   */
  get hasPlace(): boolean {
    const table = load(this.#words, H_ROOT) * 4;
    const bytes = tableBytes(this.#words[table + T_CAPACITY]);
    return this.#participant.allocator.tables.hasPlace(bytes);
  }
}
