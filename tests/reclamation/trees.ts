/**
 * Trees to be retired: nodes with nothing in them but those that hang from them.
 *
 * @module
 */
import type { Participant } from "../../src/reclamation/participant.ts";
import { poke } from "../../src/segment/atomics.ts";
import {
  N_CHILDREN,
  N_FIRST,
  P_HAND,
  REF_BYTES,
} from "../../src/segment/layout.ts";

/** A tree in private memory. */
export interface Tree {
  readonly root: number;
  /** How many nodes it has, and what they take. */
  readonly nodes: number;
  readonly refs: number;
}

/** What is above the number of children in the first word belongs to the kind of a node. */
const KIND = 0x7fff0000 | 0;

/**
 * Grows a tree of so many levels below its root. Each node takes at least so many bytes, and each
 * above the lowest level has so many children.
 */
export function growTree(
  by: Participant,
  levels: number,
  children: number,
  bytes = 40,
): Tree {
  const { words } = by.segment;
  const below = levels === 0
    ? []
    : Array.from({ length: children }, () =>
      growTree(by, levels - 1, children, bytes));
  const size = Math.max(bytes, (N_FIRST + below.length) * 4);
  const root = by.allocator.allocate(size);
  if (root === 0) throw new Error("there is no memory for a node");
  poke(words, by.base + P_HAND, 0);
  words[root * 4 + N_CHILDREN] = KIND | below.length;
  words[root * 4 + 1] = 0;
  below.forEach((child, i) => words[root * 4 + N_FIRST + i] = child.root);
  const sum = (of: "nodes" | "refs") =>
    below.reduce((sum, tree) => sum + tree[of], 0);
  const refs = Math.max(
    by.allocator.runRefs(root),
    Math.ceil(size / REF_BYTES),
  );
  return { root, nodes: 1 + sum("nodes"), refs: refs + sum("refs") };
}
