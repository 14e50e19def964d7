/**
 * The registry of open snapshots: what stands in the participants' records. (Checked by
 * `tests/model/versions.pml`.)
 *
 * What snapshots need is judged by a stamp, and this is read after that stamp is settled.
 *
 * A registry word holds the tick of a snapshot, or the complement of a tick: then the snapshot is
 * that of a *dump*. A dump goes in the order of hashes, and notes how far it has come; what it has
 * *passed* it needs no more. And it can be done again: a write that must have memory *revokes* it,
 * even while it is being opened. So memory waits for no dump, not even for one whose worker died or
 * is interrupted, and for a snapshot of the caller only.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as participants from "../segment/participants.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_SNAPSHOTS,
  NEVER,
  OPENING,
  P_NOTES,
  P_REGISTRY,
  P_REGISTRY_MARK,
  PENDING,
  REVOKED,
} = layout;
const { compareAndSet, load } = access;
const { participantBase } = participants;

/** From a registry word to its note. */
const NOTE = P_NOTES - P_REGISTRY;
const SIGN = -0x80000000;

/** The place before all hashes, and the one behind all. */
export const FIRST_PLACE: number = SIGN;
export const LAST_PLACE = 0x7fffffff;

/** A hash that no dump has passed before its end: of what may be under any. */
export const ANY_HASH = -1;

/** The note beside a registry word. */
export function noteOf(registryWord: number): number {
  return registryWord + NOTE;
}

/** Where a hash stands in the order of hashes as unsigned numbers, as a signed one. */
export function placeOf(hash: number): number {
  return hash ^ SIGN;
}

/** The tick of a registry word; `NEVER`: it has none, or was revoked; 0: it is being opened. */
function tickOf(word: number): number {
  if (word === 0) return NEVER;
  if (isPending(word)) return 0;
  return word > 0 ? word : ~word;
}

function isPending(word: number): boolean {
  return word === PENDING || word === OPENING;
}

/** The tick of the oldest open snapshot: 0 while one is being opened, `NEVER` if there is none. */
export function oldestSnapshot(words: Words): number {
  let oldest = NEVER;
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load(words, base + P_REGISTRY_MARK);
    for (let i = 0; i < mark; i++) {
      const tick = tickOf(load(words, base + P_REGISTRY + i));
      if (tick < oldest) oldest = tick;
    }
  }
  return oldest;
}

/**
 * Whether an open snapshot shows what lived from `birth` until `death` under a hash. One that is
 * being opened may come to show anything; a dump does not look again at what it has passed.
 */
export function isShown(
  words: Words,
  birth: number,
  death: number,
  hash: number,
): boolean {
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load(words, base + P_REGISTRY_MARK);
    for (let i = 0; i < mark; i++) {
      const index = base + P_REGISTRY + i;
      const word = load(words, index);
      if (isPending(word)) return true;
      const tick = tickOf(word);
      if (tick < birth || tick >= death) continue;
      // The word first: a dump begins its note anew before it is open.
      if (word > 0 || placeOf(hash) >= load(words, index + NOTE)) return true;
    }
  }
  return false;
}

/** Whether an open snapshot shows, or may come to show, the newest version of a key. */
export function isShownNow(
  words: Words,
  birth: number,
  hash: number,
): boolean {
  return isShown(words, birth, NEVER, hash);
}

/** Whether an open snapshot needs what died at `death` under a hash, or what that replaced. */
export function isNeeded(words: Words, death: number, hash: number): boolean {
  return isShown(words, 0, death, hash);
}

/**
 * Whether a snapshot is open that is older than a birth, and yet to come by under that hash. Asked
 * when it was found before, under the same pin, that none shows what was born then.
 */
export function isOlderOpen(
  words: Words,
  birth: number,
  hash: number,
): boolean {
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load(words, base + P_REGISTRY_MARK);
    for (let i = 0; i < mark; i++) {
      const index = base + P_REGISTRY + i;
      const word = load(words, index);
      if (isPending(word) || tickOf(word) >= birth) continue;
      if (word > 0) return true;
      // The word again: else the note may be that of the next dump, which begins anew.
      const isYetToCome = placeOf(hash) >= load(words, index + NOTE);
      if (isYetToCome && load(words, index) === word) return true;
    }
  }
  return false;
}

/** The place before which no open snapshot needs anything any more: for a write that evicts. */
export function neededFrom(words: Words): number {
  let place = LAST_PLACE;
  forEachOpen(words, (word, index) => {
    const passed = isDump(word) ? load(words, index + NOTE) : FIRST_PLACE;
    if (passed < place) place = passed;
  });
  return place;
}

/** Goes through the registry words of snapshots that are open, or being opened: takes its time. */
function forEachOpen(
  words: Words,
  visit: (word: number, index: number) => void,
): void {
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load(words, base + P_REGISTRY_MARK);
    for (let i = 0; i < mark; i++) {
      const index = base + P_REGISTRY + i;
      const word = load(words, index);
      if (word !== 0 && word !== REVOKED) visit(word, index);
    }
  }
}

/** Revokes all dumps; says whether there were any. A failure means that the dump ended. */
export function revokeDumps(words: Words): boolean {
  let revoked = false;
  forEachOpen(words, (word, index) => {
    if (isDump(word) && compareAndSet(words, index, word, REVOKED)) {
      revoked = true;
    }
  });
  return revoked;
}

/** Whether a participant has a dump under way. */
export function hasDump(words: Words, base: number): boolean {
  const mark = load(words, base + P_REGISTRY_MARK);
  for (let i = 0; i < mark; i++) {
    const word = load(words, base + P_REGISTRY + i);
    if (isDump(word) && word !== REVOKED) return true;
  }
  return false;
}

/** Whether a registry word is that of a dump, revoked or not. */
function isDump(word: number): boolean {
  return word < PENDING;
}

/** The registry word of the caller's oldest open snapshot, dumps left out; 0: there is none. */
export function oldestHeld(words: Words): number {
  let oldest = NEVER;
  let found = 0;
  forEachOpen(words, (word, index) => {
    if (word < 0 || word >= oldest) return;
    oldest = word;
    found = index;
  });
  return found;
}

/** Snapshots that are open, or being opened, and dumps that were not revoked. */
export function countOpen(words: Words): number {
  let open = 0;
  forEachOpen(words, () => open++);
  return open;
}
