/**
 * Evicting a few entries in one call of the kernel: those that S3-FIFO chooses, where nothing is
 * out of the ordinary.
 *
 * Fast path of `BoundedEviction` in map/bounded_eviction.ts: the same choices, and the steps of
 * `fast_path.ts` for each. Kept alike by tests/map/entry_limit_test.ts and
 * tests/schedule/schedule_test.ts.
 *
 * @module
 */

import * as blocks from "../segment/free_list.ts";
import * as layout from "../segment/layout.ts";
import type { Words } from "../segment/atomics.ts";
import type { Rule } from "./eviction_rule.ts";
import * as fastPath from "./fast_path.ts";
import * as fifo from "./s3_fifo.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { P_DELETED } = layout;
const { blockRefs } = blocks;
const { DONE, evict } = fastPath;
const { choose } = fifo;
const { bytesOf } = versions;

/** Choices for one insertion, each of which looks at a bounded number of slots. */
export const MOST_CHOICES = 4;
/** The highest hash, as an unsigned number. */
const LAST_HASH = -1;

/**
 * Evicts until so many entries are gone, and their blocks have so many refs, or it has chosen too
 * often. The caller is pinned.
 *
 * @param words The segment.
 * @param base The record of the participant that evicts.
 * @param rule Which versions may go.
 * @param entries How many are enough.
 * @param refs And how much memory.
 * @returns How many are gone; the complement of that if the last one that was chosen is out of the
 * ordinary: its version then stands in the participant's record, where a delete puts it.
 */
export function evictSome(
  words: Words,
  base: number,
  rule: Rule,
  entries: number,
  refs: number,
): number {
  let gone = 0;
  let freed = 0;
  for (let i = 0; i < MOST_CHOICES; i++) {
    if (gone >= entries && freed >= refs) break;
    const ref = choose(words, base, LAST_HASH, rule);
    if (ref === 0) continue;
    if (evict(words, base, ref) !== DONE) {
      words[base + P_DELETED] = ref;
      return ~gone;
    }
    gone++;
    freed += blockRefs(words, bytesOf(words, ref));
  }
  return gone;
}
