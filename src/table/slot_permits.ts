/**
 * Slot permits: how many slots of a table may still be claimed.
 *
 * A move must find a place in the next table for every slot of the old one. So a worker takes a
 * permit of the table before it claims an empty slot, and a move first *closes* the permits of the
 * table that it is to empty. From then on the number of slots that are, or ever will be, claimed
 * there has a bound that all workers compute alike, and the next table starts with its own permits
 * less that bound. A worker that drops something on the way gains a permit for the next table. A
 * worker that links in a slot of the next table which another one claimed takes a permit, too: the
 * other may be a mover, which then puts its entry elsewhere. Permits that a dead worker had are
 * lost, and do no harm, as a permit is spent before the slot is claimed. (`tests/model/table.pml`
 * checks these rules.)
 *
 * Permits are taken in batches and the rest is kept, so that the shared word is touched once per
 * batch.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as batches from "./permit_batch.ts";

// Constants of its own: `layout.ts` says why.
const { T_CAPACITY, T_PERMITS } = layout;
const { compareAndSet, load } = access;
const { giveBack, slotLimit, takePermits, turnPermits } = batches;

/**
 * An upper bound of the slots of a table that are claimed, or may yet be with permits that are out.
 */
export function claimedSlots(words: Words, table: number): number {
  const left = load(words, table + T_PERMITS);
  return slotLimit(words[table + T_CAPACITY]) - (left < 0 ? ~left : left);
}

/**
 * Closes the permits of a table: none is given out any more. How many were left stays readable, as
 * the complement.
 */
export function closePermits(words: Words, table: number): void {
  for (;;) {
    const left = load(words, table + T_PERMITS);
    if (left < 0 || compareAndSet(words, table + T_PERMITS, left, ~left)) {
      return;
    }
  }
}

/**
 * What came of asking for a permit: there is none; it is one of those at hand; or the first of a
 * batch that was just taken.
 */
export type Grant = "none" | "kept" | "taken";

/** The permits of one participant. */
export class Permits {
  readonly #participant: Participant;
  readonly #words: Words;

  constructor(participant: Participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
  }

  /** Asks for the right to claim one slot of a table. Lock-free. */
  ask(table: number): Grant {
    this.turnTo(table);
    if (this.#participant.permits > 0) return "kept";
    const { base } = this.#participant;
    return takePermits(this.#words, base, table, 0) ? "taken" : "none";
  }

  /** Spends one of those at hand, to claim a slot. */
  spend(): void {
    this.#participant.permits--;
  }

  /** Puts it back: the slot was not claimed. */
  keep(): void {
    this.#participant.permits++;
  }

  /** Returns those at hand if they are for another table, so that all at hand are for this one. */
  turnTo(table: number): void {
    turnPermits(this.#words, this.#participant.base, table);
  }

  /** Returns those at hand. */
  giveBack(): void {
    giveBack(this.#words, this.#participant.base);
  }
}
