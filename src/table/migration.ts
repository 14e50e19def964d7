/**
 * Migration: to a table that is larger, smaller, or just free of tombstones, in small steps that everyone helps with.
 *
 * Moving a slot is a race that anyone may win or lose at any step; the slot goes
 *
 * ```text
 * empty                      -> CLOSED                 nobody may claim it any more
 * claimed, unlinked          -> MOVED                  likewise
 * tombstone nobody needs     -> MOVED                  dropped, by one CAS; its winner retires it
 * dropped before, GONE       -> MOVED                  likewise, but there is nothing to retire
 * anything else   -> FROZEN  -> copied -> MOVED        the decision to copy is that first CAS
 * ```
 *
 * and a key is written in the next table only after its old slot says MOVED. Strides of slots are handed out by a counter,
 * which is a hint: what a slow or dead helper did not finish, others do again. A table starts to move only once it is the
 * root, so there are never more than two.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { oldestSnapshot, participantBase } from "../reclamation/registry.ts";
import type { Kernel } from "../segment/kernel.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { lowestHorizon, revokeHorizons } from "./horizon.ts";
import {
  claimedSlots,
  closePermits,
  crowded,
  type Permits,
  slotLimit,
} from "./slot_permits.ts";
import { closeUnlinked, moveSlots } from "./move.ts";
import { isUnneeded } from "./tombstone.ts";

// Constants of its own: `layout.ts` says why.
const {
  DEAD,
  GONE,
  H_CLOCK,
  H_PARTICIPANTS,
  H_ROOT,
  H_TABLES,
  MOVED,
  NEVER,
  P_ENTRIES,
  P_EXPECTED,
  P_REAPING,
  P_SEEN,
  REF_BYTES,
  REF_MASK,
  SLOT_WORDS,
  STRIDE,
  T_BORN,
  T_CAPACITY,
  T_CURSOR,
  T_NEXT,
  T_NUMBER,
  T_REAPER,
  T_PERMITS,
  T_SHIFT,
  T_SLOTS,
  T_SWEPT,
  V_STAMP,
} = layout;
const { add, compareAndSet, hint, load, own, poke, release, store, touch } =
  access;
const { enter, leave } = sections;

/** log2 of the smallest capacity. */
const LEAST_SHIFT = 8;
/** A table that is fuller than this with live entries moves to one of twice the size. */
const ROOMY = 0.4;
/** A table that is emptier than this with claimed slots moves to a smaller one. */
const SPARSE = 1 / 8;
/** Capacity / this: the least room that a next table must offer, so that the move ends long before it is spent. */
const LEAST_ROOM = 8;
/** Capacity / this: tombstones that make a move to a table of the same size worth its while when memory is short. */
const PURGE_WORTH = 32;

/** What the word for expected entries holds. */
const MOST_EXPECTED = 2 ** 28;

/** log2 of the capacity that suits a number of entries, but no less than `horizon`. */
function suitableShift(entries: number, horizon: number): number {
  return Math.max(horizon, Math.ceil(Math.log2(Math.max(1, entries) / ROOMY)));
}

/** log2 of the least capacity that a table with so many claimed slots can move to. */
function leastShift(claimed: number): number {
  let shift = LEAST_SHIFT;
  while (slotLimit(2 ** shift) - claimed < 2 ** shift / LEAST_ROOM) shift++;
  return shift;
}

/** log2 of the capacity that takes a number of entries without moving. */
export function minCapacityShiftFor(entries: number): number {
  let shift = LEAST_SHIFT;
  while (crowded(2 ** shift) <= entries) shift++;
  return shift;
}

/** Allocates an empty table of 2 ** shift slots; 0 if there is no memory for it. */
export function allocateTable(
  participant: Participant,
  shift: number,
): number {
  const words = participant.segment.words;
  const capacity = 2 ** shift;
  enter(words, participant.base);
  const ref = participant.allocator.allocateZeroed(tableBytes(capacity));
  leave(words, participant.base);
  if (ref === 0) return 0;
  const table = ref * 4;
  poke(words, table + T_SHIFT, 32 - shift);
  poke(words, table + T_CAPACITY, capacity);
  poke(words, table + T_NUMBER, add(words, H_TABLES, 1) + 1);
  poke(words, table + T_BORN, load(words, H_CLOCK));
  poke(words, table + T_PERMITS, slotLimit(capacity));
  return ref;
}

