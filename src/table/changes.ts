/**
 * Changes: how a write tells those who wait for its key.
 *
 * A worker that links a new newest version of a key passes `changed`, after the link and while the
 * version is in hand. While nobody has ever waited for anything in the map, that is one read of a
 * word that is written once at most. A waiter *arms* the word of its key first, which others share
 * whose hashes begin alike, and then reads the key. If what it wants is not there yet, it falls
 * asleep on the word, as long as that is what it was armed to. A write that finds the word armed
 * *disarms* it, and then wakes all who sleep on it.
 *
 * No change is missed. All of these steps are in one order for all workers, since each is an atomic
 * one: the writer links, then reads the flag and the word; the waiter sets the flag and arms the
 * word, then reads the link. So either the writer finds the word armed, or it looked before that,
 * and the waiter finds the version. If the writer's compare-and-set fails, another writer was
 * faster, and wakes the waiter. Nobody falls asleep on a word that was disarmed, since to compare
 * and to fall asleep is one step, and a worker that had fallen asleep before is woken after.
 *
 * Those who wait for many keys arm the words of all, and sleep on a word of their own,
 * `H_ANY_CHANGE`, which they arm before they compare the others with what they had been armed to. A
 * write that disarms a key's word sees to that one next. So either it finds it armed, or it
 * disarmed the key's word before that, and the comparison shows it. Keys whose hashes begin alike
 * lie together in the table: the keys of a word that changed are found by a short scan.
 *
 * The reverse is not so: a word changes with any key that shares it, and arming is good for one
 * change. A waiter that dies leaves an armed word, which the next change disarms. If a writer dies
 * anywhere between link and the end of `changed`, its version is in hand still, and the worker that
 * recovers it passes `retell` (`table_recovery.ts`). That worker cannot know whether a word that is
 * not armed was disarmed by the dead one, which then woke nobody. So it wakes in any case.
 *
 * (`tests/model/waiting.pml` checks all of this.)
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { ARMED, CHANGE_SHIFT, CHANGES, H_ANY_CHANGE, H_WATCHED } = layout;
const { compareAndSet, load, notify, store } = access;

/** What a change adds, above the flag. */
const STEP = 2;

/**
 * A key with this hash has a new newest version, which is linked, and in hand still: so a recovery
 * passes `retell` if the worker dies before this ends.
 */
export function changed(words: Words, hash: number): void {
  if (load(words, H_WATCHED) !== 0) tell(words, changeWord(hash));
}

function tell(words: Words, word: number): void {
  if (ring(words, word)) ring(words, H_ANY_CHANGE);
}

/** Disarms a word and wakes who sleeps on it; false: it is not armed, or another one does that. */
function ring(words: Words, word: number): boolean {
  const armed = load(words, word);
  if ((armed & ARMED) === 0) return false;
  const next = (armed - ARMED + STEP) | 0;
  if (!compareAndSet(words, word, armed, next)) return false;
  notify(words, word);
  return true;
}

/** As `changed`, for a worker that may have died, or been cut short, anywhere in it. */
export function retell(words: Words, hash: number): void {
  if (load(words, H_WATCHED) === 0) return;
  wake(words, changeWord(hash));
  wake(words, H_ANY_CHANGE);
}

function wake(words: Words, word: number): void {
  if (!ring(words, word)) notify(words, word);
}

/**
 * Arms a word, of a key or `H_ANY_CHANGE`. What the waiter wants to know is to be read after that.
 * Returns what the word is until something changes.
 */
export function arm(words: Words, word: number): number {
  // Once: all workers have the cache line of this word.
  if (load(words, H_WATCHED) === 0) store(words, H_WATCHED, 1);
  const before = load(words, word);
  compareAndSet(words, word, before, before | ARMED);
  return before | ARMED; // if others came between, it is that no more: a change
}

/** The word that changes with the keys of this hash. */
export function changeWord(hash: number): number {
  return CHANGES + (hash >>> CHANGE_SHIFT);
}
