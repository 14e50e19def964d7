/**
 * The clock: opening and closing snapshots, and trimming what no snapshot needs.
 *
 * There is no counter of open snapshots: each participant has registry words of its own, and whoever trims looks at all
 * of them, bounded by marks that only rise. A snapshot that is being opened stands there as PENDING before it reads the
 * clock, and counts as "needs everything"; so a version that it will show is never retired under it.
 *
 * A version is settled and trimmed before it is replaced. So a chain of `prev` links has, besides the newest version, only
 * versions that some open snapshot needed when they died.
 *
 * @module
 */

import { forEachOpenSnapshot, type Participant } from "../epoch/participant.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/words.ts";
import type { Words } from "../segment/words.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  FINAL,
  H_CLOCK,
  H_SNAPSHOTS,
  LAST_TICK,
  PENDING,
  REF_MASK,
  V_PREV,
  V_STAMP,
} = layout;
const { compareAndSet, load, peek, store } = access;
const { settle, valueRefs } = versions;

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
}

/**
 * Makes the `prev` of a settled version final. The version it replaced is retired if no open snapshot shows it, else held
 * until all snapshots that are older than its death are closed.
 */
export function trim(participant: Participant, ref: number): void {
  const words = participant.segment.words;
  const at = ref * 4 + V_PREV;
  if ((peek(words, at) & FINAL) !== 0) return;
  const old = load(words, at);
  if ((old & FINAL) !== 0) return;
  const death = peek(words, ref * 4 + V_STAMP);
  if (isNeeded(words, peek(words, old * 4 + V_STAMP), death)) {
    if (compareAndSet(words, at, old, old | FINAL)) {
      participant.hold(old, death);
    }
    return;
  }
  const older = load(words, old * 4 + V_PREV);
  if (compareAndSet(words, at, old, older)) {
    participant.retire(old, valueRefs(words, old));
  }
}

/** Whether an open snapshot shows what lived from `birth` until `death`. */
function isNeeded(words: Words, birth: number, death: number): boolean {
  if (load(words, H_SNAPSHOTS) === 0) return false;
  let needed = false;
  forEachOpenSnapshot(words, (stamp) => {
    // 0 is a snapshot that is being opened: it may come to show anything that is not dead yet.
    if (stamp === 0 || (birth <= stamp && stamp < death)) needed = true;
  });
  return needed;
}

/** The version that a snapshot shows, from the newest one on; 0: none. */
export function versionAt(words: Words, newest: number, stamp: number): number {
  let ref = newest;
  while (ref !== 0 && settle(words, ref) > stamp) {
    ref = load(words, ref * 4 + V_PREV) & REF_MASK;
  }
  return ref;
}
