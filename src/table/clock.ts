/**
 * The clock: opening and closing snapshots.
 *
 * There is no counter of open snapshots: each participant has registry words of its own, and a
 * worker that prunes reads all of them, bounded by marks that only rise. A snapshot that is being
 * opened stands there as PENDING before it reads the clock, and counts as "needs everything". So a
 * version that it will show is never retired under it.
 *
 * The clock advances only if something was written since it last did. A worker that gives out a
 * stamp says so first, in a word that only rises (`writingTick`). If that word is behind the clock,
 * no version bears the present tick, and the tick before shows all that was acknowledged: so that
 * is the snapshot's. Either way its tick is no earlier than any stamp that was given before it was
 * opened, and those who prune rely on that.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { FIRST_PLACE, noteOf } from "../reclamation/registry.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_CLOCK,
  H_WRITTEN,
  LAST_TICK,
  OPENING,
  PENDING,
  REF_MASK,
  V_PREV,
} = layout;
const { compareAndSet, load, own, poke, store } = access;
const { settle } = versions;

/** The largest hash, and by how much hashes are larger than their places. */
const MOST_HASH = 2 ** 32 - 1;
const HALF = 2 ** 31;
/** A dump takes 32 turns: one for each value of the upper five bits of a hash. */
const TURN_SHIFT = 27;

/**
 * Opens a snapshot in a free registry word and returns its stamp: it shows the newest versions with
 * a stamp up to that. O(1), lock-free. Returns 0 when the clock has run out, and something was
 * written at its last tick.
 */
export function openSnapshot(
  participant: Participant,
  registryWord: number,
): number {
  const { words } = participant.segment;
  participant.raiseSnapshotMarks(registryWord);
  poke(words, noteOf(registryWord), Math.floor(Date.now() / 1000));
  store(words, registryWord, PENDING);
  const tick = presentTick(words);
  store(words, registryWord, tick);
  participant.noteTurn(); // until then it needed everything
  return tick;
}

/**
 * As `openSnapshot`, for a dump: it shows what it has not passed, until it is revoked, which it may
 * be already when this returns. The worker that revokes it frees memory at once. So a reader of the
 * dump checks, pinned, whether it was revoked (`isRevoked`) before it follows a chain to an older
 * version, but after it has read which one that is; and once more before it trusts what it read.
 */
export function openDump(
  participant: Participant,
  registryWord: number,
): number {
  const { words } = participant.segment;
  participant.raiseSnapshotMarks(registryWord);
  poke(words, noteOf(registryWord), FIRST_PLACE);
  store(words, registryWord, OPENING);
  const tick = presentTick(words);
  if (tick === 0) store(words, registryWord, 0);
  else compareAndSet(words, registryWord, OPENING, ~tick);
  participant.noteTurn();
  return tick;
}

/**
 * Notes that a dump has passed all hashes before this one, as an unsigned number: it will not read
 * them again. Now and then that is a turn for those who hold versions.
 */
export function pass(
  participant: Participant,
  registryWord: number,
  hash: number,
): void {
  const { words } = participant.segment;
  const note = noteOf(registryWord);
  const before = own(words, note);
  const place = Math.min(hash, MOST_HASH) - HALF;
  store(words, note, place);
  if ((before ^ place) >>> TURN_SHIFT !== 0) participant.noteTurn();
}

/**
 * Whether a dump was revoked. If it was not, what was read before is good: as this is a write, too,
 * no reads are moved behind it.
 */
export function isRevoked(
  participant: Participant,
  registryWord: number,
  tick: number,
): boolean {
  const { words } = participant.segment;
  return !compareAndSet(words, registryWord, ~tick, ~tick);
}

/**
 * The tick of a snapshot that is opened now; 0: there is none left. The clock is read first: what
 * was written later is not this snapshot's.
 */
function presentTick(words: Words): number {
  const now = load(words, H_CLOCK);
  if (load(words, H_WRITTEN) < now) return now - 1;
  if (now >= LAST_TICK) return 0;
  // A failure means that another snapshot advanced the clock from the same tick: this one may share
  // it.
  compareAndSet(words, H_CLOCK, now, now + 1);
  return now;
}

/**
 * More often than a real wall clock advances within microseconds: then it is a test's, and the
 * moment is taken as it is.
 */
const MOST_OPENINGS = 1000;

/** A moment of the map, and of the wall clock in milliseconds since 1970. */
export interface Moment {
  readonly tick: number;
  readonly time: number;
}

/**
 * Opens a snapshot that knows what had expired by then; undefined when the clock has run out. If
 * the wall clock advances meanwhile, an entry may have been seen to expire before the tick, or may
 * have been replaced in time after it: then another snapshot is opened.
 */
export function openMoment(
  participant: Participant,
  registryWord: number,
  open: typeof openSnapshot = openSnapshot,
): Moment | undefined {
  for (let tries = MOST_OPENINGS;; tries--) {
    const time = Date.now();
    const tick = open(participant, registryWord);
    if (tick === 0) return undefined;
    if (Date.now() === time || tries === 0) return { tick, time };
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
