/**
 * Optimistic reads: reading without a pin.
 *
 * A pin costs an atomic write. An optimistic read writes nothing: it reads the era, then root, slot
 * and version, and then the era again. What it reached was not unlinked yet when it was reached. So
 * it was retired, if at all, with an era no smaller than the first one, and it is freed only by a
 * worker that saw an era two steps beyond that. If the second era is less than two steps from the
 * first, nothing that was read in between had been freed. Otherwise what was read may be anything,
 * and is thrown away.
 *
 * Until it is validated, nothing that was read is trusted: no loop is longer than a constant, or
 * than the key itself. Everything out of the ordinary (a move, a pending version, a long probe) is
 * left to a read with a pin.
 *
 * All this depends on the order of the reads: the first era; then everything else, down to the last
 * word of key and value; then the second era. So each of them is a `load`: a plain read might be
 * moved behind the second era, by the compiler or the processor. The worker that frees has read the
 * era by a `load`, too, and nobody writes to freed memory before that; no compiler and no processor
 * moves a write ahead of such a read. So a reader that sees what was written there also sees the
 * era that came before it.
 *
 * In the kernel a `load` is one instruction, and an optimistic read is worth its while even for a
 * participant that is pinned. In TypeScript each is a call, and it costs less to pin and to find.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as machine from "../segment/intrinsics.ts";
import * as access from "../segment/atomics.ts";
import type { KeyWords, Words } from "../segment/atomics.ts";
import * as slots from "./slot.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ERA,
  H_ROOT,
  KEY_MASK,
  T_SHIFT,
  V_HEADER_WORDS,
  V_KEY,
  V_STAMP,
} = layout;
const { load } = access;
const { isPairOf } = machine;
const {
  homePlace,
  isEmpty,
  isFrozen,
  isUnclaimed,
  isUnlinked,
  nextPlace,
  readLink,
  refOf,
  slotAt,
} = slots;
const { keyWords } = versions;

/** What an optimistic read does not decide. */
export const UNDECIDED = -1;

/** Slots that an optimistic read probes. */
const MOST_PROBES = 32;
/** Eras count in twos; what is retired in one is free two steps later. */
const TWO_STEPS = 4;

/** The era before an optimistic read. */
export function beginOptimisticRead(words: Words): number {
  return load(words, H_ERA);
}

/** Whether nothing that was read since `before` had been freed. */
export function validates(words: Words, before: number): boolean {
  return ((load(words, H_ERA) - before) >>> 0) < TWO_STEPS;
}

/**
 * The newest version of a key, 0 for none, or `UNDECIDED`; worth something only once it is
 * validated.
 *
 * Fast path of `find()` in table/table.ts: it needs no pin, and gives up where anything is out of
 * the ordinary. Kept alike by tests/table/slot_test.ts and tests/table/optimistic_read_test.ts.
 */
export function findOptimistically(
  words: Words,
  hash: number,
  key: KeyWords,
  info: number,
): number {
  const table = load(words, H_ROOT) * 4;
  const shift = load(words, table + T_SHIFT);
  const mask = -1 >>> shift; // one less than the capacity
  let place = homePlace(hash, shift);
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    const slot = slotAt(table, place);
    const there = load(words, slot);
    if (there === hash) {
      const link = readLink(words, slot);
      if (isUnlinked(link)) return 0;
      if (isFrozen(link)) return UNDECIDED; // or moved
      const ref = refOf(link);
      if (seemsOfKey(words, ref, key, info)) {
        return load(words, ref * 4 + V_STAMP) > 0 ? ref : UNDECIDED;
      }
    } else if (isUnclaimed(there)) {
      return isEmpty(there) ? 0 : UNDECIDED;
    }
    place = nextPlace(place, mask);
  }
  return UNDECIDED;
}

/**
 * Whether a version, which may be freed meanwhile, is of the key with these words.
 *
 * Fast path of `hasKey()` in table/version.ts: by reads that are in order, two words at a time.
 * Kept alike by tests/table/version_test.ts.
 */
export function seemsOfKey(
  words: Words,
  ref: number,
  key: KeyWords,
  info: number,
): boolean {
  const at = ref * 4;
  if ((load(words, at + V_KEY) & KEY_MASK) !== info) return false;
  const count = keyWords(info);
  const from = at + V_HEADER_WORDS;
  let i = 0;
  for (; i + 1 < count; i += 2) {
    if (!isPairOf(words, from + i, key, i)) return false;
  }
  return i === count || load(words, from + i) === key[i];
}
