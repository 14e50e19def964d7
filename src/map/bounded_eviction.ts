/**
 * Evicting a few entries after an insertion, in bounded time: they make the place for the next
 * insertions, so that these need not wait for it.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as blocks from "../segment/free_list.ts";
import * as rules from "../table/eviction_rule.ts";
import * as eviction from "../table/fast_eviction.ts";
import * as residents from "../table/resident.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { Candidates } from "./eviction_policy.ts";
import { Remover } from "./removal.ts";

// Constants of its own: `layout.ts` says why.
const { P_DELETED } = layout;
const { blockRefs } = blocks;
const { ruleFor } = rules;
const { MOST_CHOICES } = eviction;
const { residentAt } = residents;
const { bytesOf, hasExpired, isTombstone } = versions;

const HASHES = 2 ** 32;
/** Slots that are looked at where all choices were in vain. */
const MOST_SLOTS = 4096;

/** Evicts a few entries at a time. */
export class BoundedEviction {
  readonly #attachment: Attachment;
  readonly #remover: Remover;
  readonly #candidates: Candidates & { readonly rule: number };
  /** Whether what the policy chooses can be evicted by the fast path. */
  readonly #isFast: boolean;
  /** What was evicted since the last call of `evict` began: entries, and refs of their blocks. */
  #entries = 0;
  #refs = 0;

  /**
   * @param attachment The worker's hold on the map.
   * @param rule Which versions may go, by its number in `table/eviction_rule.ts`.
   */
  constructor(attachment: Attachment, rule: number) {
    const { evictionPolicy, segment, table } = attachment;
    this.#attachment = attachment;
    this.#isFast = evictionPolicy.hasFastPath === true;
    this.#remover = new Remover(attachment);
    const isEvictable = ruleFor(segment.words, rule);
    this.#candidates = { segment, table, limit: HASHES, isEvictable, rule };
  }

  /**
   * Evicts what the policy chooses, until so many entries are gone, and their blocks have so many
   * refs, or it has chosen too often; the next choice comes to something where another worker was
   * faster. Returns how many are gone. The caller is pinned.
   *
   * Has a fast path, table/fast_eviction.ts. Kept alike by tests/map/entry_limit_test.ts and
   * tests/schedule/schedule_test.ts.
   */
  evict(entries: number, refs: number): number {
    this.#entries = 0;
    this.#refs = 0;
    const { evictionPolicy, removalListeners } = this.#attachment;
    const isDone = this.#isFast && removalListeners.size === 0 &&
      this.#evictFast(entries, refs);
    for (let i = 0; i < MOST_CHOICES && !isDone; i++) {
      if (this.#entries >= entries && this.#refs >= refs) break;
      const ref = evictionPolicy.choose(this.#candidates);
      if (ref !== 0) this.remove(ref);
    }
    return this.#entries;
  }

  /**
   * The same in one call; false if something was out of the ordinary. Then the refs of what is gone
   * by then do not count, and a few more may go.
   */
  #evictFast(entries: number, refs: number): boolean {
    const { fastPath, participant: { base }, segment } = this.#attachment;
    const { rule } = this.#candidates;
    const outcome = fastPath.evictSome(base, rule, entries, refs);
    this.#entries = outcome < 0 ? ~outcome : outcome;
    this.#remover.noteEvicted(this.#entries);
    if (outcome >= 0) return true;
    this.remove(segment.words[base + P_DELETED]);
    return false;
  }

  /** Evicts an entry by its version; says whether it was still there. The caller is pinned. */
  remove(ref: number): boolean {
    const { words } = this.#attachment.segment;
    const cause = hasExpired(words, ref) ? "expired" : "evicted";
    const size = blockRefs(words, bytesOf(words, ref));
    if (!this.#remover.remove(ref, cause)) return false;
    this.#entries++;
    this.#refs += size;
    return true;
  }

  /**
   * Evicts one entry, wherever it is met first: in a table that is all but empty, choices by chance
   * may meet none. False: it met none. The caller is pinned.
   */
  evictAnywhere(): boolean {
    const { segment: { words } } = this.#attachment;
    const start = Math.floor(Math.random() * HASHES);
    for (let i = 0; i < MOST_SLOTS; i++) {
      const ref = residentAt(words, start + i);
      if (ref === 0 || isTombstone(words, ref)) continue;
      if (this.remove(ref)) return true;
    }
    return false;
  }
}
