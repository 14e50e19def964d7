/**
 * Glancing: reading without a pin, where the processor allows it.
 *
 * A pin costs an atomic write. A glance writes nothing: it notes the epoch, reads root, slot and version, and notes the epoch
 * again. Whatever it could reach was not yet unlinked when it was reached, so it was retired, if at all, with an epoch no
 * smaller than the first; and it is freed only by somebody who saw an epoch two steps beyond that. So if the second
 * epoch is less than two steps from the first, nothing that was read in between had been freed. Else what was read may be
 * anything, and is thrown away.
 *
 * Until it is confirmed, what a glance reads is not believed: no loop is longer than a constant or the key itself, and an
 * index out of bounds reads as nothing. Everything out of the ordinary (a migration, a pending version, a long probe) is
 * left to the pinned path.
 *
 * It needs loads to stay in order, the last one included, which `load` promises on x86-64 only: see `segment/words.ts`.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/words.ts";
import type { KeyWords, Words } from "../segment/words.ts";
import * as hashing from "./hash.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  EMPTY,
  FROZEN,
  H_EPOCH,
  H_ROOT,
  MOVED,
  REF_MASK,
  SLOT_WORDS,
  T_CAPACITY,
  T_SHIFT,
  T_SLOTS,
  V_STAMP,
} = layout;
const { load, peek } = access;
const { homeSlot } = hashing;
const { hasKey } = versions;

/** What a glance does not decide. */
export const UNDECIDED = -1;

/** Slots that a glance looks at. */
const MOST_PROBES = 32;
/** Epochs count in twos; what is retired in one is free two steps later. */
const TWO_STEPS = 4;

/** The epoch before a glance. */
export function beforeGlance(words: Words): number {
  return load(words, H_EPOCH);
}

/** Whether all that was read since `before` was there to be read. */
export function confirms(words: Words, before: number): boolean {
  return ((load(words, H_EPOCH) - before) >>> 0) < TWO_STEPS;
}

/** The newest version of a key, 0 for none, or `UNDECIDED`; worth something only once it is confirmed. */
export function glance(
  words: Words,
  hash: number,
  key: KeyWords,
  info: number,
): number {
  const table = load(words, H_ROOT) * 4;
  const slots = table + T_SLOTS;
  const mask = words[table + T_CAPACITY] - 1;
  let i = homeSlot(hash, words[table + T_SHIFT]);
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    const slot = slots + i * SLOT_WORDS;
    const there = load(words, slot);
    if (there === hash) {
      const link = load(words, slot + 1);
      if (link === 0) return 0;
      if (link === MOVED || (link & FROZEN) !== 0) return UNDECIDED;
      const ref = link & REF_MASK;
      if (hasKey(words, ref, key, info)) {
        return peek(words, ref * 4 + V_STAMP) > 0 ? ref : UNDECIDED;
      }
    } else if ((there & ~1) === EMPTY) { // empty, or closed
      return there === EMPTY ? 0 : UNDECIDED;
    }
    i = (i + 1) & mask;
  }
  return UNDECIDED;
}
