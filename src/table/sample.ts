/**
 * Samples: versions from random places of the table.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import { load, type Words } from "../segment/words.ts";
import { homeSlot } from "./hash.ts";

const {
  DEAD,
  H_ROOT,
  REF_MASK,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_SHIFT,
  T_SLOTS,
} = layout;

/** Slots that are looked at for one that has a value. */
const REACH = 128;

/**
 * The newest version in a random slot, or in the next one behind it that has a value: one key is as likely as another, but for those
 * behind empty slots. 0: there is none near. It may be pending, and be replaced by now. The caller is pinned.
 */
export function sampleVersion(words: Words): number {
  const hash = Math.floor(Math.random() * 2 ** 32) | 0;
  const table = load(words, H_ROOT) * 4;
  const ref = sampleIn(words, table, hash);
  const next = load(words, table + T_NEXT) * 4;
  return ref !== 0 || next === 0 ? ref : sampleIn(words, next, hash);
}

function sampleIn(words: Words, table: number, hash: number): number {
  const mask = words[table + T_CAPACITY] - 1;
  const home = homeSlot(hash, words[table + T_SHIFT]);
  for (let i = home; i < home + REACH; i++) {
    const link = load(words, table + T_SLOTS + (i & mask) * SLOT_WORDS + 1);
    if (link !== 0 && (link & DEAD) === 0) return link & REF_MASK;
  }
  return 0;
}
