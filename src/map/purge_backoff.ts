/**
 * Purging with a back-off: a map that is full of live entries has a few tombstones at any time, and
 * to drop them each time would move its table at every write.
 *
 * @module
 */

import type { Attachment } from "./attachment.ts";
import { purge } from "./purge.ts";

/** Writes that skip the purge, at most, after several purges in a row left memory short. */
const MOST_SKIPPED = 64;

/** Drops tombstones for the writes of one attachment. */
export class PurgeBackoff {
  readonly #attachment: Attachment;
  #toSkip = 0;
  #interval = 1;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /**
   * Drops tombstones if there are many; if the memory that is kept for tombstones is used up, also
   * a few, but twice as seldom each time that it stays so.
   */
  purge(): void {
    const attachment = this.#attachment;
    const { participant: { allocator }, table: { resizer } } = attachment;
    const low = allocator.limits.isLow();
    const hasMany = () => attachment.pinned(() => resizer.wouldPurge());
    if (low && this.#toSkip > 0 && !hasMany()) {
      this.#toSkip--;
      return;
    }
    purge(attachment, low ? 1 : undefined);
    this.#interval = allocator.limits.isLow()
      ? Math.min(MOST_SKIPPED, 2 * this.#interval)
      : 1;
    this.#toSkip = this.#interval - 1;
  }
}
