/**
 * The ledger of chunks: the state of a chunk changes together with what its owner counts, though
 * these are several words.
 *
 * What the owner is about to count is written down before the state changes, and the state is the
 * one step that decides. So the repair of a record that was left in between sees by the state what
 * must be counted.
 *
 * @module
 */

import {
  CHUNK_RUN,
  CHUNK_TAKING,
  P_CHUNK_CHANGE,
  P_CHUNK_CHANGE_COUNT,
  P_CHUNK_CHANGE_USED,
  P_CHUNKS_COUNTED,
  P_GIVEN,
  P_TAKEN,
  P_USED_REFS,
} from "./layout.ts";
import { assert, CHECKED } from "./assert.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import { load, own, poke, store, type Words } from "./atomics.ts";

/**
 * What a run says of who allocated it: a version and a table differ, and neither is where a block
 * of a chunk that is cut may begin, which stands in the same word.
 */
export function ownerOf(slot: number, kind: "version" | "table"): number {
  return kind === "table" ? -(slot + 1) : CHUNK_RUN | (slot + 1);
}

/**
 * Changes the state of a chunk, or of the first of a run: from the hands of the participant in a
 * slot into use, or back.
 *
 * @param chunks By how many more chunks are in use then.
 * @param usedRefs By how many more refs are.
 */
export function changeChunk(
  segment: Segment,
  slot: number,
  chunk: number,
  state: number,
  chunks: number,
  usedRefs = 0,
): void {
  const { words } = segment;
  const base = participantBase(slot);
  if (CHECKED) checkChange(words, base, segment.descriptor(chunk), slot, state);
  const counted = own(words, base + P_CHUNKS_COUNTED) + chunks;
  const used = own(words, base + P_USED_REFS) + usedRefs;
  poke(words, base + P_CHUNK_CHANGE_COUNT, counted);
  poke(words, base + P_CHUNK_CHANGE_USED, used);
  poke(words, base + P_CHUNK_CHANGE, chunk + 1);
  store(words, segment.descriptor(chunk), state);
  poke(words, base + P_USED_REFS, used);
  poke(words, base + P_CHUNKS_COUNTED, counted); // last: while it differs, a change is going on
  poke(words, base + P_CHUNK_CHANGE, 0);
}

function checkChange(
  words: Words,
  base: number,
  descriptor: number,
  slot: number,
  state: number,
): void {
  const mine = CHUNK_TAKING | slot;
  assert(words[base + P_CHUNK_CHANGE] === 0, "one chunk changes at a time");
  assert(
    (words[descriptor] === mine) !== (state === mine),
    "a chunk comes into use from its owner's hands, or goes back there",
  );
}

/**
 * Counts the last change of the participant in a slot, if it was cut short after the state was
 * changed. Can be repeated.
 */
export function finishChunkChange(segment: Segment, slot: number): void {
  const { words } = segment;
  const base = participantBase(slot);
  const chunk = own(words, base + P_CHUNK_CHANGE) - 1;
  if (chunk < 0) return;
  const atHand =
    load(words, segment.descriptor(chunk)) === (CHUNK_TAKING | slot);
  const after = own(words, base + P_CHUNK_CHANGE_COUNT);
  const givesUp = after < own(words, base + P_CHUNKS_COUNTED);
  if (atHand === givesUp) {
    poke(words, base + P_USED_REFS, own(words, base + P_CHUNK_CHANGE_USED));
    poke(words, base + P_CHUNKS_COUNTED, after);
  }
  poke(words, base + P_CHUNK_CHANGE, 0);
}

/** Counts no more as taken than what is in use: when nothing is at hand. */
export function balanceChunks(words: Words, base: number): void {
  const given = own(words, base + P_TAKEN) -
    own(words, base + P_CHUNKS_COUNTED);
  if (CHECKED) {
    const more = (given - words[base + P_GIVEN]) | 0; // both wrap
    assert(more >= 0, "what is counted as given back only grows");
  }
  store(words, base + P_GIVEN, given);
}
