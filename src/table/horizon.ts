/**
 * Horizons: what a delta still has to see.
 *
 * A dumper that writes deltas writes down what changed since the last epoch: the versions with a
 * later stamp. A deleted key leaves nothing but its tombstone, so tombstones that are younger than
 * the last epoch must stay until the next one. The tick of the last epoch is the dumper's
 * *horizon*, a word in its participant record. It is set when the snapshot of that tick was opened,
 * before the dump passes anything; the snapshot is closed after that. A worker that wants to drop a
 * tombstone reads the open snapshots first, *then* the horizons: so it sees the one or the other.
 *
 * Memory comes first: a worker that is short of it, or finds more tombstones than entries,
 * *revokes* the horizons. The dumper reads its horizon again after its scan of the changes. If it
 * is gone, tombstones may be, too, and it dumps everything instead.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { participantBase } from "../segment/participants.ts";
import { H_SNAPSHOTS, LOST, NEVER, P_HORIZON } from "../segment/layout.ts";
import { compareAndSet, load, store } from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

/**
 * Sets the horizon, from nothing. The snapshot of that tick must be open, and have passed nothing.
 */
export function setHorizon(participant: Participant, tick: number): void {
  store(participant.segment.words, participant.base + P_HORIZON, tick);
}

/**
 * Raises the horizon from one epoch to the next, whose snapshot must be open; false if it was
 * revoked meanwhile.
 */
export function raiseHorizon(
  participant: Participant,
  from: number,
  to: number,
): boolean {
  const words = participant.segment.words;
  return compareAndSet(words, participant.base + P_HORIZON, from, to);
}

/** Takes the horizon back. */
export function clearHorizon(participant: Participant): void {
  store(participant.segment.words, participant.base + P_HORIZON, 0);
}

/** The lowest horizon; `NEVER`: there is none. Younger tombstones must stay. */
export function lowestHorizon(words: Words): number {
  let lowest = NEVER;
  // A participant that has a horizon had a snapshot before.
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const horizon = load(words, participantBase(slot) + P_HORIZON);
    if (horizon > 0 && horizon < lowest) lowest = horizon;
  }
  return lowest;
}

/** Revokes all horizons: from here on tombstones stay for snapshots only. */
export function revokeHorizons(words: Words): void {
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const index = participantBase(slot) + P_HORIZON;
    const horizon = load(words, index);
    // A failure means that the dumper raised or cleared it: it is younger than what made this
    // worker short of memory.
    if (horizon > 0) compareAndSet(words, index, horizon, LOST);
  }
}
