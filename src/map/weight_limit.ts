/**
 * The most that all entries of a map weigh together: a write that makes them heavier evicts others.
 *
 * @module
 */

import { P_WEIGHT } from "../segment/layout.ts";
import { sumHints } from "../segment/participants.ts";
import { ANY_ENTRY } from "../table/eviction_rule.ts";
import type { Attachment, WeightKeeper } from "./attachment.ts";
import { BoundedEviction } from "./bounded_eviction.ts";

/** What one write evicts: it may have to be many light entries for a heavy one. */
const MOST_EVICTED = 64;

/**
 * Keeps what the entries of a map weigh within its limit. While workers write at the same time,
 * each of them may be one write ahead; and what a worker did not come to evict before it died, or
 * what was too much for one write, the next writes do.
 */
export class WeightLimit implements WeightKeeper {
  readonly #attachment: Attachment;
  readonly #most: number;
  readonly #eviction: BoundedEviction;

  constructor(attachment: Attachment) {
    const { segment: { mostWeight } } = attachment;
    this.#attachment = attachment;
    this.#most = mostWeight;
    // What an open snapshot shows is kept for it, and weighs no more.
    this.#eviction = new BoundedEviction(attachment, ANY_ENTRY);
  }

  /** After a write: evicts if the entries weigh too much. */
  keep(): void {
    if (this.#weight() <= this.#most) return;
    const { participant } = this.#attachment;
    participant.pin();
    try {
      for (let i = 0; i < MOST_EVICTED && this.#weight() > this.#most; i++) {
        if (!this.#evictOne()) return;
      }
    } finally {
      participant.unpin();
    }
  }

  #evictOne(): boolean {
    const eviction = this.#eviction;
    return eviction.evict(1, 0) > 0 || eviction.evictAnywhere();
  }

  /**
   * Evicts until the entries weigh no more than they may, however many that are, or another worker
   * has to go on with it.
   */
  keepAll(): void {
    let before = Infinity;
    for (
      let weight = this.#weight();
      weight > this.#most && weight < before;
      weight = this.#weight()
    ) {
      before = weight;
      this.keep();
    }
  }

  #weight(): number {
    return sumHints(this.#attachment.segment.words, P_WEIGHT);
  }
}