/** Bytes of a table of so many slots. */
export function tableBytes(capacity: number): number {
  return (T_SLOTS + capacity * SLOT_WORDS + capacity / STRIDE) * 4;
}

/** Whether a ref leads to the record of a table that lies within the segment. */
export function isTable(segment: Segment, ref: number): boolean {
  const { words, firstChunk } = segment;
  if (ref < firstChunk || ref * 4 + T_SLOTS > words.length) return false;
  const table = ref * 4;
  const shift = 32 - words[table + T_SHIFT];
  return shift >= LEAST_SHIFT && shift < 31 &&
    words[table + T_CAPACITY] === 2 ** shift &&
    ref * REF_BYTES + tableBytes(2 ** shift) <= words.length * 4;
}

/** Live entries, summed over all participants: exact when nobody writes. */
export function liveEntries(words: Words): number {
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum = (sum + hint(words, participantBase(slot) + P_ENTRIES)) | 0;
  }
  return Math.max(0, sum);
}

/** Entries that participants are about to write: a hint. */
function expectedEntries(words: Words): number {
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum += hint(words, participantBase(slot) + P_EXPECTED);
  }
  return sum;
}

/** One participant's part in migrations. */
export class Migration {
  readonly #participant: Participant;
  readonly #permits: Permits;
  readonly #words: Words;
  readonly #move: Kernel["moveSlots"];

  constructor(participant: Participant, permits: Permits) {
    const { segment } = participant;
    const { words } = segment;
    this.#participant = participant;
    this.#permits = permits;
    this.#words = words;
    this.#move = segment.kernel?.moveSlots ??
      ((base, table, first, count) =>
        Number(moveSlots(words, base, table, first, count)));
  }

  // ---- starting -----------------------------------------------------------------------------------------------------

