/**
 * Reclaiming: what a write does that found no memory, or no slot. It goes through a list of
 * strategies until one may have freed something, and tries again. If that was not enough, it goes
 * on where it stopped.
 *
 * @module
 */

import type { Attachment } from "./attachment.ts";
import { ticker } from "./background.ts";
import { mapFull, refuseWhatNeverFits } from "./map_full.ts";
import {
  Progress,
  ReclaimContext,
  STRATEGIES,
  type Strategy,
} from "./reclaim_strategies.ts";
import type { Shortage } from "./shortage.ts";

/** Reclaims memory for the writes of one attachment. */
export class Reclaimer {
  readonly #context: ReclaimContext;
  readonly #strategies: readonly Strategy[];

  /**
   * @param attachment The worker's hold on the map.
   * @param strategies What it tries, in this order.
   */
  constructor(
    attachment: Attachment,
    strategies: readonly Strategy[] = STRATEGIES,
  ) {
    this.#context = new ReclaimContext(attachment);
    this.#strategies = strategies;
  }

  /**
   * Tries to free memory for a write that found none; the caller is between operations. Throws
   * `MapFullError` when nothing is left to try.
   *
   * @param shortage What the write was short of.
   * @param progress What came of the last call for the same write; nothing for the first one.
   * @returns What the next call for this write goes on from.
   */
  reclaimFor(
    shortage: Shortage,
    progress: Progress = new Progress(),
  ): Progress {
    const { segment } = this.#context.attachment;
    if (ticker.isResting) ticker.wake();
    const { before = 0, bytes } = shortage;
    refuseWhatNeverFits(segment, before + bytes);
    for (const strategy of this.#strategies) {
      if (this.#isWorthATry(strategy, shortage, progress)) {
        const tries = progress.triesOf(strategy);
        progress.count(strategy);
        if (strategy.run(this.#context, shortage, tries)) return progress;
      }
    }
    throw mapFull(segment, shortage.bytes);
  }

  #isWorthATry(
    strategy: Strategy,
    shortage: Shortage,
    progress: Progress,
  ): boolean {
    const { times = 1 } = strategy;
    if (progress.triesOf(strategy) >= times) return false;
    return strategy.applies?.(this.#context, shortage, progress) ?? true;
  }
}
