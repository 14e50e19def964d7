/**
 * The registry of open snapshots: what stands in the participants' records.
 *
 * Whoever judges what snapshots need looks here after the stamp that it judges by has settled.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/words.ts";
import type { Words } from "../segment/words.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_SNAPSHOTS,
  NEVER,
  P_REGISTRY,
  P_REGISTRY_MARK,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
} = layout;
const { load } = access;

/** Word index of a participant's record. */
export function participantBase(slot: number): number {
  return PARTICIPANTS + slot * PARTICIPANT_WORDS;
}

/** The stamp of the oldest open snapshot: 0 while one is being opened, `NEVER` when there is none. */
export function oldestSnapshot(words: Words): number {
  let oldest = NEVER;
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load(words, base + P_REGISTRY_MARK);
    for (let i = 0; i < mark; i++) {
      const stamp = load(words, base + P_REGISTRY + i);
      if (stamp < 0) return 0;
      if (stamp > 0 && stamp < oldest) oldest = stamp;
    }
  }
  return oldest;
}

/** The stamp of the youngest open snapshot; 0 when there is none. What is older than that, and not replaced, it shows. */
export function newestSnapshot(words: Words): number {
  let newest = 0;
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load(words, base + P_REGISTRY_MARK);
    for (let i = 0; i < mark; i++) {
      const stamp = load(words, base + P_REGISTRY + i);
      if (stamp > newest) newest = stamp;
    }
  }
  return newest;
}

/** Whether an open snapshot shows what lived from `birth` until `death`. One that is being opened may come to show anything. */
export function isShown(words: Words, birth: number, death: number): boolean {
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load(words, base + P_REGISTRY_MARK);
    for (let i = 0; i < mark; i++) {
      const stamp = load(words, base + P_REGISTRY + i);
      if (stamp < 0 || (stamp !== 0 && birth <= stamp && stamp < death)) {
        return true;
      }
    }
  }
  return false;
}
