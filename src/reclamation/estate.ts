/**
 * Estates: what participants that left had to leave behind, because somebody may still read it, or
 * an open snapshot needs it. (Checked by `tests/model/estate.pml`.)
 *
 * It stays in the record, which is free all the same. A participant that joins there takes it over
 * as it is; else one that stays adopts it. To join or to adopt is to become the record's owner by
 * one compare-and-set from `ESTATE`, and only one succeeds. The adopter writes down its own lock,
 * negative: should it die meanwhile, the record is recovered as its own is, and another one goes on
 * where it stopped.
 *
 * @module
 */

import { ESTATE, H_PARTICIPANTS, P_STATE } from "../segment/layout.ts";
import { compareAndSet, load, store } from "../segment/atomics.ts";
import type { Participant } from "./participant.ts";
import { participantBase } from "../segment/participants.ts";

/** Adopts all estates of the segment. The caller is between operations. O(participants). */
export function adoptEstates(self: Participant): void {
  const { base: own, segment: { words } } = self;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    if (base === own || !claim(self, base + P_STATE)) continue;
    self.adopt(base);
    store(words, base + P_STATE, 0);
  }
}

/** Also what this participant claimed before, if it was stopped since. */
function claim({ lock, segment: { words } }: Participant, index: number) {
  const state = load(words, index);
  return state === -lock ||
    state === ESTATE && compareAndSet(words, index, ESTATE, -lock);
}
