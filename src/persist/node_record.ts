/**
 * Structures in a file: the record of the version, and behind it the nodes of its trees, in records
 * that have no key. (What structures are: `table/structure.ts`.)
 *
 * The nodes come in the order in which one meets them who goes down from the roots, first children
 * first: so a node comes before what hangs from it, and nobody needs to know where a tree ends. The
 * number of a node, its *id*, is its ref in the map that was written; a node is told from others by
 * that in the state of one epoch, and in no other.
 *
 * A delta leaves out what the epoch before has, too: an id with the flag `KEPT` stands for a node
 * of that epoch with all that hangs from it.
 *
 * ```text
 * value of     0  4  how many roots
 * the version  4     the ids of the roots, 0 for an empty tree
 *                    what the version says besides
 *
 * record of    0  4  0xa0000000: no key; a structure; UTF-16, of which there is no empty key
 * nodes        4  4  length of the nodes in bytes
 *              8     nodes, each whole
 *
 * node         0  4  its length here, in words
 *              4  4  the size of its block in refs
 *              8  4  its first word: the lower half says how many children it has
 *             12     their ids
 *                    its content; where that ends with zeros, these are left out
 * ```
 *
 * @module
 */

import * as layout from "../segment/layout.ts";

// Constants of its own: `layout.ts` says why.
const {
  CHILDREN_MASK,
  KEY_WIDE,
  LENGTH_LIMIT,
  REF_BYTES,
  REF_MASK,
  STRUCTURE,
} = layout;

/** The first word of a record of nodes. */
export const NODES: number = STRUCTURE | KEY_WIDE;
/** Flag of an id: the node is in the epoch before. It is the sign. */
export const KEPT = -0x80000000;
/** Words of a node before the ids of its children. */
export const NODE_HEAD_WORDS = 3;

/** The most refs of the block of a node: as for a value, less than `LENGTH_LIMIT` bytes. */
export const MOST_NODE_REFS: number = (LENGTH_LIMIT / REF_BYTES) - 1;

/** Whether a record has nodes, and no key, by its first word. */
export function isNodes(keyInfo: number): boolean {
  return keyInfo === NODES;
}

/** Whether trees hang from the version of a record, or it has their nodes, by its first word. */
export function hasTrees(keyInfo: number): boolean {
  return keyInfo < 0; // STRUCTURE is the sign
}

/** Whether a node is in the epoch before. */
export function isKept(id: number): boolean {
  return id < 0;
}

/** The id without the flag. */
export function idOf(id: number): number {
  return id & REF_MASK;
}

/** How many children a node has that begins at `at`. */
export function nodeChildren(words: Int32Array, at: number): number {
  return words[at + 2] & CHILDREN_MASK;
}

/** What is wrong with the value of a structure at `at`, of so many bytes; undefined: nothing. */
export function rootsFault(
  words: Int32Array,
  at: number,
  bytes: number,
): string | undefined {
  const most = (bytes >>> 2) - 1;
  const roots = words[at];
  return most < 0 || roots < 0 || roots > most
    ? "a structure with more roots than it has room for"
    : undefined;
}

/** What is wrong with the node at `at`, which ends at `end` at the latest; undefined: nothing. */
export function nodeFault(
  words: Int32Array,
  at: number,
  end: number,
): string | undefined {
  if (at + NODE_HEAD_WORDS > end) return "a node is cut off";
  const length = words[at];
  const refs = words[at + 1];
  const children = nodeChildren(words, at);
  if (length < NODE_HEAD_WORDS + children || length > end - at) {
    return "a node is cut off";
  }
  if (words[at + 2] >= 0) return "a node of no kind";
  // The block has three words that the file does not, and lacks the first two of these.
  const isLargeEnough = refs > 0 && refs <= MOST_NODE_REFS &&
    length + 1 <= refs * 4;
  return isLargeEnough ? undefined : "a node with a block of another size";
}
