/**
 * The participants' records: where each lies, and what they say together.
 *
 * @module
 */

import * as layout from "./layout.ts";
import * as access from "./atomics.ts";
import type { Words } from "./atomics.ts";

// Constants of its own: `layout.ts` says why.
const { H_PARTICIPANTS, PARTICIPANT_WORDS, PARTICIPANTS } = layout;
const { hint, load } = access;

/** Word index of a participant's record. */
export function participantBase(slot: number): number {
  return PARTICIPANTS + slot * PARTICIPANT_WORDS;
}

/** The sum of a word over all records that were ever used; it wraps at 32 bits. */
export function sumOver(words: Words, word: number): number {
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum = (sum + load(words, participantBase(slot) + word)) | 0;
  }
  return sum;
}

/**
 * The same as a hint, of a word that counts what is there. One participant may take away what
 * another has added. If the sum reads the one before and the other after that, it may be negative;
 * 0 is as true then.
 */
export function sumHints(words: Words, word: number): number {
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    sum = (sum + hint(words, participantBase(slot) + word)) | 0;
  }
  return sum > 0 ? sum : 0;
}
