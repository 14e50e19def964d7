import type { Participant } from "../../src/reclamation/participant.ts";
import { H_ERA, H_ROOT, T_ROOT_SINCE } from "../../src/segment/layout.ts";

/** Steps of the era after which a root's tombstones are dropped at once. */
const STEPS_TO_DROP = 2;

/**
 * Notes that the root was seen to be one just now: what is deleted leaves a tombstone, as
 * if the table before might still be moved.
 */
export function noteRoot(words: Int32Array): void {
  words[words[H_ROOT] * 4 + T_ROOT_SINCE] = words[H_ERA];
}

/**
 * From here on what is deleted is dropped at once: nobody may move the table before, and
 * that is known.
 */
export function growOld(participant: Participant): void {
  noteRoot(participant.segment.words);
  for (let i = 0; i < STEPS_TO_DROP; i++) participant.advance();
}
