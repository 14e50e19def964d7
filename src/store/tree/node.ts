/**
 * Nodes: the blocks of a B+-tree, and what lies where in them.
 *
 * ```text
 * word 0      children (16 bits) | items (12) | key words (2) | inner (1) | 1
 * word 1      birth
 * words 2, 3  of queues
 * children    refs: of an inner node its children, of a leaf the blobs that its items name
 * sums        inner only: elements under this child and those before it
 * keys        0, 1 or 2 words for each item, compared as unsigned numbers
 * ends        2 bytes for each item: where its bytes end, counted from where those of all begin
 * bytes       of a leaf the elements, of an inner node what separates its children
 * ```
 *
 * The item of a child in an inner node is its *separator*: a lower bound of what is under it, and
 * above everything under the child before. It has the same key words as the elements; where those
 * agree, its bytes say more (`separator.ts`). The separator of the first child is never compared
 * there; it is what the node's parent has for the node. A tree by position has neither keys nor
 * separators.
 *
 * @module
 */

import * as layout from "../../segment/layout.ts";

// Constants of its own: `layout.ts` says why.
const { CHILDREN_MASK, N_BIRTH, N_CHILDREN, N_FIRST, N_REFS } = layout;

const CELLS_SHIFT = 16;
const CELLS_MASK = 0xfff;
const KEY_SHIFT = 28;
const KEY_MASK = 3;
const INNER = 1 << 30;
/** So that the upper half is never 0: see `layout.ts`. */
const NODE = 1 << 31;

/** Memory with nodes in it: one buffer, seen as words and as bytes. */
export interface NodeMemory {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
}

/** The first word of a node. */
export function nodeHead(
  children: number,
  items: number,
  keyWords: number,
  inner: boolean,
): number {
  return NODE | (inner ? INNER : 0) | keyWords << KEY_SHIFT |
    items << CELLS_SHIFT | children;
}

/** Writes the first word of a node. */
export function writeHead(
  words: Int32Array,
  node: number,
  head: number,
): void {
  words[node * 4 + N_CHILDREN] = head;
}

/** Says that a node has no birth yet. */
export function clearBirth(words: Int32Array, node: number): void {
  words[node * 4 + N_BIRTH] = 0;
}

/** The refs that the blocks of a node and of all below it take. */
export function refsBelow(words: Int32Array, node: number): number {
  return words[node * 4 + N_REFS];
}

export function setRefsBelow(
  words: Int32Array,
  node: number,
  refs: number,
): void {
  words[node * 4 + N_REFS] = refs;
}

/** How many items a node has: elements of a leaf, children of an inner node. */
export function itemsOf(head: number): number {
  return head >> CELLS_SHIFT & CELLS_MASK;
}

export function isInner(head: number): boolean {
  return (head & INNER) !== 0;
}

export function keyWordsOf(head: number): number {
  return head >> KEY_SHIFT & KEY_MASK;
}

/** How many refs a node has: children of an inner node, blobs of a leaf. */
export function refsOf(head: number): number {
  return head & CHILDREN_MASK;
}

export function headOf(words: Int32Array, node: number): number {
  return words[node * 4 + N_CHILDREN];
}

/** Index of the first ref, in words. */
export function refsAt(node: number): number {
  return node * 4 + N_FIRST;
}

/** Index of the first sum of an inner node, in words. */
export function sumsAt(node: number, head: number): number {
  return node * 4 + N_FIRST + refsOf(head);
}

/** Index of the first key word. */
export function keysAt(node: number, head: number): number {
  return sumsAt(node, head) + (isInner(head) ? itemsOf(head) : 0);
}

/** Index of the first end, in bytes. */
export function endsAt(node: number, head: number): number {
  return (keysAt(node, head) + itemsOf(head) * keyWordsOf(head)) * 4;
}

/** Whether the items of a node have bytes: all but the separators of a tree by position. */
export function hasBytes(inner: boolean, keyWords: number): boolean {
  return !inner || keyWords > 0;
}

/** Bytes of a node with so many refs and items, whose items have so many bytes. */
export function nodeBytes(
  refs: number,
  items: number,
  keyWords: number,
  inner: boolean,
  bytes: number,
): number {
  const words = N_FIRST + refs + (inner ? items : 0) + items * keyWords;
  return words * 4 + (hasBytes(inner, keyWords) ? items * 2 + bytes : 0);
}

/** Bytes of a node that is there. */
export function sizeOf({ words, bytes }: NodeMemory, node: number): number {
  const head = headOf(words, node);
  const items = itemsOf(head);
  const inner = isInner(head);
  const keyWords = keyWordsOf(head);
  const itemBytes = hasBytes(inner, keyWords)
    ? startOf(bytes, endsAt(node, head), items)
    : 0;
  return nodeBytes(refsOf(head), items, keyWords, inner, itemBytes);
}

/** An end, as it is written. */
export function readEnd(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8;
}

export function writeEnd(bytes: Uint8Array, at: number, end: number): void {
  bytes[at] = end;
  bytes[at + 1] = end >>> 8;
}

/** Where the bytes of an item begin, counted as ends are. */
export function startOf(bytes: Uint8Array, ends: number, item: number): number {
  return item === 0 ? 0 : readEnd(bytes, ends + item * 2 - 2);
}

/** Elements of a tree. */
export function countOf(words: Int32Array, root: number): number {
  if (root === 0) return 0;
  const head = headOf(words, root);
  const items = itemsOf(head);
  return isInner(head) ? words[sumsAt(root, head) + items - 1] : items;
}
