/**
 * Eviction rules: which versions a policy may choose.
 *
 * A rule is a function. The kernel, which cannot be given one, knows the two below by their
 * numbers: to it, a rule is such a number (`kernel/assembly/eviction_rule.ts`).
 *
 * @module
 */

import type { Words } from "../segment/atomics.ts";
import { freesMemory, isEntry } from "./evictable.ts";

/** Whether a newest version, of a key with this hash, may be evicted. */
export type Rule = (ref: number, hash: number) => boolean;

/** Whatever is an entry. */
export const ANY_ENTRY = 0;
/** What frees memory. */
export const FREES_MEMORY = 1;

/** The rule with a number. */
export function ruleFor(words: Words, rule: number): Rule {
  return rule === FREES_MEMORY
    ? (ref, hash) => freesMemory(words, ref, hash)
    : (ref) => isEntry(words, ref);
}

/** Whether a version may go by a rule. */
export function mayGo(
  rule: Rule,
  _words: Words,
  ref: number,
  hash: number,
): boolean {
  return rule(ref, hash);
}
