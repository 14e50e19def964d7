/**
 * The most entries of a map: who inserts one too many evicts another one.
 *
 * @module
 */

import { P_ENTRIES } from "../segment/layout.ts";
import { sumHints } from "../segment/participants.ts";
import { ANY_ENTRY } from "../table/eviction_rule.ts";
import type { Attachment, EntryKeeper } from "./attachment.ts";
import { BoundedEviction } from "./bounded_eviction.ts";

/**
 * Entries that go together, so that two of three insertions evict nothing, and that one takes a
 * bounded time. Of a small map they are fewer.
 */
const BATCH = 3;
const LEAST_BATCHES = 64;

/**
 * Keeps a map at its most entries, or a few less. While workers insert at the same time, each of
 * them may be one entry ahead; and what a worker did not come to evict before it died, or could
 * not, the next insertions do, a few entries each.
 */
export class EntryLimit implements EntryKeeper {
  readonly #attachment: Attachment;
  readonly #most: number;
  readonly #batch: number;
  readonly #eviction: BoundedEviction;

  constructor(attachment: Attachment) {
    const { segment: { mostEntries } } = attachment;
    this.#attachment = attachment;
    this.#most = mostEntries;
    this.#batch = Math.min(BATCH, Math.ceil(mostEntries / LEAST_BATCHES));
    // What an open snapshot shows is kept for it, and counts no more.
    this.#eviction = new BoundedEviction(attachment, ANY_ENTRY);
  }

  /** After an insertion: evicts if there are too many entries. */
  keep(): void {
    const { participant, segment: { words } } = this.#attachment;
    const over = sumHints(words, P_ENTRIES) - this.#most;
    if (over <= 0) return;
    participant.pin();
    try {
      this.#evict(Math.max(over, this.#batch));
    } finally {
      participant.unpin();
    }
  }

  #evict(count: number): void {
    const eviction = this.#eviction;
    if (eviction.evict(count, 0) === 0) eviction.evictAnywhere();
  }
}
