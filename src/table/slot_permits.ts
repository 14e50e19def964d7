/**
 * Room: how many slots of a table may still be claimed.
 *
 * A migration must find a place in the next table for every slot of the old one. So whoever claims an empty slot first takes
 * a permit from the table's `room`, and a migration first *closes* the room of the table that it is to empty: from then on
 * the number of slots that are, or ever will be, claimed there has a bound that everybody computes alike, and the next table
 * starts with its own room less that bound. Whoever drops something on the way gains a permit for the next table. Whoever links in
 * a slot of the next table that another one claimed takes a permit, too: that one may be a mover, which then puts its entry elsewhere.
 * Whatever a dead worker takes along only makes the room smaller, as a permit is spent before the slot is claimed.
 * (`tests/model/table.pml` checks these rules.)
 *
 * Permits are taken in batches and the rest is kept, so that the shared word is touched once per batch.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { H_ROOT, P_PERMITS_FOR, T_CAPACITY, T_NEXT, T_NUMBER, T_PERMITS } =
  layout;
const { compareAndSet, load, own, poke, fixed } = access;

/** Slots of a table that may ever be claimed: probing needs some that are empty. */
export function slotLimit(capacity: number): number {
  return capacity - capacity / 8;
}

/** An upper bound of the slots of a table that are claimed, or may yet be with permits that are out. */
export function claimedSlots(words: Words, table: number): number {
  const room = load(words, table + T_PERMITS);
  return slotLimit(words[table + T_CAPACITY]) - (room < 0 ? ~room : room);
}

/** Takes no more permits from here on; what is left stays readable as the complement. */
export function closePermits(words: Words, table: number): void {
  for (;;) {
    const room = load(words, table + T_PERMITS);
    if (room < 0 || compareAndSet(words, table + T_PERMITS, room, ~room)) {
      return;
    }
  }
}

/** Adds permits to a table's room; false when it is closed. */
function credit(words: Words, table: number, permits: number): boolean {
  for (;;) {
    const room = load(words, table + T_PERMITS);
    if (room < 0) return false;
    if (compareAndSet(words, table + T_PERMITS, room, room + permits)) {
      return true;
    }
  }
}

/**
 * Gives permits back to the current table, or to the first one after it that is open. Permits of an older table count as used in all
 * tables since, so they are good for any of them. If all are closed the permits are lost, which is safe.
 */
export function returnPermits(words: Words, permits: number): void {
  let table = load(words, H_ROOT) * 4;
  while (table !== 0 && !credit(words, table, permits)) {
    table = load(words, table + T_NEXT) * 4;
  }
}

/** Permits that are taken at once, and kept at most. */
function batchFor(words: Words, table: number): number {
  return Math.min(64, Math.max(1, words[table + T_CAPACITY] >> 8));
}

/** What came of asking for a permit: none, one of those at hand, or the first of a batch just taken. */
export type Grant = "none" | "kept" | "taken";

/** The permits of one participant. */
export class Permits {
  readonly #participant: Participant;
  readonly #words: Words;
  /** The word that says which table the permits are for. */
  readonly #for: number;

  constructor(participant: Participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#for = participant.base + P_PERMITS_FOR;
  }

  /** Asks for the right to claim one slot of a table. Lock-free. */
  ask(table: number): Grant {
    this.turnTo(table);
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

  /** Returns what is at hand, if it is for another table: so that all of it is for this one. */
  turnTo(table: number): void {
    const number = fixed(this.#words, table + T_NUMBER);
    if (number === own(this.#words, this.#for)) return;
    this.giveBack();
    poke(this.#words, this.#for, number);
  }

  /** Returns what is at hand for `table` if it is much: the places of slots that this participant dropped in the table before it. */
  giveSurplus(table: number): void {
    if (this.#participant.permits > batchFor(this.#words, table)) {
      this.giveBack();
    }
  }

  /** Returns what is at hand. */
  giveBack(): void {
    const permits = this.#participant.permits;
    this.#participant.permits = 0;
    if (permits > 0) returnPermits(this.#words, permits);
  }

  #take(table: number): boolean {
    const words = this.#words;
    const batch = batchFor(words, table);
    for (;;) {
      const room = load(words, table + T_PERMITS);
      if (room <= 0) return false;
      const permits = Math.min(batch, room);
      if (compareAndSet(words, table + T_PERMITS, room, room - permits)) {
        this.#participant.permits = permits;
        return true;
      }
    }
  }
}
