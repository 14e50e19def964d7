/**
 * Trees: records of several blocks, which are retired as one and freed block by block.
 *
 * Each block, a *node*, says how many others hang from it, and names them. All of a tree was
 * unlinked in one step, with its root, so all of it has no reader left when the root has none. It
 * is freed from the leaves up, by no more blocks at a time than anything else in limbo: the queue
 * itself is the stack, with no more memory to be found and nothing of it outside of the segment.
 *
 * A node belongs to one tree and hangs from one node. A tree may hang from a version, too
 * (`table/structure.ts`): the first word of its nodes is negative.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";

// Constants of its own: `layout.ts` says why.
const {
  CHILDREN_MASK,
  N_BIRTH,
  N_CHILDREN,
  N_FIRST,
  N_REFS,
  P_LEAVING,
  P_LIMBO_HEAD,
  R_LINK,
  R_STAMP,
} = layout;
const { hint, own, poke } = access;

/** What the era of retirement lacks in the stamp of a tree: eras are odd. */
const ODD = 1;

/** The stamp of a tree that is retired in this era: none of a record of one block. */
export function treeStamp(era: number): number {
  return era & ~ODD;
}

/** Whether a stamp in limbo is that of a tree. */
export function isTreeStamp(stamp: number): boolean {
  return (stamp & ODD) === 0;
}

/** Whether a record in a queue is a node, and no version: the stamp of such a one is positive. */
export function isNode(words: Words, ref: number): boolean {
  return own(words, ref * 4 + N_CHILDREN) < 0;
}

/**
 * The stamp of the version that brought a node; 0: it is not known. Its writer may be about to
 * write it, or be dead.
 */
export function birthOf(words: Words, node: number): number {
  return hint(words, node * 4 + N_BIRTH);
}

/**
 * The refs that a node takes, with all that hangs from it: of one that is in no queue. Of one that
 * another worker has left out meanwhile it may be any number.
 */
export function treeRefs(words: Words, node: number): number {
  return own(words, node * 4 + N_REFS);
}

/** Says it of a new node. */
export function setTreeRefs(words: Words, node: number, refs: number): void {
  poke(words, node * 4 + N_REFS, refs);
}

/** Adds what hangs from a new node to what it takes by itself. */
export function addChildRefs(words: Words, node: number): void {
  const children = childrenOf(words, node);
  let refs = treeRefs(words, node);
  for (let i = 0; i < children; i++) {
    refs += treeRefs(words, childOf(words, node, i));
  }
  setTreeRefs(words, node, refs);
}

/** How many nodes hang from one, as long as it is retired: how many are yet to be freed. */
export function childrenOf(words: Words, node: number): number {
  return own(words, node * 4 + N_CHILDREN) & CHILDREN_MASK;
}

/** One of the nodes that hang from another one. */
export function childOf(words: Words, node: number, index: number): number {
  return own(words, node * 4 + N_FIRST + index);
}

/**
 * Puts the last child of the first record in limbo in front of it, and the last child of that, and
 * so on; returns the node that is first then, from which nothing hangs. That may be stopped after
 * any step: `finishDescent` then ends the one that was under way.
 */
export function descend(words: Words, base: number, first: number): number {
  let node = first;
  let children = childrenOf(words, node);
  while (children > 0) {
    const child = childOf(words, node, children - 1);
    poke(words, child * 4 + R_STAMP, own(words, node * 4 + R_STAMP));
    poke(words, child * 4 + R_LINK, node);
    poke(words, base + P_LIMBO_HEAD, child); // by this step it is there
    dropLast(words, node);
    node = child;
    children = childrenOf(words, node);
  }
  return node;
}

/** The last child is in limbo by itself, or freed. */
function dropLast(words: Words, node: number): void {
  const index = node * 4 + N_CHILDREN;
  poke(words, index, own(words, index) - 1);
}

/**
 * Notes that a tree goes from one queue to another, as the participant with this record: so that
 * not all of it is lost with that. Any other record that is lost is one block.
 */
export function beginTreeMove(words: Words, base: number, root: number): void {
  poke(words, base + P_LEAVING, -root);
}

/** It has come there. */
export function endTreeMove(words: Words, base: number): void {
  poke(words, base + P_LEAVING, 0);
}

/** Ends a step of `descend`: the first in limbo is at the same time a child of the second. */
export function finishDescent(words: Words, base: number): void {
  const first = own(words, base + P_LIMBO_HEAD);
  if (first === 0) return;
  const node = own(words, first * 4 + R_LINK);
  if (node === 0 || !isTreeStamp(own(words, node * 4 + R_STAMP))) return;
  const children = childrenOf(words, node);
  if (children > 0 && childOf(words, node, children - 1) === first) {
    dropLast(words, node);
  }
}
