/**
 * The reserve for the tombstone of the longest key: chunks below the ceiling that entries leave
 * free, so that the tombstone finds a run. A key whose tombstone takes a run has a version that
 * takes a run, too; so a look at all runs tells what is needed. (Checked by
 * `tests/model/long_key.pml`.)
 *
 * One word has the number of chunks and a *doubt*: none (what is kept is the least that will do),
 * doubted (a run that may have had the longest key is gone, so it may be too much), or the
 * participant that looks at the moment.
 *
 * To lower the number, a participant takes the word first, reads the runs, and lowers the word if
 * it still has it. A writer that links a long key writes the key first, into a run that others can
 * see, and reads the word then: if somebody has it, the writer takes the word away, because the
 * other one may have passed this run already. So what is kept is never less than what a linked key
 * needs; and an operation that was cut short leaves a doubt behind.
 *
 * @module
 */

import { H_LONG_KEY } from "./layout.ts";
import { compareAndSet, load, type Words } from "./atomics.ts";

/** The bits of the word that count chunks: a segment has fewer. */
const CHUNKS_SHIFT = 20;
const CHUNKS_MASK = 2 ** CHUNKS_SHIFT - 1;
/** The doubt that no participant has: their numbers are smaller. */
const DOUBTED = 255;

/** What the word says. */
export interface Reserve {
  /** The word itself. */
  readonly word: number;
  /** Chunks that are kept. */
  readonly chunks: number;
  /** Whether they may be too many. */
  readonly isDoubted: boolean;
  /** Whether a participant looks at the moment how many are needed. */
  readonly isTaken: boolean;
}

/** Takes a word of the reserve apart. */
export function reserveOf(word: number): Reserve {
  const doubt = word >> CHUNKS_SHIFT;
  return {
    word,
    chunks: word & CHUNKS_MASK,
    isDoubted: doubt !== 0,
    isTaken: doubt !== 0 && doubt !== DOUBTED,
  };
}

/** The chunks that are kept. */
export function reservedChunks(words: Words): number {
  return load(words, H_LONG_KEY) & CHUNKS_MASK;
}

/** Whether no more chunks are kept than there are. */
export function isSound(words: Words, chunkCount: number): boolean {
  const word = load(words, H_LONG_KEY);
  return word >= 0 && (word & CHUNKS_MASK) <= chunkCount;
}

/**
 * Raises what is kept; doubted, because the key for which it is kept may come to nothing. False if
 * the word has changed.
 */
export function raise(words: Words, from: Reserve, chunks: number): boolean {
  return change(words, from, chunks, DOUBTED);
}

/** Takes the word away from the participant that has it, if one does; false if it has changed. */
export function confirm(words: Words, reserve: Reserve): boolean {
  return !reserve.isTaken || change(words, reserve, reserve.chunks, DOUBTED);
}

/**
 * Notes that a run of so many chunks is no run any more: its key may have been the longest. Before
 * its chunks are free, so that a repair that finishes this notes it again.
 */
export function doubt(words: Words, length: number): void {
  for (;;) {
    const reserve = reserveOf(load(words, H_LONG_KEY));
    if (reserve.chunks === 0 || length < reserve.chunks) return;
    if (reserve.isDoubted && !reserve.isTaken) return;
    if (change(words, reserve, reserve.chunks, DOUBTED)) return;
  }
}

/**
 * Takes the word for the participant in a slot, which then looks how much is needed; undefined if
 * it has changed.
 */
export function take(
  words: Words,
  from: Reserve,
  slot: number,
): Reserve | undefined {
  return change(words, from, from.chunks, slot + 1)
    ? reserveOf(wordOf(from.chunks, slot + 1))
    : undefined;
}

/**
 * Keeps only so many chunks, if the word is still the one taken: what was found is sure, or is
 * doubted again.
 */
export function lower(
  words: Words,
  taken: Reserve,
  chunks: number,
  isSure: boolean,
): void {
  change(words, taken, chunks, isSure ? 0 : DOUBTED);
}

function change(
  words: Words,
  from: Reserve,
  chunks: number,
  doubt: number,
): boolean {
  return compareAndSet(words, H_LONG_KEY, from.word, wordOf(chunks, doubt));
}

function wordOf(chunks: number, doubt: number): number {
  return chunks | (doubt << CHUNKS_SHIFT);
}
