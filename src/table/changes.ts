/**
 * Changes: how a write tells those who wait for its key.
 *
 * A worker that links a new newest version of a key passes `changed`, after the link and while the
 * version is in hand. While nobody has ever waited for anything in the map, that is one read of a
 * word that is written once at most. A waiter *arms* the word of its key first, which others with a
 * hash alike share, and then reads the key. If what it wants is not there yet, the word will
 * change.
 *
 * No change is missed. All four steps are in one order for all workers, since each is an atomic
 * one: the writer links, then reads the flag and the word; the waiter sets the flag and arms the
 * word, then reads the link. So either the writer finds the word armed, or it looked before that,
 * and the waiter finds the version. If the writer's compare-and-set fails, another writer was
 * faster, and the waiter, once it has armed the word anew, reads the link after both.
 *
 * The reverse is not so: a word changes with any key that shares it, and arming is good for one
 * change. A waiter that dies leaves an armed word, which the next change disarms. If a writer dies
 * between link and `changed`, its version is in hand still, and whoever recovers it passes
 * (`table_recovery.ts`).
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { ARMED, CHANGE_WORDS, CHANGES, H_WATCHED } = layout;
const { compareAndSet, load, store } = access;

/** What a change adds, above the flag. */
const STEP = 2;

/**
 * A key with this hash has a new newest version, which is linked, and in hand still: so a recovery
 * passes here if the worker dies before it does.
 */
export function changed(words: Words, hash: number): void {
  if (load(words, H_WATCHED) !== 0) disarm(words, changeWord(hash));
}

function disarm(words: Words, word: number): void {
  const armed = load(words, word);
  if ((armed & ARMED) === 0) return;
  compareAndSet(words, word, armed, (armed - ARMED + STEP) | 0);
}

/**
 * Arms the word of a key with this hash. The key is to be read after that. Returns what the word
 * is until a key that shares it changes.
 */
export function arm(words: Words, hash: number): number {
  // Once: all workers have the cache line of this word.
  if (load(words, H_WATCHED) === 0) store(words, H_WATCHED, 1);
  const word = changeWord(hash);
  const before = load(words, word);
  compareAndSet(words, word, before, before | ARMED);
  return before | ARMED; // if others came between, it is that no more: a change
}

/** The word that changes with the keys of this hash. */
export function changeWord(hash: number): number {
  return CHANGES + (hash & (CHANGE_WORDS - 1));
}
