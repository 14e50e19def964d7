/**
 * Migration: to a table that is larger, smaller, or just free of tombstones, in small steps that everyone helps with.
 *
 * Moving a slot is a race that anyone may win or lose at any step; the slot goes
 *
 * ```text
 * empty                      -> CLOSED                 nobody may claim it any more
 * claimed, unlinked          -> MOVED                  likewise
 * tombstone nobody needs     -> MOVED                  dropped, by one CAS; its winner retires it
 * anything else   -> FROZEN  -> copied -> MOVED        the decision to copy is that first CAS
 * ```
 *
 * and a key is written in the next table only after its old slot says MOVED. Strides of slots are handed out by a counter,
 * which is a hint: what a slow or dead helper did not finish, others do again. A table starts to move only once it is the
 * root, so there are never more than two.
 *
 * @module
 */

import { oldestSnapshot, type Participant } from "../epoch/participant.ts";
import {
  CLOSED,
  DEAD,
  EMPTY,
  FROZEN,
  H_PARTICIPANTS,
  H_ROOT,
  H_TABLES,
  MOVED,
  P_ENTRIES,
  R_OWNED,
  R_OWNER,
  REF_MASK,
  SLOT_WORDS,
  STRIDE,
  T_CAPACITY,
  T_CURSOR,
  T_NEXT,
  T_NUMBER,
  T_ROOM,
  T_SHIFT,
  T_SLOTS,
  T_SWEPT,
  TABLE_BYTES,
} from "../segment/layout.ts";
import type { Purpose } from "../segment/allocator.ts";
import {
  add,
  compareAndSet,
  load,
  peek,
  poke,
  release,
  store,
  type Words,
} from "../segment/words.ts";
import { participantBase } from "../epoch/participant.ts";
import { trim } from "./clock.ts";
import {
  claimedSlots,
  closeRoom,
  creditNext,
  crowded,
  slotLimit,
} from "./room.ts";
import { sameKey, settle } from "./version.ts";

/** log2 of the smallest capacity. */
const LEAST_SHIFT = 8;
/** A table that is fuller than this with live entries moves to one of twice the size. */
const ROOMY = 0.4;
/** A table that is emptier than this with claimed slots moves to a smaller one. */
const SPARSE = 1 / 8;
/** Capacity / this: the least room that a next table must offer, so that the move ends long before it is spent. */
const LEAST_ROOM = 8;
/** Capacity / this: tombstones that make a purge worth its while when memory is short. */
const PURGE_WORTH = 64;

/** log2 of the capacity that suits a number of entries. */
function suitableShift(entries: number): number {
  return Math.max(
    LEAST_SHIFT,
    Math.ceil(Math.log2(Math.max(1, entries) / ROOMY)),
  );
}

/** log2 of the capacity that takes a number of entries without moving. */
export function floorShiftFor(entries: number): number {
  let shift = LEAST_SHIFT;
  while (crowded(2 ** shift) <= entries) shift++;
  return shift;
}

/** Allocates an empty table of 2 ** shift slots; 0 if there is no memory for it. */
export function allocateTable(
  participant: Participant,
  shift: number,
  purpose: Purpose,
): number {
  const allocator = participant.allocator;
  const words = participant.segment.words;
  const ref = allocator.allocateZeroed(TABLE_BYTES, purpose);
  if (ref === 0) return 0;
  const capacity = 2 ** shift;
  const slots = allocator.allocateZeroed(slotsBytes(capacity), purpose);
  if (slots === 0) {
    allocator.free(ref);
    return 0;
  }
  const table = ref * 4;
  poke(words, table + R_OWNER, -1);
  poke(words, table + T_SLOTS, slots);
  poke(words, table + T_SHIFT, 32 - shift);
  poke(words, table + T_CAPACITY, capacity);
  poke(words, table + T_NUMBER, add(words, H_TABLES, 1) + 1);
  poke(words, table + T_ROOM, slotLimit(capacity));
  return ref;
}

/** Bytes of the slots, and of a word per stride that says whether it is moved. */
export function slotsBytes(capacity: number): number {
  return capacity * 8 + capacity / STRIDE * 4;
}

/** Chunks that entries leave to tombstones, so that deleting works in a full map. */
export function leastReserve(chunkCount: number): number {
  return Math.max(4, chunkCount >> 6);
}

/** Live entries, summed over all participants: exact when nobody writes. */
export function liveEntries(words: Words): number {
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum = (sum + peek(words, participantBase(slot) + P_ENTRIES)) | 0;
  }
  return Math.max(0, sum);
}

