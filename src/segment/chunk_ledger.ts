/**
 * The ledger of chunks: the state of a chunk changes together with what its owner counts, though these are several words.
 *
 * What the owner is about to count is written down before the state changes, and the state is the one step that decides. So
 * whoever clears up after a worker that was stopped in between sees by the state what must be counted.
 *
 * @module
 */

import {
  CHUNK_TAKING,
  P_SETTLED,
  P_TURNED,
  P_TURNED_USED,
  P_TURNING,
  P_USED_REFS,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
} from "./layout.ts";
import type { Segment } from "./segment.ts";
import { load, peek, poke, store } from "./words.ts";

/**
 * Changes the state of a chunk, or of the first of a run, that the participant in a slot has in its hands and is to be in use, or
 * the other way round.
 *
 * @param chunks By how many more chunks are in use then.
 * @param usedRefs By how many more refs are.
 */
export function turnChunk(
  segment: Segment,
  slot: number,
  chunk: number,
  state: number,
  chunks: number,
  usedRefs = 0,
): void {
  const { words } = segment;
  const base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  const settled = peek(words, base + P_SETTLED) + chunks;
  const used = peek(words, base + P_USED_REFS) + usedRefs;
  poke(words, base + P_TURNED, settled);
  poke(words, base + P_TURNED_USED, used);
  poke(words, base + P_TURNING, chunk + 1);
  store(words, segment.descriptor(chunk), state);
  poke(words, base + P_USED_REFS, used);
  poke(words, base + P_SETTLED, settled); // last: as long as it differs, it tells what is going on
  poke(words, base + P_TURNING, 0);
}

/** Brings what is counted in line with the last state that the participant in a slot changed, or did not. Can be repeated. */
export function finishTurn(segment: Segment, slot: number): void {
  const { words } = segment;
  const base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  const chunk = peek(words, base + P_TURNING) - 1;
  if (chunk < 0) return;
  const atHand =
    load(words, segment.descriptor(chunk)) === (CHUNK_TAKING | slot);
  const settled = peek(words, base + P_TURNED);
  const givesUp = settled < peek(words, base + P_SETTLED);
  if (atHand === givesUp) {
    poke(words, base + P_USED_REFS, peek(words, base + P_TURNED_USED));
    poke(words, base + P_SETTLED, settled);
  }
  poke(words, base + P_TURNING, 0);
}
