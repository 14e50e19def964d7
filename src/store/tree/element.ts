/**
 * Elements: from bytes to items, and back.
 *
 * @module
 */

import { bytesBetween, toBytes, writeBinary } from "../binary.ts";
import type { Items } from "./items.ts";
import { endsAt, headOf, itemsOf, type NodeMemory, startOf } from "./node.ts";
import {
  blobBytes,
  contentAt,
  contentLength,
  MOST_INLINE,
  partBytes,
  partEnd,
  writeBlob,
  writeBlobPart,
  writePart,
} from "./part.ts";
import type { Draft } from "./splice.ts";

/**
 * Adds an element to those that are to come into a tree. What is long becomes a blob of its own,
 * also if the element that it replaces had the same: each blob belongs to one element of one tree.
 *
 * @returns Whether there was memory for its blobs.
 */
export function addElement(
  draft: Draft,
  items: Items,
  high: number,
  low: number,
  ...contents: readonly Uint8Array[]
): boolean {
  let bytes = 0;
  for (const content of contents) bytes += partBytes(content.length);
  let at = items.reserve(bytes);
  for (const content of contents) {
    if (content.length <= MOST_INLINE) {
      at = writePart(items.bytes, at, content);
      continue;
    }
    const blob = draft.allocate(blobBytes(content.length));
    if (blob === 0) return false;
    writeBlob(draft, blob, content);
    items.blobs++;
    at = writeBlobPart(items.bytes, at, blob, content.length);
  }
  items.add(high, low, at);
  return true;
}

/** The same with one part, a binary string, and no key: an element of a list. */
export function addText(draft: Draft, items: Items, text: string): boolean {
  const { length } = text;
  if (length > MOST_INLINE) {
    return addElement(draft, items, 0, 0, toBytes(text));
  }
  const at = items.reserve(partBytes(length));
  items.bytes[at] = length;
  writeBinary(items.bytes, at + 1, text);
  items.add(0, 0, at + 1 + length);
  return true;
}

/**
 * Adds the first parts of elements to a list, as binary strings: at most so many, from an item of a
 * leaf on. Returns how many.
 */
export function readLeaf(
  memory: NodeMemory,
  leaf: number,
  item: number,
  most: number,
  found: string[],
): number {
  const { bytes, words } = memory;
  const head = headOf(words, leaf);
  const items = itemsOf(head);
  const ends = endsAt(leaf, head);
  const count = Math.min(items - item, most);
  const data = ends + items * 2;
  for (let i = item; i < item + count; i++) {
    const at = data + startOf(bytes, ends, i);
    const from = contentAt(memory, bytes, at, leaf);
    found.push(bytesBetween(bytes, from, from + contentLength(bytes, at)));
  }
  return count;
}

/** One part of an element, 0 being the first, as a binary string. */
export function textOf(
  memory: NodeMemory,
  leaf: number,
  item: number,
  part: number,
): string {
  const { bytes } = memory;
  let at = elementAt(memory, leaf, item);
  for (let i = 0; i < part; i++) at = partEnd(bytes, at);
  const from = contentAt(memory, bytes, at, leaf);
  return bytesBetween(bytes, from, from + contentLength(bytes, at));
}

/** Where the bytes of an element begin. */
export function elementAt(
  { words, bytes }: NodeMemory,
  leaf: number,
  item: number,
): number {
  const head = headOf(words, leaf);
  const ends = endsAt(leaf, head);
  return ends + itemsOf(head) * 2 + startOf(bytes, ends, item);
}

/** One part of an element, 0 being the first, without a copy: good while the leaf is. */
export function partOf(
  memory: NodeMemory,
  leaf: number,
  item: number,
  part: number,
): Uint8Array {
  const { bytes } = memory;
  let at = elementAt(memory, leaf, item);
  for (let i = 0; i < part; i++) at = partEnd(bytes, at);
  const from = contentAt(memory, bytes, at, leaf);
  return bytes.subarray(from, from + contentLength(bytes, at));
}
