/**
 * Evicting a few entries after an insertion, in bounded time: they make the place for the next
 * insertions, so that these need not wait for it.
 *
 * @module
 */

import { bytesOf, hasExpired } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { Candidates } from "./eviction_policy.ts";
import { Remover } from "./removal.ts";

const HASHES = 2 ** 32;
/** Choices of the policy for one insertion, each of which looks at a bounded number of slots. */
const MOST_CHOICES = 4;

/** Evicts a few entries at a time. */
export class BoundedEviction {
  readonly #attachment: Attachment;
  readonly #remover: Remover;
  readonly #candidates: Candidates;
  /** What was evicted by the last call of `evict`, and since: entries, and their bytes. */
  entries = 0;
  bytes = 0;

  /**
   * @param attachment The worker's hold on the map.
   * @param isEvictable Which versions may go: see `Candidates`.
   */
  constructor(attachment: Attachment, isEvictable: Candidates["isEvictable"]) {
    const { segment, table } = attachment;
    this.#attachment = attachment;
    this.#remover = new Remover(attachment);
    this.#candidates = { segment, table, limit: HASHES, isEvictable };
  }

  /**
   * Evicts what the policy chooses, until that is enough, or it has chosen too often; the next
   * choice comes to something where another worker was faster. The caller is pinned.
   */
  evict(isEnough: () => boolean): void {
    this.entries = 0;
    this.bytes = 0;
    const { evictionPolicy } = this.#attachment;
    for (let i = 0; i < MOST_CHOICES && !isEnough(); i++) {
      const ref = evictionPolicy.choose(this.#candidates);
      if (ref !== 0) this.remove(ref);
    }
  }

  /** Evicts an entry by its version; says whether it was still there. The caller is pinned. */
  remove(ref: number): boolean {
    const { words } = this.#attachment.segment;
    const cause = hasExpired(words, ref) ? "expired" : "evicted";
    const size = bytesOf(words, ref);
    if (!this.#remover.remove(ref, cause)) return false;
    this.entries++;
    this.bytes += size;
    return true;
  }
}
