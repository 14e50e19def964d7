/**
 * Seeking: where a write of a key belongs, in one table, whether that moves or not. `table/slot.ts`
 * says what each slot means to a writer.
 *
 * Beside a move, what keeps a key in one place is this: a writer goes to the next table only when
 * the slot of the key says MOVED, or the slot that its probe ends on is shut.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";
import * as moves from "./move.ts";
import * as pruning from "./prune.ts";
import * as slots from "./slot.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { T_CAPACITY, T_SHIFT } = layout;
const { giveUpUnlinked, moveSlots } = moves;
const { prune } = pruning;
const {
  closeEmpty,
  homePlace,
  isClosed,
  isEmpty,
  isFrozen,
  isMoved,
  isUnlinked,
  nextPlace,
  readHash,
  readLink,
  refOf,
  slotAt,
} = slots;
const { hasKeyAt, settle } = versions;

/** The key is not in this table, nor may it come here: go on in the next one. */
export const ONWARD = -1;
/** The same, as the table has no empty slot. */
export const NO_PLACE = -4;
/** The version that the slot leads to is part of a transaction, whose record has to be resolved. */
export const UNRESOLVED = -2;
/** A slot could not be moved, as the next table is full: its permits rule that out. */
export const NEXT_IS_FULL = -3;

// What the last seek ended on that found a version, or a place. The kernel has such words of its
// own.
let slotThere = 0;
let hashThere = 0;
let linkThere = 0;

/** The slot that the last seek ended on. */
export function soughtSlot(): number {
  return slotThere;
}

/** Whether that slot was empty: it has to be claimed. */
export function soughtIsEmpty(): boolean {
  return isEmpty(hashThere);
}

/** What the last seek found linked there; 0: nothing, so far. */
export function soughtLink(): number {
  return linkThere;
}

/**
 * Seeks a key in a table, to write it: its newest version, settled and pruned; 0: it has none, and
 * is to be inserted in the slot that is there; else a code. A writer that knows that the table is
 * being moved (`isMoving`) ends on no open slot: it shuts the one that it finds if it is to insert.
 * Lock-free; the caller is pinned and in a section.
 *
 * @param key Where the words of the key are, from the index `from` on.
 */
export function seekIn(
  words: Words,
  base: number,
  table: number,
  hash: number,
  key: KeyWords,
  from: number,
  info: number,
  toInsert: boolean,
  isMoving: boolean,
): number {
  const mask = words[table + T_CAPACITY] - 1;
  let place = homePlace(hash, words[table + T_SHIFT]);
  let moving = isMoving;
  for (let probes = 0; probes <= mask;) {
    const slot = slotAt(table, place);
    const there = readHash(words, slot);
    if (there === hash) {
      const link = readLink(words, slot);
      if (isMoved(link)) {
        moving = true; // it may have been the key's
      } else if (isUnlinked(link)) {
        if (!moving) return endOn(slot, there, 0);
        if (!toInsert) return ONWARD;
        if (giveUpUnlinked(words, base, table, slot)) return ONWARD;
        continue; // linked meanwhile: look again
      } else if (hasKeyAt(words, refOf(link), key, from, info)) {
        if (isFrozen(link)) {
          return moveSlots(words, base, table, slot, 1) ? ONWARD : NEXT_IS_FULL;
        }
        const ref = refOf(link);
        endOn(slot, there, link);
        if (settle(words, ref) < 0) return UNRESOLVED;
        prune(words, base, ref, hash);
        return ref;
      }
    } else if (isEmpty(there)) {
      if (!moving) return endOn(slot, there, 0);
      if (!toInsert) return ONWARD;
      if (closeEmpty(words, slot)) return ONWARD;
      continue; // claimed meanwhile: look again
    } else if (isClosed(there)) {
      return ONWARD;
    }
    place = nextPlace(place, mask);
    probes++;
  }
  return NO_PLACE;
}

function endOn(slot: number, hash: number, link: number): number {
  slotThere = slot;
  hashThere = hash;
  linkThere = link;
  return 0;
}
