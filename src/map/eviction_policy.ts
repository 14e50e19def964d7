/**
 * Eviction policies: which entries go when a map that evicts is full. How they go is not their
 * concern, see `eviction.ts`.
 *
 * A policy is handed in when a worker attaches, and serves that worker alone. What policies have to
 * remember together belongs into the map's memory.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import type { Rule } from "../table/eviction_rule.ts";
import type { Table } from "../table/table.ts";

/** What a policy chooses from. */
export interface Candidates {
  readonly segment: Segment;
  readonly table: Table;
  /**
   * The entry should be one of a hash below this, as an unsigned number: what has a larger one may
   * be kept by a dump that has yet to pass it.
   */
  readonly limit: number;
  /**
   * Whether a newest version, of a key with this hash, is that of an entry whose memory would come
   * free. Settles it.
   */
  readonly isEvictable: Rule;
  /** The same as the kernel knows it, by its number in `table/eviction_rule.ts`, if it does. */
  readonly rule?: number;
}

/** Chooses the entries that are evicted. */
export interface EvictionPolicy {
  /**
   * The newest version of the entry that should go next, an evictable one. 0: none was met; after
   * some calls in a row that find none, entries go that are met anywhere. The caller is pinned, and
   * evicts the entry before it calls again, unless another worker was faster. It looks at a
   * bounded number of slots, whatever stands there.
   */
  choose(candidates: Candidates): number;
  /** Whether `table/fast_eviction.ts` chooses in the same way; by default it does not. */
  readonly hasFastPath?: boolean;
  /**
   * Hears of each change that the caller of the map made in this worker to the entry of a key with
   * this hash, after it was made; not of what is restored from disk. May be absent: then nobody is
   * called.
   */
  onChange?(hash: number): void;
  /** The same of the changes that brought an entry where there was none; after `onChange`. */
  onInsert?(hash: number): void;
}
