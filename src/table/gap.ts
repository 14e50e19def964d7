/**
 * Gaps: runs of slots that are empty. A scan through a table passes most of its slots so.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const { EMPTY, SLOT_WORDS, T_CAPACITY, T_SLOTS } = layout;
const { load } = access;

/**
 * The first place from `from` on, up to `to`, whose slot is not empty; `to` if all are. Places count on behind the end of the table:
 * there they are those at its beginning.
 */
export function afterGap(
  words: Words,
  table: number,
  from: number,
  to: number,
): number {
  const slots = table + T_SLOTS;
  const mask = words[table + T_CAPACITY] - 1;
  for (let i = from; i < to; i++) {
    if (load(words, slots + (i & mask) * SLOT_WORDS) !== EMPTY) return i;
  }
  return to;
}
