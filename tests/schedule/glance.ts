/**
 * Stands in for `src/table/glance.ts`: a glance may see freed memory, but must not be
 * confirmed then.
 *
 * @module
 */
import * as real from "../../src/table/glance.ts";
import type { KeyWords, Words } from "../../src/segment/words.ts";
import { forgery } from "./faults.ts";
import { beginGlance, believeGlance, dropGlance } from "./freed.ts";

export const { UNDECIDED } = real;

export function beforeGlance(words: Words): number {
  beginGlance();
  return real.beforeGlance(words);
}

export function glance(
  words: Words,
  hash: number,
  key: KeyWords,
  info: number,
): number {
  const ref = real.glance(words, hash, key, info);
  if (ref === UNDECIDED) dropGlance();
  return ref;
}

export function confirms(words: Words, before: number): boolean {
  const confirmed = real.confirms(words, before) ||
    forgery().confirmsAll === true;
  if (confirmed) believeGlance();
  else dropGlance();
  return confirmed;
}
