/**
 * Gaps: runs of empty slots, which a scan skips. Most slots are empty.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as slots from "./slot.ts";

// Constants of its own: `layout.ts` says why.
const { T_CAPACITY } = layout;
const { load } = access;
const { isEmpty, slotAt } = slots;

/**
 * The first place from `from` on, up to `to`, whose slot is not empty; `to` if all are. Places
 * count on behind the end of the table, and mean those at its beginning there.
 */
export function afterGap(
  words: Words,
  table: number,
  from: number,
  to: number,
): number {
  const mask = words[table + T_CAPACITY] - 1;
  for (let i = from; i < to; i++) {
    if (!isEmpty(load(words, slotAt(table, i & mask)))) return i;
  }
  return to;
}
