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
  P_SUBSCRIPTIONS,
  R_LINK,
  R_STAMP,
} from "../segment/layout.ts";
import { namedRoots } from "../segment/roots.ts";
import { newestMessage } from "./inbox.ts";
import { isHeldTree } from "./limbo.ts";
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
    figures.retired += claimQueue(blocks, limbo, `limbo of ${slot}`, "retired");
    const held = words[base + P_HELD_HEAD];
    figures.held += claimQueue(blocks, held, `held by ${slot}`, "held");
  });
  return figures;
}

/** Claims what hangs from named roots. */
export function inspectRoots(blocks: BlockInspection): void {
  for (const root of namedRoots(blocks.segment.words)) {
    claimTree(blocks, root, "a named root", "tree");
  }
}

/** Claims the messages in inboxes, and what says which ones their owners want. */
export function inspectInboxes(blocks: BlockInspection): void {
  const { words } = blocks.segment;
  forEachRecord(words, (base, slot) => {
    const block = words[base + P_SUBSCRIPTIONS];
    if (block !== 0) blocks.claim(block, `subscriptions of ${slot}`, "tree");
    const newest = newestMessage(words, slot);
    if (newest !== 0) claimTree(blocks, newest, `inbox of ${slot}`, "tree");
  });
}

function claimQueue(
  blocks: BlockInspection,
  head: number,
  owner: string,
  use: "held" | "retired",
): number {
  const { words } = blocks.segment;
  let count = 0;
  for (let ref = head; ref !== 0; ref = words[ref * 4 + R_LINK]) {
    const stamp = words[ref * 4 + R_STAMP];
    const isTree = use === "held" ? isHeldTree(stamp) : isTreeStamp(stamp);
    const isClaimed = isTree
      ? claimTree(blocks, ref, owner, use)
      : blocks.claim(ref, owner, use);
    if (!isClaimed) break;
    count++;
  }
  return count;
}

/** Claims a node and all that hangs from it; false: that is no node, or another's. */
export function claimTree(
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
