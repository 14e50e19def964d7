/**
 * The most entries of a map: who inserts one too many evicts another one.
 *
 * @module
 */

import { P_ENTRIES } from "../segment/layout.ts";
import { sumHints } from "../segment/participants.ts";
import { type Resident, residentAt } from "../table/resident.ts";
import { hasExpired, isTombstone } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { Candidates } from "./eviction_policy.ts";
import { Remover } from "./removal.ts";

const HASHES = 2 ** 32;
/**
 * Entries that go together, so that two of three insertions evict nothing, and that one takes a
 * bounded time. Of a small map they are fewer.
 */
const BATCH = 3;
const LEAST_BATCHES = 64;
/** Slots that are looked at where all choices were in vain. */
const MOST_SLOTS = 4096;
/** Choices of the policy for one insertion, each of which looks at a bounded number of slots. */
const MOST_CHOICES = 4;

/**
 * Keeps a map at its most entries, or a few less. While workers insert at the same time, each of
 * them may be one entry ahead; and what a worker did not come to evict before it died, or could
 * not, the next insertions do, a few entries each.
 */
export class EntryLimit {
  readonly #attachment: Attachment;
  readonly #most: number;
  readonly #batch: number;
  readonly #remover: Remover;
  readonly #candidates: Candidates;

  constructor(attachment: Attachment) {
    const { segment, table } = attachment;
    this.#attachment = attachment;
    this.#most = segment.mostEntries;
    this.#batch = Math.min(BATCH, Math.ceil(this.#most / LEAST_BATCHES));
    this.#remover = new Remover(attachment);
    this.#candidates = {
      segment,
      table,
      limit: HASHES,
      // What an open snapshot shows is kept for it, and counts no more.
      isEvictable: (ref) => !isTombstone(segment.words, ref),
    };
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

  /** Evicts so many entries; the next choice comes to something where another worker was faster. */
  #evict(count: number): void {
    const { evictionPolicy } = this.#attachment;
    let left = count;
    for (let i = 0; i < MOST_CHOICES && left > 0; i++) {
      if (this.#remove(evictionPolicy.choose(this.#candidates))) left--;
    }
    if (left === count) this.#evictAnywhere();
  }

  /**
   * Evicts one entry, wherever it is met first: in a table that is all but empty, choices by chance
   * may meet none.
   */
  #evictAnywhere(): void {
    const { segment: { words } } = this.#attachment;
    const resident: Resident = { ref: 0, hash: 0 };
    const start = Math.floor(Math.random() * HASHES);
    for (let i = 0; i < MOST_SLOTS; i++) {
      residentAt(words, start + i, resident);
      if (this.#remove(resident.ref)) return;
    }
  }

  /** Removes an entry by its version; 0: there is none. */
  #remove(ref: number): boolean {
    const { words } = this.#attachment.segment;
    if (ref === 0 || !this.#candidates.isEvictable(ref, 0)) return false;
    const cause = hasExpired(words, ref) ? "expired" : "evicted";
    return this.#remover.remove(ref, cause);
  }
}
