/**
 * The small queue of S3-FIFO: the hashes of new entries, oldest first, of all workers together.
 *
 * It is a ring with a word for each hash. Whoever adds one takes the next number of the tail, and
 * writes the hash at its place; whoever takes one moves the head on by compare-and-set, having read
 * what stands there.
 *
 * Who takes a hash then empties its place, by compare-and-set, and has taken nothing if that fails.
 * So each hash comes out once at most, for each time that it was put in. It may come out late, or
 * not at all: the place may not be written yet, if the worker that took its number was stopped;
 * what that one writes later comes out when its place is reached again, unless the place is taken
 * by then. And if so many are added that the ring is full, the oldest are passed over. So what
 * comes out is a hint. `ghosts.ts` says of each key whether it belongs here, and for how long at
 * most.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { H_QUEUE, H_QUEUE_HEAD, H_QUEUE_TAIL, H_QUEUE_WORDS } = layout;
const { remainder } = machine;
const { add, compareAndSet, fixed, hint, load, poke } = access;

/** No key has this hash: see `hash.ts`. */
export const NO_HASH = 0;

/** How many hashes are in it, as far as is known. O(1), wait-free. */
export function queueLength(words: Words): number {
  const length = hint(words, H_QUEUE_TAIL) - hint(words, H_QUEUE_HEAD);
  return (length | 0) > 0 ? length | 0 : 0;
}

/** Adds a hash. O(1), wait-free. */
export function enqueue(words: Words, hash: number): void {
  poke(words, placeOf(words, add(words, H_QUEUE_TAIL, 1)), hash);
}

/**
 * Takes the oldest hash, or `NO_HASH` where there is none. O(1), lock-free: it tries again if
 * another worker took the same one.
 */
export function dequeue(words: Words): number {
  for (;;) {
    const head = load(words, H_QUEUE_HEAD);
    const length = (load(words, H_QUEUE_TAIL) - head) | 0;
    if (length <= 0) return NO_HASH;
    const overrun = length - fixed(words, H_QUEUE_WORDS);
    if (overrun > 0) {
      compareAndSet(words, H_QUEUE_HEAD, head, (head + overrun) | 0);
      continue;
    }
    const place = placeOf(words, head);
    const hash = hint(words, place);
    if (!compareAndSet(words, H_QUEUE_HEAD, head, (head + 1) | 0)) continue;
    const isMine = hash !== NO_HASH &&
      compareAndSet(words, place, hash, NO_HASH);
    return isMine ? hash : NO_HASH;
  }
}

/** Where the hash of a number stands. When numbers wrap, some may share a place for a moment. */
function placeOf(words: Words, number: number): number {
  return fixed(words, H_QUEUE) +
    remainder(number, fixed(words, H_QUEUE_WORDS));
}
