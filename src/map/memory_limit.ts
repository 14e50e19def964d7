/**
 * The memory of a map that evicts: who inserts while the entries take about as much as fits evicts
 * others, so that memory is free before a write needs it. A write that finds none has to evict many
 * at once, and to wait until nobody reads them any more.
 *
 * How much fits depends on the sizes of the entries, on the table, and on what waits for its
 * readers. So it is learned: a write that found no memory lowers the limit to a little less than
 * the entries take then, and insertions raise it again, slowly. The limit is one word for all
 * workers. It is a hint, read and written plainly: as long as it is too high, writes find no memory
 * now and then; as long as it is too low, more is evicted than need be.
 *
 * @module
 */

import { H_LIVE_LIMIT, P_LIVE_REFS, REF_MASK } from "../segment/layout.ts";
import { hint, poke, type Words } from "../segment/atomics.ts";
import { sumHints } from "../segment/participants.ts";
import { FREES_MEMORY } from "../table/eviction_rule.ts";
import type { Attachment, EntryKeeper } from "./attachment.ts";
import { BoundedEviction } from "./bounded_eviction.ts";

/** Entries that go together, so that most insertions evict nothing. */
const BATCH = 3;
/** The share of the entries' memory by which the limit is lowered. */
const LOWERED_SHARE = 1 / 64;
/** Insertions of a worker between two of its raises of the limit, and by which share that is. */
const INSERTIONS_PER_RAISE = 64;
const RAISED_SHARE = 2 ** -16;

/** Keeps the entries of a map within the memory that fits. */
export class MemoryLimit implements EntryKeeper {
  readonly #attachment: Attachment;
  readonly #eviction: BoundedEviction;
  #untilRaise = INSERTIONS_PER_RAISE;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#eviction = new BoundedEviction(attachment, FREES_MEMORY);
  }

  /** After an insertion: evicts if the entries take more than fits. */
  keep(): void {
    const { participant, segment: { words } } = this.#attachment;
    const limit = hint(words, H_LIVE_LIMIT);
    if (limit === 0) return;
    this.#raise(limit);
    const over = sumHints(words, P_LIVE_REFS) - limit;
    if (over <= 0) return;
    participant.pin();
    try {
      this.#eviction.evict(BATCH, over);
    } finally {
      participant.unpin();
    }
  }

  #raise(limit: number): void {
    if (--this.#untilRaise > 0) return;
    this.#untilRaise = INSERTIONS_PER_RAISE;
    const raised = limit + Math.ceil(limit * RAISED_SHARE);
    poke(
      this.#attachment.segment.words,
      H_LIVE_LIMIT,
      Math.min(raised, REF_MASK),
    );
  }
}

/** Lowers the limit, when a write has found no memory though the entries were within it. */
export function lowerMemoryLimit(words: Words): void {
  const live = sumHints(words, P_LIVE_REFS);
  const lowered = Math.max(1, Math.floor(live * (1 - LOWERED_SHARE)));
  const limit = hint(words, H_LIVE_LIMIT);
  // If they take less than that by far, it was memory that is not free yet.
  if (limit === 0 || lowered < limit && live > limit * (1 - LOWERED_SHARE)) {
    poke(words, H_LIVE_LIMIT, lowered);
  }
}
