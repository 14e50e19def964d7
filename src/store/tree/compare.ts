/**
 * The order of elements: by one or two key words, as unsigned numbers, and then by the bytes of
 * their first part. So the order of a set is that of the hashes of its members, and the order of a
 * sorted set is that of its scores and, where those are equal, of its members.
 *
 * A *separator* stands between two children of an inner node. Its key words are those of the first
 * element behind it. Where the last element before it has the same ones, it has bytes, too: as many
 * of that element's first part as tell the two apart, but no more than `MOST_BYTES`. A separator
 * that was cut there says so, and is taken for what is the first element behind it at the time.
 * (Bayer and Unterauer, "Prefix B-trees", 1977, shorten separators like this.)
 *
 * @module
 */

import { blobOf, contentAt, contentLength } from "./part.ts";
import {
  endsAt,
  headOf,
  isInner,
  itemsOf,
  keysAt,
  keyWordsOf,
  type NodeMemory,
  readEnd,
  refsAt,
  startOf,
} from "./node.ts";

/** The most bytes of a separator. */
const MOST_BYTES = 64;
/** The first byte of a separator that has any. */
const EXACT = 0;
const CUT = 1;

/** What is looked for: key words, and the content of a first part. */
export interface SearchKey {
  high: number;
  low: number;
  content: Uint8Array;
}

/** Compares as unsigned numbers: negative, 0 or positive. */
function compareWords(a: number, b: number): number {
  return (a >>> 0) - (b >>> 0);
}

/** Compares a key with the key words of an item. */
function compareKeyWords(
  words: Int32Array,
  at: number,
  keyWords: number,
  key: SearchKey,
): number {
  const order = compareWords(key.high, words[at]);
  return order !== 0 || keyWords === 1
    ? order
    : compareWords(key.low, words[at + 1]);
}

/** Compares bytes, and then lengths. */
function compareBytes(
  a: Uint8Array,
  aAt: number,
  aLength: number,
  b: Uint8Array,
  bAt: number,
  bLength: number,
): number {
  const shorter = Math.min(aLength, bLength);
  for (let i = 0; i < shorter; i++) {
    const order = a[aAt + i] - b[bAt + i];
    if (order !== 0) return order;
  }
  return aLength - bLength;
}

/** Compares a key with an element of a leaf. */
export function compareToItem(
  memory: NodeMemory,
  leaf: number,
  item: number,
  key: SearchKey,
): number {
  const { words, bytes } = memory;
  const head = headOf(words, leaf);
  const keyWords = keyWordsOf(head);
  const at = keysAt(leaf, head) + item * keyWords;
  const order = compareKeyWords(words, at, keyWords, key);
  if (order !== 0) return order;
  const ends = endsAt(leaf, head);
  const part = ends + itemsOf(head) * 2 + startOf(bytes, ends, item);
  const { content } = key;
  const from = contentAt(memory, bytes, part, leaf);
  const length = contentLength(bytes, part);
  return compareBytes(content, 0, content.length, bytes, from, length);
}

/** Whether a key belongs before the separator of a child. */
export function isBefore(
  memory: NodeMemory,
  inner: number,
  child: number,
  key: SearchKey,
): boolean {
  const { words, bytes } = memory;
  const head = headOf(words, inner);
  const keyWords = keyWordsOf(head);
  const at = keysAt(inner, head) + child * keyWords;
  const order = compareKeyWords(words, at, keyWords, key);
  if (order !== 0) return order < 0;
  const ends = endsAt(inner, head);
  const from = startOf(bytes, ends, child);
  const length = readEnd(bytes, ends + child * 2) - from - 1;
  if (length < 0) return false; // the key words alone separate
  const item = ends + itemsOf(head) * 2 + from;
  const { content } = key;
  const prefix = Math.min(content.length, length);
  const difference = compareBytes(content, 0, prefix, bytes, item + 1, length);
  if (difference !== 0 || bytes[item] === EXACT) return difference < 0;
  return compareToItem(
    memory,
    firstLeaf(words, words[refsAt(inner) + child]),
    0,
    key,
  ) < 0;
}

/** The leaf with the first element of a tree. */
function firstLeaf(words: Int32Array, root: number): number {
  let node = root;
  while (isInner(headOf(words, node))) node = words[refsAt(node)];
  return node;
}

/** Where a first part stands: in memory of its own, or in that of the tree. */
export interface PartPlace {
  /** The leaf that it is in; `NO_LEAF`: none yet. */
  readonly node: number;
  readonly bytes: Uint8Array;
  readonly at: number;
}

/**
 * Writes the bytes of a separator between two elements with equal key words; returns how many.
 *
 * @param left The last element before it.
 * @param right The first one behind it.
 * @param memory Where the nodes are.
 */
export function writeSeparator(
  target: Uint8Array,
  at: number,
  left: PartPlace,
  right: PartPlace,
  memory: NodeMemory,
): number {
  const a = contentOf(left, memory);
  const b = contentOf(right, memory);
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same++;
  const length = Math.min(same + 1, b.length, MOST_BYTES);
  target[at] = same < length ? EXACT : CUT;
  target.set(b.subarray(0, length), at + 1);
  return 1 + length;
}

/** The most bytes that `writeSeparator` writes. */
export const MOST_SEPARATOR_BYTES: number = 1 + MOST_BYTES;

function contentOf(
  { at, bytes, node }: PartPlace,
  memory: NodeMemory,
): Uint8Array {
  const blob = blobOf(memory, bytes, at, node);
  const from = contentAt(memory, bytes, at, node);
  const source = blob === 0 ? bytes : memory.bytes;
  return source.subarray(from, from + contentLength(bytes, at));
}
