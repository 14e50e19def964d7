/**
 * Parts: how the bytes of elements lie in the items of a leaf.
 *
 * An item is one part after the other: a member alone, a field and its value, a member and its
 * score. A part begins with a byte that says how long it is, so that an item can be read from its
 * beginning. What is long is a *blob*: a block of its own, which the part names. So a change of a
 * leaf never copies long bytes. In a leaf it is named by its place among the leaf's refs. A node
 * has no other refs: so whatever moves nodes, as a restore does, finds all of them there.
 *
 * @module
 */

import * as layout from "../../segment/layout.ts";
import {
  clearBirth,
  nodeHead,
  type NodeMemory,
  refsAt,
  writeHead,
} from "./node.ts";

// Constants of its own: `layout.ts` says why.
const { N_FIRST, REF_BYTES } = layout;

/** The most bytes that stand in a leaf; more of them are a blob. */
export const MOST_INLINE = 253;
/** The leaf of a part that is in none yet: it names a blob by its ref. */
export const NO_LEAF = 0;
/** The first byte of a part that names a blob; then that name, and its length, 4 bytes each. */
const BLOB = 255;
const BLOB_PART_BYTES = 9;
/** Where the bytes of a blob begin in its block. */
const BLOB_HEADER_BYTES = N_FIRST * 4;

/** Bytes that a part takes whose content has so many, a blob's block left out. */
export function partBytes(length: number): number {
  return length > MOST_INLINE ? BLOB_PART_BYTES : 1 + length;
}

/** Bytes of the block of a blob. */
export function blobBytes(length: number): number {
  return BLOB_HEADER_BYTES + length;
}

/** Writes a part of few bytes; returns where it ends. */
export function writePart(
  target: Uint8Array,
  at: number,
  content: Uint8Array,
): number {
  target[at] = content.length;
  target.set(content, at + 1);
  return at + 1 + content.length;
}

/** Writes a part whose content is a blob, and which is in no leaf yet; returns where it ends. */
export function writeBlobPart(
  target: Uint8Array,
  at: number,
  blob: number,
  length: number,
): number {
  target[at] = BLOB;
  writeWord(target, at + 1, blob);
  writeWord(target, at + 5, length);
  return at + BLOB_PART_BYTES;
}

/** Writes a blob into its block, which then is a node that nothing hangs from. */
export function writeBlob(
  { words, bytes }: NodeMemory,
  blob: number,
  content: Uint8Array,
): void {
  writeHead(words, blob, nodeHead(0, 0, 0, false));
  clearBirth(words, blob);
  bytes.set(content, blob * REF_BYTES + BLOB_HEADER_BYTES);
}

/** Where the part ends that begins there. */
export function partEnd(bytes: Uint8Array, at: number): number {
  const head = bytes[at];
  return at + (head === BLOB ? BLOB_PART_BYTES : 1 + head);
}

/**
 * The blob that a part names; 0: its content stands in it.
 *
 * @param memory Where the nodes are.
 * @param bytes Where the part is.
 * @param at Where it begins.
 * @param leaf The leaf that it is in; `NO_LEAF`: it is in none yet.
 */
export function blobOf(
  { words }: NodeMemory,
  bytes: Uint8Array,
  at: number,
  leaf: number,
): number {
  if (bytes[at] !== BLOB) return 0;
  const name = readWord(bytes, at + 1);
  return leaf === NO_LEAF ? name : words[refsAt(leaf) + name];
}

/** Says which of the refs of its leaf the blob of a part is. */
export function nameBlob(bytes: Uint8Array, at: number, index: number): void {
  writeWord(bytes, at + 1, index);
}

/** Length of the content of a part. */
export function contentLength(bytes: Uint8Array, at: number): number {
  return bytes[at] === BLOB ? readWord(bytes, at + 5) : bytes[at];
}

/**
 * Where the content of a part begins: in `bytes`, or, if it is a blob, in the bytes of the memory.
 * As `blobOf`.
 */
export function contentAt(
  memory: NodeMemory,
  bytes: Uint8Array,
  at: number,
  leaf: number,
): number {
  const blob = blobOf(memory, bytes, at, leaf);
  return blob === 0 ? at + 1 : blob * REF_BYTES + BLOB_HEADER_BYTES;
}

/** Calls back for each part of some items that names a blob: with the blob, and where that is. */
export function forEachBlob(
  memory: NodeMemory,
  bytes: Uint8Array,
  from: number,
  to: number,
  leaf: number,
  visit: (blob: number, at: number) => void,
): void {
  for (let at = from; at < to; at = partEnd(bytes, at)) {
    const blob = blobOf(memory, bytes, at, leaf);
    if (blob !== 0) visit(blob, at);
  }
}

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
    bytes[at + 3] << 24;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
