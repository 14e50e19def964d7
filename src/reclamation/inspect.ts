/**
 * The inspection of what waits in the participants' queues, and of trees: see `segment/inspect.ts`.
 *
 * @module
 */

import {
  type BlockInspection,
  forEachRecord,
  type Use,
} from "../segment/inspect.ts";
import {
  P_HELD_HEAD,
  P_LIMBO_HEAD,
  R_LINK,
  R_STAMP,
} from "../segment/layout.ts";
import { namedRoots } from "../segment/roots.ts";
import { childOf, childrenOf, isTreeStamp } from "./tree.ts";

/** How many records wait in all queues: a tree is one. */
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
    figures.retired += claimLimbo(blocks, limbo, `limbo of ${slot}`);
    const held = words[base + P_HELD_HEAD];
    figures.held += blocks.claimList(held, `held by ${slot}`, "held");
  });
  return figures;
}

/** Claims what hangs from named roots. */
export function inspectRoots(blocks: BlockInspection): void {
  for (const root of namedRoots(blocks.segment.words)) {
    claimTree(blocks, root, "a named root", "tree");
  }
}

function claimLimbo(
  blocks: BlockInspection,
  head: number,
  owner: string,
): number {
  const { words } = blocks.segment;
  let count = 0;
  for (let ref = head; ref !== 0; ref = words[ref * 4 + R_LINK]) {
    const isClaimed = isTreeStamp(words[ref * 4 + R_STAMP])
      ? claimTree(blocks, ref, owner, "retired")
      : blocks.claim(ref, owner, "retired");
    if (!isClaimed) break;
    count++;
  }
  return count;
}

/** Claims a node and all that hangs from it; false: that is no node, or another's. */
function claimTree(
  blocks: BlockInspection,
  root: number,
  owner: string,
  use: Use,
): boolean {
  const { words } = blocks.segment;
  if (!blocks.claim(root, owner, use)) return false;
  const nodes = [root];
  for (let node; (node = nodes.pop()) !== undefined;) {
    for (let i = 0; i < childrenOf(words, node); i++) {
      const child = childOf(words, node, i);
      if (blocks.claim(child, owner, use)) nodes.push(child);
    }
  }
  return true;
}