/** One participant's part in migrations. */
export class Migration {
  readonly #participant: Participant;
  readonly #words: Words;

  constructor(participant: Participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
  }

  // ---- starting -----------------------------------------------------------------------------------------------------

  /**
   * Makes sure that the root has a next table. False when there is no memory for one: the root then stays as it is, and can
   * be used while it has room. Lock-free.
   */
  start(table: number): boolean {
    const words = this.#words;
    while (load(words, table + T_NEXT) === 0) {
      const claimed = claimedSlots(words, table);
      const next = this.#allocateNext(table, claimed);
      if (next === 0) return load(words, table + T_NEXT) !== 0;
      // Closed only now: as long as there is no next table, this one must go on.
      closeRoom(words, table);
      const capacity = words[next * 4 + T_CAPACITY];
      const room = slotLimit(capacity) - claimedSlots(words, table);
      if (room < capacity / LEAST_ROOM / 2) {
        this.#free(next); // claimed meanwhile; the bound is final now, so the next try fits
        continue;
      }
      poke(words, next * 4 + T_ROOM, room);
      if (compareAndSet(words, table + T_NEXT, 0, next)) {
        this.#participant.count("migrations");
        this.keepReserve();
      } else this.#free(next);
    }
    return true;
  }

  /** A table for what lives in this one; the same size again if there is no memory to grow but something to drop. */
  #allocateNext(table: number, claimed: number): number {
    const live = liveEntries(this.#words);
    const floor = this.#participant.segment.floorShift;
    let shift = Math.max(floor, suitableShift(live));
    while (slotLimit(2 ** shift) - claimed < 2 ** shift / LEAST_ROOM) shift++;
    const grown = this.#allocateKeepingReserve(shift, table);
    const same = 32 - this.#words[table + T_SHIFT];
    if (grown !== 0 || shift <= same) return grown;
    const worthwhile = claimed - live >= 2 ** same / LEAST_ROOM &&
      slotLimit(2 ** same) - claimed >= 2 ** same / LEAST_ROOM / 2;
    return worthwhile ? allocateTable(this.#participant, same, "reserve") : 0;
  }

  /** A larger table must leave enough to be cleaned up in turn. */
  #allocateKeepingReserve(shift: number, table: number): number {
    const allocator = this.#participant.allocator;
    const larger = 2 ** shift > this.#words[table + T_CAPACITY];
    const chunks = allocator.chunksFor(slotsBytes(2 ** shift));
    if (larger && chunks > 1 && allocator.freeChunks < 2 * chunks) return 0;
    return allocateTable(this.#participant, shift, "reserve");
  }

  #free(ref: number): void {
    const allocator = this.#participant.allocator;
    allocator.free(this.#words[ref * 4 + R_OWNED]);
    allocator.free(ref);
  }

  /** Keeps as much memory back from entries as moving the current table to one of the same size takes, and a little. */
  keepReserve(): void {
    const { allocator, segment } = this.#participant;
    const root = load(this.#words, H_ROOT) * 4;
    const next = load(this.#words, root + T_NEXT) * 4;
    const capacity = this.#words[(next || root) + T_CAPACITY];
    allocator.reserve = allocator.chunksFor(slotsBytes(capacity)) +
      leastReserve(segment.chunkCount);
  }

  /** Starts a move when tombstones take at least this share of the root, or the root is too large. */
  considerShrinking(deadShare: number): void {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    if (load(words, table + T_ROOM) < 0) return;
    const claimed = claimedSlots(words, table);
    const dead = claimed - liveEntries(words);
    const capacity = words[table + T_CAPACITY];
    const floor = 2 ** this.#participant.segment.floorShift;
    const sparse = capacity > floor && claimed < capacity * SPARSE;
    if (!sparse && dead < capacity * deadShare) return;
    if (oldestSnapshot(words) !== Infinity) return; // tombstones may be needed: moving would not drop them
    this.start(table);
  }

  /** Drops the tombstones of the root at once, if there are enough to be worth it: for whoever is out of memory. */
  purge(): void {
    const words = this.#words;
    const table = load(words, H_ROOT) * 4;
    if (load(words, table + T_NEXT) !== 0) return this.finish(table);
    const dead = claimedSlots(words, table) - liveEntries(words);
    const worthwhile = dead >= words[table + T_CAPACITY] / PURGE_WORTH &&
      oldestSnapshot(words) === Infinity;
    if (worthwhile && this.start(table)) this.finish(table);
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

  /** Moves one stride if the root is being moved: for whoever has time. Says whether there is more to do. */
  helpIfMoving(): boolean {
    const table = load(this.#words, H_ROOT) * 4;
    if (load(this.#words, table + T_NEXT) === 0) return false;
    this.help(table);
    return true;
  }

  #doneWord(table: number, stride: number): number {
    const words = this.#words;
    return words[table + T_SLOTS] * 4 +
      words[table + T_CAPACITY] * SLOT_WORDS + stride;
  }

  #firstUnfinished(table: number): number {
    const words = this.#words;
    const strides = words[table + T_CAPACITY] / STRIDE;
    let stride = peek(words, table + T_SWEPT);
    while (
      stride < strides && load(words, this.#doneWord(table, stride)) !== 0
    ) stride++;
    poke(words, table + T_SWEPT, stride);
    return stride;
  }

  #moveStride(table: number, stride: number): void {
    const words = this.#words;
    let slot = words[table + T_SLOTS] * 4 + stride * STRIDE * SLOT_WORDS;
    for (let i = 0; i < STRIDE; i++, slot += SLOT_WORDS) {
      this.moveSlot(table, slot);
    }
    store(words, this.#doneWord(table, stride), 1);
  }

  #switchRoot(table: number): void {
    const words = this.#words;
    const next = load(words, table + T_NEXT);
    if (compareAndSet(words, H_ROOT, table / 4, next)) {
      this.#participant.retire(table / 4);
      this.keepReserve();
    }
  }

  // ---- one slot -----------------------------------------------------------------------------------------------------

  /** Moves one slot, whatever state it is in and whoever else is at it. Lock-free. */
  moveSlot(table: number, slot: number): void {
    const words = this.#words;
    for (;;) {
      const hash = load(words, slot);
      if (hash === CLOSED) return;
      if (hash === EMPTY) {
        if (compareAndSet(words, slot, EMPTY, CLOSED)) return;
        continue;
      }
      const link = load(words, slot + 1);
      if (link === MOVED) return;
      if (link === 0) {
        if (this.closeUnlinked(table, slot)) return;
        continue;
      }
      if ((link & FROZEN) === 0) {
        if ((link & DEAD) !== 0 && this.#isDroppable(link & REF_MASK)) {
          if (!compareAndSet(words, slot + 1, link, MOVED)) continue;
          this.#participant.retire(link & REF_MASK);
          creditNext(words, table);
          return;
        }
        if (!compareAndSet(words, slot + 1, link, link | FROZEN)) continue;
      }
      this.#copy(load(words, table + T_NEXT) * 4, hash, link & ~FROZEN);
      // Nothing but this follows a frozen link, so it need not be compared; and the copy is visible before it.
      compareAndSet(words, slot + 1, link | FROZEN, MOVED);
      return;
    }
  }

  /** Shuts a claimed slot that nobody linked; its place goes to the next table. */
  closeUnlinked(table: number, slot: number): boolean {
    if (!compareAndSet(this.#words, slot + 1, 0, MOVED)) return false;
    creditNext(this.#words, table);
    return true;
  }

  /** Whether no snapshot, open or opening, can need this tombstone or what it replaced. */
  #isDroppable(tombstone: number): boolean {
    const stamp = settle(this.#words, tombstone);
    trim(this.#participant, tombstone);
    return oldestSnapshot(this.#words) >= stamp;
  }

  /** Links a frozen version in the next table, unless that was done or the next table is itself long being moved. */
  #copy(next: number, hash: number, link: number): void {
    const words = this.#words;
    const capacity = words[next + T_CAPACITY];
    const slots = words[next + T_SLOTS] * 4;
    let i = hash >>> words[next + T_SHIFT];
    for (let probes = 0; probes < capacity;) {
      const slot = slots + i * SLOT_WORDS;
      const there = load(words, slot);
      if (there === CLOSED) return;
      if (there === EMPTY) {
        compareAndSet(words, slot, EMPTY, hash);
        continue; // claimed, by this worker or another: look again
      }
      if (there === hash) {
        const linked = load(words, slot + 1);
        if (linked === MOVED) return;
        if (linked === 0) {
          if (compareAndSet(words, slot + 1, 0, link)) return;
          continue; // linked meanwhile: perhaps with another key
        }
        if (sameKey(words, linked & REF_MASK, link & REF_MASK)) return;
      }
      i = (i + 1) & (capacity - 1);
      probes++;
    }
    throw new Error(
      "Cannot move an entry: the next table is full, which its room rules out",
    );
  }
}