  /**
   * Makes sure that the root has a next table. False when there is no memory for one: the root then stays as it is, and can
   * be used while it has room. Lock-free.
   *
   * @param table The root.
   * @param worth How many tombstones make a move to a table of the same size worth its while, if there is none larger.
   */
  start(table: number, worth: number = this.#purgeWorth(table)): boolean {
    const { base } = this.#participant;
    enter(this.#words, base);
    const started = this.#start(table, worth);
    leave(this.#words, base);
    return started;
  }

  #start(table: number, worth: number): boolean {
    const words = this.#words;
    while (load(words, table + T_NEXT) === 0) {
      const claimed = claimedSlots(words, table);
      if (this.#deadSlots(table) > liveEntries(words)) {
        this.#revokeInVain(table);
      }
      const next = this.#allocateNext(table, claimed, worth);
      if (next === 0) return load(words, table + T_NEXT) !== 0;
      // Closed only now: as long as there is no next table, this one must go on.
      closePermits(words, table);
      const capacity = words[next * 4 + T_CAPACITY];
      const room = slotLimit(capacity) - claimedSlots(words, table);
      if (room < 0) {
        this.#participant.allocator.free(next); // claimed meanwhile; the bound is final now, so the next try fits
        continue;
      }
      poke(words, next * 4 + T_PERMITS, room);
      if (compareAndSet(words, table + T_NEXT, 0, next)) {
        this.#participant.count("migrations");
        this.keepReserve();
      } else this.#participant.allocator.free(next);
    }
    return true;
  }

  /**
   * As `start`, while there is still room. If there is no memory to grow, it waits until tombstones have taken half of what entries
   * leave: a move costs the same, however many it drops.
   */
  startEarly(table: number): void {
    const capacity = this.#words[table + T_CAPACITY];
    const left = slotLimit(capacity) - liveEntries(this.#words);
    this.start(table, Math.max(left / 2, this.#purgeWorth(table)));
  }

  /**
   * A table for what lives in this one: as large as it should be, or as there is memory for. If there is none to grow, but something
   * to drop, the same size again: then it may begin without room, which grows with each tombstone that is dropped.
   */
  #allocateNext(table: number, claimed: number, worth: number): number {
    const live = liveEntries(this.#words);
    const fitting = this.#fittingShift(live, claimed);
    const least = leastShift(claimed);
    const same = 32 - this.#words[table + T_SHIFT];
    let shift = Math.max(fitting, this.#shiftForExpected(live));
    for (; shift > same && shift >= least; shift--) {
      const larger = this.#allocateLarger(shift, table);
      if (larger !== 0) return larger;
    }
    if (fitting <= same) return allocateTable(this.#participant, fitting);
    if (!this.#canDrop(table, worth)) return 0;
    return allocateTable(this.#participant, same);
  }

  /** log2 of the capacity that suits what lives, if the claimed slots can move there; else of the least that they can move to. */
  #fittingShift(live: number, claimed: number): number {
    const horizon = this.#participant.segment.minCapacityShift;
    return Math.max(suitableShift(live, horizon), leastShift(claimed));
  }

  /** log2 of the capacity that takes what is announced, too; 0: nothing is. */
  #shiftForExpected(live: number): number {
    const expected = expectedEntries(this.#words);
    return expected === 0 ? 0 : minCapacityShiftFor(live + expected);
  }

  /** Whether there are so many tombstones, and a move would drop them: for whoever is short of memory, which goes before dumps. */
  #canDrop(table: number, tombstones: number): boolean {
    if (!this.#hasDroppable(table, tombstones)) return false;
    revokeHorizons(this.#words);
    return true;
  }

  /** Whether there are so many slots that a move would drop, horizons aside. Takes a look at each while a snapshot is open. */
  #hasDroppable(table: number, wanted: number): boolean {
    const words = this.#words;
    if (this.#deadSlots(table) < wanted) return false;
    if (oldestSnapshot(words) === NEVER) return true;
    const end = table + T_SLOTS + words[table + T_CAPACITY] * SLOT_WORDS;
    let count = 0;
    for (let slot = table + T_SLOTS; slot < end; slot += SLOT_WORDS) {
      if (this.#isDroppable(slot) && ++count >= wanted) return true;
    }
    return false;
  }

  #isDroppable(slot: number): boolean {
    const words = this.#words;
    const link = load(words, slot + 1);
    if (link === GONE) return true;
    if ((link & DEAD) === 0 || link === MOVED) return false;
    const tombstone = link & REF_MASK;
    return hint(words, tombstone * 4 + V_STAMP) > 0 &&
      isUnneeded(words, tombstone, hint(words, slot));
  }

  /** Whether what a horizon lets go was dropped already when this table was made. */
  #movesInVain(table: number): boolean {
    return this.#words[table + T_BORN] > lowestHorizon(this.#words);
  }

  #revokeInVain(table: number): void {
    if (this.#movesInVain(table)) revokeHorizons(this.#words);
  }

  /** Slots of keys that were deleted: with a tombstone, or none any more. */
  #deadSlots(table: number): number {
    return claimedSlots(this.#words, table) - liveEntries(this.#words);
  }

  #purgeWorth(table: number): number {
    return this.#words[table + T_CAPACITY] / PURGE_WORTH;
  }

  /** Whether memory for a table like the root is there, or could not be made by moving entries. The caller is pinned. */
  get hasPlace(): boolean {
    const table = load(this.#words, H_ROOT) * 4;
    const bytes = tableBytes(this.#words[table + T_CAPACITY]);
    return this.#participant.allocator.hasTablePlace(bytes);
  }

  /** How many deletions more would make a purge worth its while. */
  get deletionsWanted(): number {
    const table = load(this.#words, H_ROOT) * 4;
    return this.#purgeWorth(table) - this.#deadSlots(table);
  }

  /** A larger table must leave enough to be cleaned up in turn; 0 if it does not. */
  #allocateLarger(shift: number, table: number): number {
    const { allocator } = this.#participant;
    const bytes = tableBytes(2 ** shift);
    if (!this.#isWorthGrowing(table, bytes)) return 0;
    const before = tableBytes(this.#words[table + T_CAPACITY]);
    if (!allocator.hasChunksForTable(bytes, before)) return 0;
    allocator.keepForTables(bytes); // before it is allocated, so that no entry takes what is counted on
    const next = allocateTable(this.#participant, shift);
    if (next === 0) this.keepReserve();
    return next;
  }

  /**
   * Whether a slot of this table for each entry is too little: not if those that it takes, with what they take on average, do not
   * fit beside a table of `bytes`, which would only take memory from them.
   */
  #isWorthGrowing(table: number, bytes: number): boolean {
    const words = this.#words;
    const { allocator } = this.#participant;
    const capacity = words[table + T_CAPACITY];
    const claimed = claimedSlots(words, table);
    const used = allocator.usedRefsBeside(tableBytes(capacity));
    return claimed === 0 ||
      allocator.refsForEntries(bytes) >= used / claimed * slotLimit(capacity);
  }

  /** Keeps memory back from entries for a table that is as large as the current one, or the next. */
  keepReserve(): void {
    const root = load(this.#words, H_ROOT) * 4;
    const next = load(this.#words, root + T_NEXT) * 4;
    const capacity = this.#words[(next || root) + T_CAPACITY];
    this.#participant.allocator.keepForTables(tableBytes(capacity));
  }

  /**
   * Announces that this participant is about to write so many entries, or, from then on, how many are left: makes the table
   * large enough at once, if there is memory. The caller is pinned.
   */
  expect(entries: number): void {
    const words = this.#words;
    const before = own(words, this.#participant.base + P_EXPECTED);
    poke(
      words,
      this.#participant.base + P_EXPECTED,
      Math.min(entries, MOST_EXPECTED),
    );
    if (entries <= before) return;
    this.finishIfMoving();
    const table = load(words, H_ROOT) * 4;
    const wanted = claimedSlots(words, table) + expectedEntries(words);
    if (wanted < crowded(words[table + T_CAPACITY])) return;
    if (this.start(table)) this.finish(table);
  }

  /** Starts a move when tombstones take at least this share of the root, or the root is too large. */
  considerShrinking(deadShare: number): void {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    if (load(words, table + T_PERMITS) < 0) return;
    const claimed = claimedSlots(words, table);
    const dead = claimed - liveEntries(words);
    const capacity = words[table + T_CAPACITY];
    const horizon = 2 ** this.#participant.segment.minCapacityShift;
    const expected = expectedEntries(words);
    const sparse = capacity > horizon && claimed + expected < capacity * SPARSE;
    if (!sparse && dead < capacity * deadShare) return;
    if (!sparse && dead <= claimed - dead && this.#movesInVain(table)) return;
    if (oldestSnapshot(words) !== NEVER) return; // tombstones may be needed: moving would not drop them
    this.start(table);
  }

  /**
   * Drops the tombstones of the root at once, if it is not being moved and there are enough to be worth it, or it is larger than it
   * needs to be: for whoever is out of memory.
   *
   * @param worth How many are enough.
   */
  purge(worth?: number): void {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    if (load(words, table + T_NEXT) !== 0) return;
    worth ??= this.#purgeWorth(table);
    if (!this.#canDrop(table, worth) && !this.#canShrink(table)) return;
    if (this.start(table, worth)) this.finish(table);
  }

  /** Whether a purge that thinks so many tombstones worth it would move the root, if there is a place. The caller is pinned. */
  wouldPurge(worth?: number): boolean {
    const table = load(this.#words, H_ROOT) * 4;
    worth ??= this.#purgeWorth(table);
    return this.#hasDroppable(table, worth) || this.#canShrink(table);
  }

  #canShrink(table: number): boolean {
    const words = this.#words;
    const claimed = claimedSlots(words, table);
    const fitting = this.#fittingShift(liveEntries(words), claimed);
    return fitting < 32 - words[table + T_SHIFT];
  }

  // ---- helping ------------------------------------------------------------------------------------------------------

  /** Moves one stride of the root, or redoes one that is not finished; the last one switches the root. Lock-free. */
  help(table: number): void {
    const words = this.#words;
    const strides = words[table + T_CAPACITY] / STRIDE;
    const stride = add(words, table + T_CURSOR, 1);
    if (stride < strides) {
      this.#moveStride(table, stride);
      if (stride < strides - 1) return;
    }
    const unfinished = this.#firstUnfinished(table);
    if (unfinished < strides) this.#moveStride(table, unfinished);
    if (this.#firstUnfinished(table) === strides) this.#switchRoot(table);
  }

  /** Moves everything that is left of the root. */
  finish(table: number): void {
    const strides = this.#words[table + T_CAPACITY] / STRIDE;
    for (;;) {
      const stride = this.#firstUnfinished(table);
      if (stride === strides) break;
      this.#moveStride(table, stride);
    }
    this.#switchRoot(table);
  }

  /** Whether the root is being moved: a hint, for whoever is not pinned. */
  get isMoving(): boolean {
    return hint(this.#words, hint(this.#words, H_ROOT) * 4 + T_NEXT) !== 0;
  }

  /** Moves everything that is left of the root, if it is being moved. */
  finishIfMoving(): void {
    const table = load(this.#words, H_ROOT) * 4;
    if (load(this.#words, table + T_NEXT) !== 0) this.finish(table);
  }

  /** Moves one stride if the root is being moved: for whoever has time. Says whether there is more to do. */
  helpIfMoving(): boolean {
    const table = load(this.#words, H_ROOT) * 4;
    if (load(this.#words, table + T_NEXT) === 0) return false;
    this.help(table);
    return true;
  }

  #doneWord(table: number, stride: number): number {
    const capacity = this.#words[table + T_CAPACITY];
    return table + T_SLOTS + capacity * SLOT_WORDS + stride;
  }

  #firstUnfinished(table: number): number {
    const words = this.#words;
    const strides = words[table + T_CAPACITY] / STRIDE;
    let stride = load(words, table + T_SWEPT);
    while (
      stride < strides && load(words, this.#doneWord(table, stride)) !== 0
    ) stride++;
    release(words, table + T_SWEPT, stride);
    return stride;
  }

  #moveStride(table: number, stride: number): void {
    const words = this.#words;
    const first = table + T_SLOTS + stride * STRIDE * SLOT_WORDS;
    this.#touchTombstones(first);
    this.#moveSlots(table, first, STRIDE);
    store(words, this.#doneWord(table, stride), 1);
  }

  /** Brings the tombstones of a stride into the cache, all at the same time: most were written long ago. */
  #touchTombstones(firstSlot: number): void {
    const words = this.#words;
    const end = firstSlot + STRIDE * SLOT_WORDS;
    let seen = 0;
    for (let slot = firstSlot; slot < end; slot += SLOT_WORDS) {
      const link = hint(words, slot + 1);
      if ((link & DEAD) === 0 || link === MOVED) continue;
      seen |= touch(words, (link & REF_MASK) * 4 + V_STAMP);
    }
    words[this.#participant.base + P_SEEN] = seen;
  }

  #switchRoot(table: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    enter(words, base);
    poke(words, base + P_REAPING, table / 4);
    compareAndSet(words, H_ROOT, table / 4, load(words, table + T_NEXT));
    this.reap(table);
    poke(words, base + P_REAPING, 0);
    leave(words, base);
  }

  /** Retires a table that is not the root any more, unless another participant does. */
  reap(table: number): void {
    const { slot } = this.#participant;
    if (!compareAndSet(this.#words, table + T_REAPER, 0, slot + 1)) return;
    this.#participant.retire(table / 4);
    this.keepReserve();
  }

  // ---- one slot -----------------------------------------------------------------------------------------------------

  /** Moves one slot, whatever state it is in and whoever else is at it. Lock-free. */
  moveSlot(table: number, slot: number): void {
    this.#moveSlots(table, slot, 1);
  }

  #moveSlots(table: number, first: number, count: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    const next = load(words, table + T_NEXT) * 4;
    enter(words, base);
    this.#permits.turnTo(next);
    if (!this.#move(base, table, first, count)) {
      throw new Error(
        "Cannot move an entry: the next table is full, which its room rules out",
      );
    }
    this.#permits.giveSurplus(next);
    leave(words, base);
  }

  /** Shuts a claimed slot that nobody linked; its place goes to the next table. */
  closeUnlinked(table: number, slot: number): boolean {
    const words = this.#words;
    const { base } = this.#participant;
    const next = load(words, table + T_NEXT) * 4;
    enter(words, base);
    this.#permits.turnTo(next);
    const closed = closeUnlinked(words, base, slot);
    this.#permits.giveSurplus(next);
    leave(words, base);
    return closed;
  }
}
