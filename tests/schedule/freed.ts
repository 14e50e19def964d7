/**
 * Freed memory is filled with a pattern, so that a use after the free is seen: by the
 * worker that reads the pattern, or by the one that is given a block in which it is
 * damaged.
 *
 * An optimistic read may read what was freed, if it then throws away what it read; so
 * what it sees counts only when the read is confirmed.
 *
 * @module
 */
import { classRefs } from "../../src/segment/size_classes.ts";
import { injection } from "./faults.ts";
import { fail, isRunning, onStray, touchAll, WRITE } from "./scheduler.ts";

/** No ref, link, stamp, length or state that a search produces. */
const FREED = 0x5adfadee;

/** Words of a chunk in a segment of the size that searches work on. */
const CHUNK_WORDS = 1024;

let isOptimistic = false;
let suspicion = "";

/**
 * Fills a block that was freed; its fifth word tells its size. Words of a block
 * change here without a step of their own, so they count as written.
 */
export function fillFreed(words: Int32Array, from: number, to: number): void {
  if (!isRunning()) return;
  touchAll(from, to, WRITE);
  // Recovery reads the first word of a run, and only then asks whether it still is one.
  const isRun = to - from >= CHUNK_WORDS;
  words.fill(FREED, isRun ? from + 1 : from, to);
  words[from + 4] = sizeMark(from, to);
}

/** A block of a class was taken off its list. */
export function blockTaken(words: Int32Array, c: number, ref: number): void {
  checkFresh(words, ref * 4, (ref + classRefs(c)) * 4);
}

/** A block of a class goes to its list. */
export function blockFreed(words: Int32Array, c: number, ref: number): void {
  fillFreed(words, ref * 4, (ref + classRefs(c)) * 4);
}

/** Checks a block that is given out: nobody may have written to it since it was freed. */
export function checkFresh(words: Int32Array, from: number, to: number): void {
  if (!isRunning() || words[from + 4] !== sizeMark(from, to)) return;
  // The first words are those that link free blocks.
  for (let i = from + 5; i < to; i++) {
    if (words[i] !== FREED) fail(`word ${i} was written after it was freed`);
  }
}

function sizeMark(from: number, to: number): number {
  return FREED ^ (to - from);
}

/** A value that was read. */
export function checkRead(index: number, value: number): number {
  if (value === FREED && isRunning()) suspect(`reads freed memory at ${index}`);
  return value;
}

/** A word that is to be changed. */
export function checkTarget(words: Int32Array, index: number): void {
  if (words[index] === FREED && isRunning()) {
    fail(`changes freed memory at ${index}`);
  }
}

function suspect(what: string): void {
  if (!isOptimistic) fail(what);
  suspicion = what;
}

onStray((index) => suspect(`goes to word ${index}, outside of the segment`));

/** From here on what is read may be freed. */
export function beginOptimistic(): void {
  isOptimistic = isRunning();
  suspicion = "";
}

/** Nothing that was read is used. */
export function discardOptimistic(): void {
  isOptimistic = false;
  suspicion = "";
}

/**
 * What was read and not discarded is used, if it is valid or a planted fault says so; returns
 * whether it is.
 */
export function endOptimistic(isValid: boolean): boolean {
  const isUsed = isValid || injection().confirmsAll === true;
  if (isUsed && suspicion !== "") {
    fail(`a confirmed optimistic read ${suspicion}`);
  }
  discardOptimistic();
  return isUsed;
}
