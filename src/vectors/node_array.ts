/**
 * Arrays of nodes: from a number to a node, from 0 up without a gap.
 *
 * A tree whose inner nodes, the *branches*, have up to 64 children, all full but the last of each
 * level. How high it is follows from how many nodes it has. A change copies the branches on the way
 * to it, once in a draft; what becomes of the node itself is the caller's affair.
 *
 * ```text
 * word 0      children (16 bits) | BRANCH
 * word 1      birth
 * words 2, 3  of queues
 * then        the children, refs
 * ```
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import { type ListDraft, NO_ROOM } from "../store/tree/list.ts";
import { refsBelow, setRefsBelow } from "../store/tree/node.ts";

// Constants of its own: `layout.ts` says why.
const { CHILDREN_MASK, N_BIRTH, N_CHILDREN, N_FIRST } = layout;

const FAN_SHIFT = 6;
const FAN = 1 << FAN_SHIFT;

/** Kinds of nodes, in the upper half of their first word: see `layout.ts`. */
const BRANCH = -0x80000000 | 1 << 16;
/** A node from which nothing hangs, and which the caller fills. */
export const LEAF: number = -0x80000000 | 2 << 16;

/** What nodes are read from. */
type Words = ListDraft["words"];

/** Memory for a node from which nothing hangs. Throws `NO_ROOM`. */
export function newLeaf(draft: ListDraft, bytes: number): number {
  return newNode(draft, bytes, LEAF);
}

function newNode(draft: ListDraft, bytes: number, head: number): number {
  const node = draft.allocate(bytes);
  if (node === 0) throw NO_ROOM;
  draft.words[node * 4 + N_CHILDREN] = head;
  draft.words[node * 4 + N_BIRTH] = 0;
  return node;
}

/** How many levels of branches an array of so many nodes has. */
export function heightOf(count: number): number {
  let height = 0;
  for (let most = 1; most < count || height === 0; most *= FAN) height++;
  return height;
}

/** The node with a number, which is below `count`. O(log n). */
export function nodeAt(
  words: Words,
  root: number,
  count: number,
  index: number,
): number {
  let node = root;
  for (let level = heightOf(count) - 1; level >= 0; level--) {
    const child = (index >>> level * FAN_SHIFT) & (FAN - 1);
    node = words[node * 4 + N_FIRST + child];
  }
  return node;
}

/** Calls `visit` with the nodes in their order. */
export function forEachNode(
  words: Words,
  root: number,
  count: number,
  visit: (node: number, index: number) => void,
): void {
  let index = 0;
  const descend = (node: number, level: number) => {
    if (level < 0) return visit(node, index++);
    const children = words[node * 4 + N_CHILDREN] & CHILDREN_MASK;
    const first = node * 4 + N_FIRST;
    for (let i = 0; i < children; i++) descend(words[first + i], level - 1);
  };
  if (count > 0) descend(root, heightOf(count) - 1);
}

/** Puts a node in the place of another one; returns the root. Throws `NO_ROOM`. */
export function setNode(
  draft: ListDraft,
  root: number,
  count: number,
  index: number,
  node: number,
): number {
  const { words } = draft;
  const before = nodeAt(words, root, count, index);
  if (before === node) return root;
  // What a branch of the draft takes changes with what is below it, also where that stays in place.
  const growth = refsBelow(words, node) - refsBelow(words, before);
  const set = (branch: number, level: number): number => {
    if (level < 0) return node;
    const child = (index >>> level * FAN_SHIFT) & (FAN - 1);
    const next = set(words[branch * 4 + N_FIRST + child], level - 1);
    const own = ownBranch(draft, branch);
    words[own * 4 + N_FIRST + child] = next;
    setRefsBelow(words, own, refsBelow(words, own) + growth);
    return own;
  };
  return set(root, heightOf(count) - 1);
}

/** Adds a node behind the others, which are `count`; returns the root. Throws `NO_ROOM`. */
export function pushNode(
  draft: ListDraft,
  root: number,
  count: number,
  node: number,
): number {
  const above = heightOf(count + 1) - 1;
  const push = (branch: number, level: number): number => {
    if (level < 0) return node;
    if (branch === 0) return newBranch(draft, [push(0, level - 1)]);
    const child = (count >>> level * FAN_SHIFT) & (FAN - 1);
    const children = childrenOf(draft.words, branch);
    const last = child < children.length ? children[child] : 0;
    const next = push(last, level - 1);
    if (last === 0) children.push(next);
    else children[child] = next;
    draft.leave(branch);
    return newBranch(draft, children);
  };
  if (count === 0 || heightOf(count) - 1 === above) return push(root, above);
  return newBranch(draft, [root, push(0, above - 1)]);
}

/** Takes out the last of `count` nodes; returns the root, 0 if it was the only one. */
export function popNode(
  draft: ListDraft,
  root: number,
  count: number,
): number {
  const pop = (branch: number, level: number): number => {
    if (level < 0) return 0;
    const children = childrenOf(draft.words, branch);
    const next = pop(children[children.length - 1], level - 1);
    if (next === 0) children.pop();
    else children[children.length - 1] = next;
    draft.leave(branch);
    return children.length === 0 ? 0 : newBranch(draft, children);
  };
  const next = pop(root, heightOf(count) - 1);
  if (next === 0 || heightOf(count - 1) === heightOf(count)) return next;
  const [only] = childrenOf(draft.words, next);
  draft.leave(next);
  return only;
}

/** The branch, if the draft has made it, else a copy, in whose place it is left out. */
function ownBranch(draft: ListDraft, branch: number): number {
  if (draft.isFresh(branch)) return branch;
  const copy = newBranch(draft, childrenOf(draft.words, branch));
  draft.leave(branch);
  return copy;
}

function newBranch(draft: ListDraft, children: readonly number[]): number {
  const { length } = children;
  const branch = newNode(draft, (N_FIRST + length) * 4, BRANCH | length);
  const first = branch * 4 + N_FIRST;
  for (let i = 0; i < length; i++) draft.words[first + i] = children[i];
  draft.sumUp(branch);
  return branch;
}

function childrenOf(words: Words, branch: number): number[] {
  const children: number[] = [];
  const count = words[branch * 4 + N_CHILDREN] & CHILDREN_MASK;
  const first = branch * 4 + N_FIRST;
  for (let i = 0; i < count; i++) children.push(words[first + i]);
  return children;
}
