/**
 * Floors: what an incremental dump still has to see.
 *
 * Whoever dumps the map in epochs writes down what changed since the last one: the versions with a later stamp. A deleted key
 * leaves nothing but its tombstone, so tombstones that are younger than the last epoch must stay until the next. The tick of
 * the last epoch is the dumper's *floor*, a word in its participant record. It is set when the snapshot of that tick was opened,
 * before the dump passes anything; the snapshot is closed after that. Whoever wants to drop a tombstone looks at the open snapshots first, *then* at
 * the floors: so it sees the one or the other.
 *
 * Memory comes first: whoever is short of it, or has more tombstones than entries, *revokes* the floors. The dumper looks at
 * its floor again after its scan of the changes; if it is gone, so may be tombstones, and it dumps everything instead.
 *
 * @module
 */

import type { Participant } from "../epoch/participant.ts";
import { participantBase } from "../epoch/registry.ts";
import { H_SNAPSHOTS, LOST, NEVER, P_FLOOR } from "../segment/layout.ts";
import { compareAndSet, load, store } from "../segment/words.ts";
import type { Words } from "../segment/words.ts";

/** Sets the floor, from nothing. The snapshot of that tick must be open, and have passed nothing. */
export function setFloor(participant: Participant, tick: number): void {
  store(participant.segment.words, participant.base + P_FLOOR, tick);
}

/** Raises the floor from one epoch to the next, whose snapshot must be open; false if it was revoked meanwhile. */
export function raiseFloor(
  participant: Participant,
  from: number,
  to: number,
): boolean {
  const words = participant.segment.words;
  return compareAndSet(words, participant.base + P_FLOOR, from, to);
}

/** Takes the floor back. */
export function clearFloor(participant: Participant): void {
  store(participant.segment.words, participant.base + P_FLOOR, 0);
}

/** The lowest floor; `NEVER`: there is none. Younger tombstones must stay. */
export function lowestFloor(words: Words): number {
  let lowest = NEVER;
  // Whoever has a floor had a snapshot before.
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const floor = load(words, participantBase(slot) + P_FLOOR);
    if (floor > 0 && floor < lowest) lowest = floor;
  }
  return lowest;
}

/** Revokes all floors: from here on tombstones stay for snapshots only. */
export function revokeFloors(words: Words): void {
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const index = participantBase(slot) + P_FLOOR;
    const floor = load(words, index);
    // A failure means that the dumper raised or cleared it: it is younger than what made this worker short of memory.
    if (floor > 0) compareAndSet(words, index, floor, LOST);
  }
}
