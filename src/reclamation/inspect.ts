/**
 * The inspection of what waits in the participants' queues: see `segment/inspect.ts`.
 *
 * @module
 */

import { type BlockInspection, forEachRecord } from "../segment/inspect.ts";
import { P_HELD_HEAD, P_LIMBO_HEAD } from "../segment/layout.ts";

/** How many records wait in all queues. */
export interface QueueFigures {
  /** Unlinked, until no reader is left. */
  retired: number;
  /** Versions that open snapshots need. */
  held: number;
}

/** Claims what was retired, and what is held. */
export function inspectQueues(blocks: BlockInspection): QueueFigures {
  const { words } = blocks.segment;
  const figures = { retired: 0, held: 0 };
  forEachRecord(words, (base, slot) => {
    const limbo = words[base + P_LIMBO_HEAD];
    figures.retired += blocks.claimList(limbo, `limbo of ${slot}`, "retired");
    const held = words[base + P_HELD_HEAD];
    figures.held += blocks.claimList(held, `held by ${slot}`, "held");
  });
  return figures;
}
