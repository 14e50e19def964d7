/**
 * Room: how many slots of a table may still be claimed.
 *
 * A migration must find a place in the next table for every slot of the old one. So whoever claims an empty slot first takes
 * a permit from the table's `room`, and a migration first *closes* the room of the table that it is to empty: from then on
 * the number of slots that are, or ever will be, claimed there has a bound that everybody computes alike, and the next table
 * starts with its own room less that bound. What is dropped on the way gives its permit back. Whoever links in a slot of the
 * next table that another one claimed takes a permit, too: that one may be a mover, which then puts its entry elsewhere.
 * Whatever a dead worker takes along only makes the room smaller, as a permit is spent before the slot is claimed.
 * (`tests/model/table.pml` checks these rules.)
 *
 * Permits are taken in batches and the rest is kept, so that the shared word is touched once per batch.
 *
 * @module
 */

import type { Participant } from "../epoch/participant.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/words.ts";
import type { Words } from "../segment/words.ts";

// Constants of its own: `layout.ts` says why.
const { H_ROOT, T_CAPACITY, T_NEXT, T_NUMBER, T_ROOM } = layout;
const { compareAndSet, load, peek } = access;

/** Slots of a table that may ever be claimed: probing needs some that are empty. */
export function slotLimit(capacity: number): number {
  return capacity - capacity / 8;
}

/** Claimed slots at which a table starts to move: early enough for the move to end before the room does. */
export function crowded(capacity: number): number {
  return capacity * 5 / 8;
}

/** An upper bound of the slots of a table that are claimed, or may yet be with permits that are out. */
export function claimedSlots(words: Words, table: number): number {
  const room = load(words, table + T_ROOM);
  return slotLimit(words[table + T_CAPACITY]) - (room < 0 ? ~room : room);
}

/** Takes no more permits from here on; what is left stays readable as the complement. */
export function closeRoom(words: Words, table: number): void {
  for (;;) {
    const room = load(words, table + T_ROOM);
    if (room < 0 || compareAndSet(words, table + T_ROOM, room, ~room)) return;
  }
}

/** Adds permits to a table's room; false when it is closed. */
function credit(words: Words, table: number, permits: number): boolean {
  for (;;) {
    const room = load(words, table + T_ROOM);
    if (room < 0) return false;
    if (compareAndSet(words, table + T_ROOM, room, room + permits)) return true;
  }
}

/**
 * Gives permits back to the current table, or to the next one if that is being filled. Permits of an older table count as
 * used in all tables since, so they are good for the newest. If both are closed the permits are lost, which is safe.
 */
export function returnPermits(words: Words, permits: number): void {
  const root = load(words, H_ROOT) * 4;
  if (credit(words, root, permits)) return;
  const next = load(words, root + T_NEXT) * 4;
  if (next !== 0) credit(words, next, permits);
}

/** Gives the place of a slot that was dropped in `table` to the table after it. */
export function creditNext(words: Words, table: number): void {
  const next = load(words, table + T_NEXT) * 4;
  if (next !== 0) credit(words, next, 1);
}

/** What came of asking for a permit: none, one of those at hand, or the first of a batch just taken. */
export type Grant = "none" | "kept" | "taken";

/** The permits of one participant. */
export class Permits {
  readonly #participant: Participant;
  readonly #words: Words;
  /** The number of the table that the permits are for. */
  #number = 0;

  constructor(participant: Participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
  }

  /** Asks for the right to claim one slot of a table. Lock-free. */
  ask(table: number): Grant {
    const number = peek(this.#words, table + T_NUMBER);
    if (number !== this.#number) {
      this.giveBack();
      this.#number = number;
    }
    if (this.#participant.permits > 0) return "kept";
    return this.#take(table) ? "taken" : "none";
  }

  /** Takes one from what is at hand, to claim a slot with. */
  spend(): void {
    this.#participant.permits--;
  }

  /** Puts it back: the slot was not claimed. */
  keep(): void {
    this.#participant.permits++;
  }

  /** Returns what is at hand. */
  giveBack(): void {
    const permits = this.#participant.permits;
    this.#participant.permits = 0;
    if (permits > 0) returnPermits(this.#words, permits);
  }

  #take(table: number): boolean {
    const words = this.#words;
    const batch = Math.min(64, Math.max(1, words[table + T_CAPACITY] >> 8));
    for (;;) {
      const room = load(words, table + T_ROOM);
      if (room <= 0) return false;
      const permits = Math.min(batch, room);
      if (compareAndSet(words, table + T_ROOM, room, room - permits)) {
        this.#participant.permits = permits;
        return true;
      }
    }
  }
}
