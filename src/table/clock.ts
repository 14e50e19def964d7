/**
 * The clock: opening and closing snapshots.
 *
 * There is no counter of open snapshots: each participant has registry words of its own, and whoever trims looks at all
 * of them, bounded by marks that only rise. A snapshot that is being opened stands there as PENDING before it reads the
 * clock, and counts as "needs everything"; so a version that it will show is never retired under it.
 *
 * @module
 */

import type { Participant } from "../epoch/participant.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/words.ts";
import type { Words } from "../segment/words.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_CLOCK,
  LAST_TICK,
  PENDING,
  REF_MASK,
  V_PREV,
} = layout;
const { compareAndSet, load, store } = access;
const { settle } = versions;

/**
 * Opens a snapshot in a free registry word and returns its stamp: it shows the newest versions with a stamp up to that. O(1),
 * lock-free. Returns 0 when the clock has run out.
 */
export function openSnapshot(
  participant: Participant,
  registryWord: number,
): number {
  const words = participant.segment.words;
  participant.raiseSnapshotMarks(registryWord);
  store(words, registryWord, PENDING);
  const now = load(words, H_CLOCK);
  if (now >= LAST_TICK) {
    store(words, registryWord, 0);
    return 0;
  }
  // A failure means that another snapshot advanced the clock from the same tick: this one may share it.
  compareAndSet(words, H_CLOCK, now, now + 1);
  store(words, registryWord, now);
  participant.noteTurn(); // until then it needed everything
  return now;
}

/** A moment of the map, and of the wall clock in milliseconds since 1970. */
export interface Moment {
  readonly tick: number;
  readonly time: number;
}

/**
 * Opens a snapshot that knows what had expired by then; undefined when the clock has run out. If the wall clock goes on meanwhile,
 * an entry may have been seen to expire before the tick, or have been replaced in time after it: then it opens another one.
 */
export function openMoment(
  participant: Participant,
  registryWord: number,
): Moment | undefined {
  for (;;) {
    const time = Date.now();
    const tick = openSnapshot(participant, registryWord);
    if (tick === 0) return undefined;
    if (Date.now() === time) return { tick, time };
  }
}

/** Closes the snapshot of a registry word. */
export function closeSnapshot(
  participant: Participant,
  registryWord: number,
): void {
  store(participant.segment.words, registryWord, 0);
  participant.noteTurn();
}

/** The version that a snapshot shows, from the newest one on; 0: none. */
export function versionAt(words: Words, newest: number, stamp: number): number {
  let ref = newest;
  while (ref !== 0 && settle(words, ref) > stamp) {
    ref = load(words, ref * 4 + V_PREV) & REF_MASK;
  }
  return ref;
}
