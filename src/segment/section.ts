/**
 * Sections: the parts of an operation in which a participant's record is inconsistent.
 *
 * A worker's JavaScript may be stopped between any two instructions: by `self.close()` in code that
 * an `await import(…)` resumed, after which the runtime still calls every timer that is due; or by
 * an exception, such as a stack overflow. So a record says that its worker is in a section, and
 * only the section's own end takes that back: no `finally`, which runs after an exception, too.
 *
 * Sections nest. None of the caller's code runs in one (callbacks, codecs), so the word is 0
 * whenever an operation begins. If it is not, a section was cut short, and the operation, or a
 * timer, first repairs the record (`reclamation/repair.ts`).
 *
 * @module
 */

import * as layout from "./layout.ts";
import * as access from "./atomics.ts";
import type { Words } from "./atomics.ts";

// Constants of its own: `layout.ts` says why.
const { P_SECTION } = layout;
const { own, poke } = access;

/** Begins a section. */
export function enter(words: Words, base: number): void {
  poke(words, base + P_SECTION, own(words, base + P_SECTION) + 1);
}

/** Ends a section, at its regular end and nowhere else. */
export function leave(words: Words, base: number): void {
  poke(words, base + P_SECTION, own(words, base + P_SECTION) - 1);
}

/** Whether a section was cut short; asked where none can be under way. */
export function isCutShort(words: Words, base: number): boolean {
  return own(words, base + P_SECTION) !== 0;
}
