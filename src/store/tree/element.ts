/**
 * Elements: from bytes to items, and back.
 *
 * @module
 */

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
  const from = contentAt(bytes, at);
  return bytes.subarray(from, from + contentLength(bytes, at));
}
