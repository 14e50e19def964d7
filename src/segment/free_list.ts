/**
 * Free lists: the blocks that one participant has at hand, a list for each size class in its
 * record.
 *
 * Only their owner touches them, or the one that clears up after it. A block that was taken is *in
 * hand* until it is linked or on a list again: the record says so, and which block is on its way
 * from a list to the hand, or to a list. So a worker that is stopped in between loses none: the
 * step that takes a block, or puts it there, is the one that changes the first of the list.
 * `reclamation/repair.ts` does what is left to do after that step, or nothing if it was not taken.
 * The number of refs in use is written ahead.
 *
 * @module
 */

import * as assertions from "./assert.ts";
import * as layout from "./layout.ts";
import * as sizes from "./size_classes.ts";
import * as access from "./atomics.ts";
import type { Words } from "./atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  CHUNK_RUN,
  DESCRIPTOR_WORDS,
  DESCRIPTORS,
  H_CHUNK_SHIFT,
  H_FIRST_CHUNK,
  P_FREE,
  P_FREE_COUNT,
  P_FREED,
  P_FREEING,
  P_HAND,
  P_SEEN,
  P_TAKING,
  P_USED_AHEAD,
  P_USED_REFS,
  R_LINK,
  REF_BYTES,
  REF_SHIFT,
} = layout;
const { assert, CHECKED } = assertions;
const { batchOf, classOf, classRefs } = sizes;
const { own, poke, fixed, touch } = access;

/** More than any chunk has refs, and half of what a word can count. */
const MUCH_FREED = 1 << 30;

/**
 * Takes the first block off the list of a class into the hand, and begins to bring the one after it
 * into the cache; 0: there is none.
 */
export function popBlock(words: Words, base: number, c: number): number {
  const list = base + P_FREE + c;
  const ref = own(words, list);
  if (ref === 0) return 0;
  if (CHECKED) {
    assert(isOfClass(words, ref, c), "a list has blocks of its class");
    assert(words[base + P_TAKING] === 0, "one block is taken at a time");
  }
  const next = own(words, ref * 4 + R_LINK);
  const used = own(words, base + P_USED_REFS) + classRefs(c);
  poke(words, base + P_USED_AHEAD, used);
  poke(words, base + P_TAKING, ref);
  poke(words, list, next); // by this step it is taken
  words[base + P_SEEN] = touch(words, next * 4 + R_LINK); // it may be long out of use
  words[base + P_FREE_COUNT + c] = words[base + P_FREE_COUNT + c] - 1;
  endTaking(words, base, ref);
  return ref;
}

/** A block that was on its way has arrived in the hand. */
export function endTaking(words: Words, base: number, ref: number): void {
  poke(words, base + P_USED_REFS, own(words, base + P_USED_AHEAD));
  poke(words, base + P_HAND, ref);
  poke(words, base + P_TAKING, 0);
}

/** Puts a block that was in use on the list of its class; if it was in hand, it is no more. */
export function pushBlock(
  words: Words,
  base: number,
  c: number,
  ref: number,
): void {
  beginFreeing(words, base, c, ref);
  addBlock(words, base, c, ref);
  endFreeing(words, base, ref);
}

/** Notes that a block is on its way to the list of its class: from here on it gets there. */
export function beginFreeing(
  words: Words,
  base: number,
  c: number,
  ref: number,
): void {
  const used = own(words, base + P_USED_REFS) - classRefs(c);
  poke(words, base + P_USED_AHEAD, used);
  poke(words, base + P_FREEING, ref);
}

/** A block that was on its way is on the list of its class. */
export function endFreeing(words: Words, base: number, ref: number): void {
  poke(words, base + P_USED_REFS, own(words, base + P_USED_AHEAD));
  const hand = own(words, base + P_HAND);
  if (hand === ref || hand === -ref) poke(words, base + P_HAND, 0);
  poke(words, base + P_FREEING, 0);
}

/** Puts a block that is on its way, or that nobody used, on the list of its class. */
export function addBlock(
  words: Words,
  base: number,
  c: number,
  ref: number,
): void {
  const list = base + P_FREE + c;
  if (CHECKED) checkPut(words, list, c, ref);
  poke(words, ref * 4 + R_LINK, own(words, list));
  poke(words, list, ref);
  words[base + P_FREE_COUNT + c] = words[base + P_FREE_COUNT + c] + 1;
}

/** Lists are short: a batch or two. */
function checkPut(words: Words, list: number, c: number, ref: number): void {
  assert(isOfClass(words, ref, c), "a block goes to the list of its class");
  for (let at = words[list]; at !== 0; at = words[at * 4 + R_LINK]) {
    assert(at !== ref, "a block that is freed is on no list");
  }
}

/** As `classAt`, without a step: for assertions. */
function isOfClass(words: Words, ref: number, c: number): boolean {
  const chunk = (ref - words[H_FIRST_CHUNK]) >>> words[H_CHUNK_SHIFT];
  return words[DESCRIPTORS + chunk * DESCRIPTOR_WORDS] === c + 1;
}

/** Whether a list is so long that a batch of it should go to the others. */
export function isLong(words: Words, base: number, c: number): boolean {
  return words[base + P_FREE_COUNT + c] >= 2 * batchOf(c);
}

/** Counts blocks that came to a list, or left it, other than one by one. */
export function countFree(
  words: Words,
  base: number,
  c: number,
  blocks: number,
): void {
  const index = base + P_FREE_COUNT + c;
  words[index] = words[index] + blocks;
}

/**
 * Counts a list that another owner has left, or that one who died may not have counted. Ends also
 * where memory is damaged.
 */
export function recount(words: Words, base: number, c: number): void {
  const most = words.length / 4;
  let count = 0;
  let ref = own(words, base + P_FREE + c);
  for (; ref > 0 && count < most; ref = own(words, ref * 4 + R_LINK)) count++;
  words[base + P_FREE_COUNT + c] = count;
}

/**
 * Notes that so many refs were freed: the more there are, the sooner it is worth while to gather
 * them (`consolidation.ts`). No step of the protocol: its owner alone reads it.
 */
export function noteFreed(words: Words, base: number, refs: number): void {
  const freed = words[base + P_FREED];
  if (freed < MUCH_FREED) words[base + P_FREED] = freed + refs;
}

/** The class of a block in use; -1: it is a run of chunks. */
export function classAt(words: Words, ref: number): number {
  const chunk = (ref - words[H_FIRST_CHUNK]) >>> words[H_CHUNK_SHIFT];
  const state = fixed(words, DESCRIPTORS + chunk * DESCRIPTOR_WORDS);
  return (state & CHUNK_RUN) !== 0 ? -1 : state - 1;
}

/** The class of blocks for so many bytes; -1: only a run of chunks is as large. */
export function classFor(words: Words, bytes: number): number {
  const refs = (bytes + REF_BYTES - 1) >>> REF_SHIFT;
  return refs > (1 << words[H_CHUNK_SHIFT]) >> 1 ? -1 : classOf(refs);
}

/** The size of the block that so many bytes get, in refs. */
export function blockRefs(words: Words, bytes: number): number {
  const c = classFor(words, bytes);
  if (c >= 0) return classRefs(c);
  const shift = words[H_CHUNK_SHIFT];
  const refs = (bytes + REF_BYTES - 1) >>> REF_SHIFT;
  return ((refs + (1 << shift) - 1) >>> shift) << shift;
}
