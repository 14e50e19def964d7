/**
 * Residents: the entries in some slots of the table, without their keys.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as slots from "./slot.ts";

// Constants of its own: `layout.ts` says why.
const { H_ROOT, T_CAPACITY, T_NEXT, T_SHIFT } = layout;
const { hint, load } = access;
const {
  homePlace,
  isMoved,
  isUnclaimed,
  readHash,
  readLink,
  slotAt,
  valueRefOf,
} = slots;

/**
 * The newest version of a key with a hash; 0: none was found. If several keys have it, it is any of
 * them. It may be pending, and be replaced by now. The caller is pinned.
 *
 * It looks as far as any other probe: if those were spared that stand far from their homes, dense
 * parts of the table would become denser.
 */
export function residentOf(words: Words, hash: number): number {
  const root = load(words, H_ROOT) * 4;
  const ref = residentIn(words, root, hash);
  if (ref !== 0) return ref;
  const next = load(words, root + T_NEXT) * 4;
  return next === 0 ? 0 : residentIn(words, next, hash);
}

function residentIn(words: Words, table: number, hash: number): number {
  const mask = words[table + T_CAPACITY] - 1;
  const home = homePlace(hash, words[table + T_SHIFT]);
  for (let i = home; i <= home + mask; i++) {
    const slot = slotAt(table, i & mask);
    const there = readHash(words, slot);
    // A slot that a move has closed was empty: nothing of this home lies behind it.
    if (isUnclaimed(there)) return 0;
    if (there !== hash) continue;
    const ref = valueRefOf(readLink(words, slot));
    if (ref !== 0) return ref;
  }
  return 0;
}

/** The hash in the slot that was read last. */
let hashRead = 0;

/** For those who read a slot. */
export function hashThere(): number {
  return hashRead;
}

/**
 * The newest version in the slot at a place of the root, round its end; 0: none that has a value.
 * `hashThere()` is the hash of its key then. The caller is pinned.
 */
export function residentAt(words: Words, place: number): number {
  const root = load(words, H_ROOT) * 4;
  const slot = slotAt(root, place & (words[root + T_CAPACITY] - 1));
  const link = readLink(words, slot);
  hashRead = hint(words, slot);
  return isMoved(link) ? residentOf(words, hashRead) : valueRefOf(link);
}
