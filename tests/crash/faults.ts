/**
 * Faults that are planted to see that the deaths of this folder find them: each changes
 * what some operations on words do, as a slip in the map's code would.
 * `EPOCHMAP_TEST_FAULT` names the one that is planted.
 *
 * @module
 */
import {
  CHANGE_WORDS,
  CHANGES,
  H_ANY_CHANGE,
  H_ROOT,
  MAX_PARTICIPANTS,
  P_CHUNK_CHANGE,
  P_COMMIT,
  P_DRAFT,
  P_ENTRIES,
  P_HAND,
  P_INBOX,
  P_LEAVING,
  P_LOADING,
  P_POSTING,
  P_SECTION,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  SLOT_WORDS,
  T_CAPACITY,
  T_SLOTS,
} from "../../src/segment/layout.ts";

/** What an operation does instead. */
export interface Injection {
  /** The word of a participant's own that is read and written in the place of another. */
  at?(index: number): number;
  /** Another outcome; undefined: the true one. */
  compareAndSet?(
    words: Int32Array,
    index: number,
    expected: number,
    value: number,
  ): boolean | undefined;
  /** True: nobody is woken. */
  notify?(index: number): boolean;
  /** True: nothing is written. */
  poke?(words: Int32Array, index: number, value: number): boolean;
}

/**
 * The records of the workers that go on, in a world of `world.ts`; those of the dying
 * thread follow.
 */
const SURVIVORS = 2;

function isOfParticipant(index: number, word: number): boolean {
  const at = index - PARTICIPANTS;
  return at >= 0 && at < MAX_PARTICIPANTS * PARTICIPANT_WORDS &&
    at % PARTICIPANT_WORDS === word;
}

/** Whether it is the link of a slot of the root. */
function isLink(words: Int32Array, index: number): boolean {
  const root = words[H_ROOT] * 4;
  const at = index - root - T_SLOTS;
  return at >= 0 && at < words[root + T_CAPACITY] * SLOT_WORDS && at % 2 === 1;
}

/** Whether somebody may sleep on it. */
function isChangeWord(index: number): boolean {
  return index === H_ANY_CHANGE ||
    index >= CHANGES && index < CHANGES + CHANGE_WORDS;
}

const NO_WORD = -1;
/** The word that was disarmed last. */
let disarmed = NO_WORD;
let recovering = false;
/** What is yet to be written of a record whose hand was emptied too early. */
let delayed: [index: number, value: number] | undefined;

/** Runs a recovery, for the fault that is in that alone. */
export function asRecovery(act: () => void): void {
  recovering = true;
  keptDraft = undefined; // the one that was to forget it is dead
  lateDraft = undefined;
  try {
    act();
  } finally {
    recovering = false;
    delayed = undefined; // the one that recovered is dead
  }
}

/** A draft that is to be forgotten with the first write after the hand was emptied. */
let keptDraft: number | undefined;

/** A draft to which its word is to lead as late as when the version is in hand. */
let lateDraft: [index: number, value: number] | undefined;

/** The faults, by name. */
export const FAULTS: Readonly<Record<string, Injection>> = {
  "sections leave no mark": {
    poke: (_, index) => isOfParticipant(index, P_SECTION),
  },
  "the attachments of a thread have one mark": {
    at(index) {
      const first = PARTICIPANTS + SURVIVORS * PARTICIPANT_WORDS + P_SECTION;
      return isOfParticipant(index, P_SECTION) && index > first ? first : index;
    },
  },
  "a recovery empties the hand before it counts what was in it": {
    poke(words, index, value) {
      if (delayed !== undefined) words[delayed[0]] = delayed[1];
      delayed = undefined;
      if (!recovering || !isOfParticipant(index, P_ENTRIES)) return false;
      words[index - P_ENTRIES + P_HAND] = 0;
      delayed = [index, value];
      return true;
    },
  },
  "a recovery tells nobody of the changes that it finds": {
    compareAndSet: (_, index) =>
      recovering && isChangeWord(index) ? true : undefined,
  },
  "nothing says that a commit is being counted": {
    poke: (_, index, value) => isOfParticipant(index, P_COMMIT) && value < 0,
  },
  "nothing says which version's trees are to go": {
    poke: (_, index) => isOfParticipant(index, P_LEAVING),
  },
  "the draft is forgotten when the hand is empty": {
    poke(words, index, value) {
      const isNext = keptDraft !== undefined &&
        Math.abs(index - keptDraft) < PARTICIPANT_WORDS &&
        words[keptDraft - P_DRAFT + P_HAND] === 0;
      if (isNext) {
        words[keptDraft!] = 0;
        keptDraft = undefined;
      }
      if (!isOfParticipant(index, P_DRAFT) || value !== 0) return false;
      if (words[index - P_DRAFT + P_HAND] >= 0) return false;
      keptDraft = index;
      return true;
    },
  },
  "what was loaded leaves its word before it is the draft": {
    poke(words, index, value) {
      if (lateDraft !== undefined && isOfParticipant(index, P_HAND)) {
        words[lateDraft[0]] = lateDraft[1];
        lateDraft = undefined;
      }
      if (!isOfParticipant(index, P_DRAFT) || value === 0) return false;
      if (words[index - P_DRAFT + P_LOADING] !== value) return false;
      lateDraft = [index, value];
      return true;
    },
  },
  "a recovery takes what was becoming the draft for two": {
    poke: (words, index) =>
      recovering && isOfParticipant(index, P_LOADING) &&
      words[index] !== 0 && words[index - P_LOADING + P_DRAFT] === words[index],
  },
  "a recovery wakes only who sleeps on a word that is armed": {
    compareAndSet(_, index) {
      if (isChangeWord(index)) disarmed = index;
      return undefined;
    },
    notify(index) {
      const isMeant = index === disarmed;
      disarmed = NO_WORD;
      return recovering && !isMeant;
    },
  },
  "a recovery tells those who wait for the key, and not those who wait for all":
    {
      compareAndSet: (_, index) =>
        recovering && index === H_ANY_CHANGE ? true : undefined,
    },
  "a recovery wakes no receiver": {
    notify: (index) => recovering && isOfParticipant(index, P_INBOX),
  },
  "nothing says which message is being pushed": {
    poke: (_, index) => isOfParticipant(index, P_POSTING),
  },
  "the change of a chunk is never over": {
    poke: (_, index, value) =>
      value === 0 && isOfParticipant(index, P_CHUNK_CHANGE),
  },
  "a lost race for a link goes unnoticed": {
    compareAndSet(words, index, expected, value) {
      if (expected <= 0 || value <= 0 || !isLink(words, index)) return;
      if (words[index] === expected) words[index] = value;
      return true;
    },
  },
};

/** What is planted here. */
export const INJECTED: Injection =
  FAULTS[Deno.env.get("EPOCHMAP_TEST_FAULT") ?? ""] ?? {};
