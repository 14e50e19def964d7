/**
 * Samples: versions from random places of the table.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import { hint, load, type Words } from "../segment/atomics.ts";
import { homePlace, readLink, slotAt, valueRefOf } from "./slot.ts";

const { H_ROOT, T_CAPACITY, T_NEXT, T_SHIFT } = layout;

/** Random slots that are tried for one that has a value. */
const TRIES = 32;
/** Slots behind it that are read for more, or for any if all tries were in vain. */
const REACH = 128;

/** What was met: versions, and the hashes of their keys. */
export interface Sample {
  readonly refs: number[];
  readonly hashes: number[];
}

/**
 * Puts the newest version of a random key into the sample, and those of the keys behind it, up to
 * `count` in all. They may be pending, and be replaced by now. There is none if the table is all
 * but empty, or has just moved on. The caller is pinned.
 *
 * A slot without a value is given up for another random one, not for the next one that has a value.
 * Otherwise as much would be taken from a sparse part of the table as from a dense one, and what is
 * dense by chance would become denser.
 *
 * @param hashes The first key is one of the hashes, as unsigned numbers, below this.
 */
export function sampleVersions(
  words: Words,
  count: number,
  sample: Sample,
  hashes: number = 2 ** 32,
): void {
  sample.refs.length = 0;
  sample.hashes.length = 0;
  let hash = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    hash = Math.floor(Math.random() * hashes) | 0;
    const table = tableWith(words, hash);
    if (table !== 0) return collect(words, table, hash, count, sample);
  }
  const root = load(words, H_ROOT) * 4;
  collect(words, root, hash, count, sample);
  const next = load(words, root + T_NEXT) * 4;
  if (next !== 0) collect(words, next, hash, count, sample);
}

/**
 * The table whose home slot for a hash has a value: the root, or the next one; 0 if it is neither.
 */
function tableWith(words: Words, hash: number): number {
  const root = load(words, H_ROOT) * 4;
  if (versionIn(words, root, homeIn(words, root, hash)) !== 0) return root;
  const next = load(words, root + T_NEXT) * 4;
  if (next === 0) return 0;
  return versionIn(words, next, homeIn(words, next, hash)) === 0 ? 0 : next;
}

/** Adds the versions in the slots from a hash's home on, until there are `count`. */
function collect(
  words: Words,
  table: number,
  hash: number,
  count: number,
  { refs, hashes }: Sample,
): void {
  const home = homeIn(words, table, hash);
  for (let i = home; i < home + REACH && refs.length < count; i++) {
    const ref = versionIn(words, table, i);
    if (ref === 0) continue;
    refs.push(ref);
    hashes.push(hint(words, slotRound(words, table, i)));
  }
}

function homeIn(words: Words, table: number, hash: number): number {
  return homePlace(hash, words[table + T_SHIFT]);
}

/** The newest version at a place, if it has a value; else 0. */
function versionIn(words: Words, table: number, place: number): number {
  return valueRefOf(readLink(words, slotRound(words, table, place)));
}

/** The slot at a place, which may lie behind the end of the table: then it is at its beginning. */
function slotRound(words: Words, table: number, place: number): number {
  return slotAt(table, place & (words[table + T_CAPACITY] - 1));
}
