/**
 * The most entries of a map: who inserts one too many evicts another one.
 *
 * @module
 */

import { P_ENTRIES } from "../segment/layout.ts";
import { sumHints } from "../segment/participants.ts";
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
    const { evictionPolicy, segment: { words } } = this.#attachment;
    for (let i = 0; i < MOST_CHOICES && count > 0; i++) {
      const ref = evictionPolicy.choose(this.#candidates);
      if (ref === 0) continue;
      const cause = hasExpired(words, ref) ? "expired" : "evicted";
      if (this.#remover.remove(ref, cause)) count--;
    }
  }
}
