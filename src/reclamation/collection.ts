/**
 * Collecting on the way of a write: when it is due, and the same as `collector.ts` does, where
 * nothing is out of the ordinary. That part is compiled for the kernel, too.
 *
 * @module
 */

import * as assertions from "../segment/assert.ts";
import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import * as participants from "../segment/participants.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as limbo from "./limbo.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ERA,
  H_FLUSH,
  H_PARTICIPANTS,
  P_COUNTERS,
  P_FLUSHED,
  P_HELD_HEAD,
  P_PIN,
  P_RECORD_WEIGHT,
  P_RETIRED,
  P_USED_REFS,
} = layout;
const { assert, CHECKED } = assertions;
const { noteFreed } = blocks;
const { addToFloat } = machine;
const { participantBase } = participants;
const { enter, leave } = sections;
const { compareAndSet, hint, load, own } = access;
const { drain, firstToFree } = limbo;

/** What is retired between two collections: so many records, or their weight in refs. */
export const RETIRES_PER_COLLECT = 64;
/** So much retired at once, in collections, is tried to be freed at once. */
export const MUCH_RETIRED = 2;
/** Records freed by one collection on an operation's path: bounds the stall after a long pin. */
export const FREES_PER_COLLECT = 256;
/** Where "reclaimed" stands among `COUNTERS`. */
export const RECLAIMED = 8;

/** The most that a participant may retire until its next collection, in refs. */
export function mostRetired(words: Words, base: number): number {
  return words[base + P_RECORD_WEIGHT] * RETIRES_PER_COLLECT;
}

/** Whether a participant is to collect after a write: by now and then, or as others ask for it. */
export function isCollectionDue(words: Words, base: number): boolean {
  return words[base + P_RETIRED] >= mostRetired(words, base) ||
    hint(words, H_FLUSH) !== words[base + P_FLUSHED];
}

/**
 * Collects after a write, if it is due. False: it is still due, or some of it, as something is out
 * of the ordinary: the caller keeps a pin, versions are held, others ask for free blocks, much was
 * retired at once, or what is next in limbo is no block, or one too many.
 *
 * Fast path of `collect()` in reclamation/collector.ts: the same for all else. Kept alike by
 * tests/reclamation/collection_test.ts.
 */
export function collectOnTheWay(words: Words, base: number): boolean {
  return !isCollectionDue(words, base) ||
    isPlain(words, base) && collectBlocks(words, base);
}

/** Whether only blocks may be freed, and nobody asks for them. */
function isPlain(words: Words, base: number): boolean {
  return words[base + P_RETIRED] < MUCH_RETIRED * mostRetired(words, base) &&
    hint(words, H_FLUSH) === words[base + P_FLUSHED] &&
    own(words, base + P_PIN) === 0 && own(words, base + P_HELD_HEAD) === 0;
}

/** Returns whether it freed all that it may on the way of an operation. */
function collectBlocks(words: Words, base: number): boolean {
  words[base + P_RETIRED] = 0;
  advanceEra(words);
  enter(words, base);
  const used = own(words, base + P_USED_REFS);
  const freed = drain(words, base, FREES_PER_COLLECT);
  addToFloat(words, base + P_COUNTERS + 2 * RECLAIMED, freed);
  noteFreed(words, base, used - own(words, base + P_USED_REFS));
  const isAll = freed === FREES_PER_COLLECT ||
    firstToFree(words, base, load(words, H_ERA)) === 0;
  leave(words, base);
  if (!isAll) words[base + P_RETIRED] = mostRetired(words, base);
  return isAll;
}

/** One try to advance the era: it goes on when every pinned participant has seen it. */
export function advanceEra(words: Words): boolean {
  const era = load(words, H_ERA);
  if (CHECKED) assert((era & 1) === 1, "an era is odd: 0 is no pin");
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const pin = load(words, participantBase(slot) + P_PIN);
    if (pin !== 0 && pin !== era) return false;
  }
  return compareAndSet(words, H_ERA, era, (era + 2) | 0);
}
