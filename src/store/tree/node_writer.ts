/**
 * Writing nodes: out of items of nodes that are there, and out of new ones.
 *
 * @module
 */

import { copyBytes } from "../byte_runs.ts";
import type { Items } from "./items.ts";
import {
  clearBirth,
  endsAt,
  hasBytes,
  headOf,
  isInner,
  itemsOf,
  keysAt,
  keyWordsOf,
  type NodeMemory,
  readEnd,
  refsAt,
  refsOf,
  startOf,
  sumsAt,
  writeEnd,
  writeHead,
} from "./node.ts";
import { forEachBlob, nameBlob, NO_LEAF } from "./part.ts";

/** Writes one node after the other, items of each in their order. */
export class NodeWriter {
  readonly #memory: NodeMemory;
  #node = 0;
  #head = 0;
  // What was written of the node so far.
  #items = 0;
  #bytes = 0;
  #blobs = 0;
  #sum = 0;

  constructor(memory: NodeMemory) {
    this.#memory = memory;
  }

  /** Begins a node with this head, which has no birth yet. */
  begin(node: number, head: number): void {
    const { words } = this.#memory;
    writeHead(words, node, head);
    clearBirth(words, node);
    this.#node = node;
    this.#head = head;
    this.#items = 0;
    this.#bytes = 0;
    this.#blobs = 0;
    this.#sum = 0;
  }

  /** Elements under the node, as far as it is written. */
  get elements(): number {
    return isInner(this.#head) ? this.#sum : this.#items;
  }

  /** Copies some items of another node. */
  copy(source: number, from: number, to: number): void {
    const { words } = this.#memory;
    const keyWords = keyWordsOf(this.#head);
    const inner = isInner(this.#head);
    const old = headOf(words, source);
    if (inner) this.#copyChildren(source, old, from, to);
    const keys = keysAt(this.#node, this.#head) + this.#items * keyWords;
    const oldKeys = keysAt(source, old) + from * keyWords;
    for (let i = 0; i < (to - from) * keyWords; i++) {
      words[keys + i] = words[oldKeys + i];
    }
    if (hasBytes(inner, keyWords)) this.#copyBytes(source, old, from, to);
    this.#items += to - from;
  }

  #copyChildren(source: number, old: number, from: number, to: number): void {
    const { words } = this.#memory;
    const refs = refsAt(this.#node) + this.#items;
    const sums = sumsAt(this.#node, this.#head) + this.#items;
    const oldRefs = refsAt(source) + from;
    const oldSums = sumsAt(source, old) + from;
    const shift = this.#sum - (from === 0 ? 0 : words[oldSums - 1]);
    for (let i = 0; i < to - from; i++) {
      words[refs + i] = words[oldRefs + i];
      words[sums + i] = words[oldSums + i] + shift;
    }
    this.#sum = words[sums + to - from - 1];
  }

  #copyBytes(source: number, old: number, from: number, to: number): void {
    const { bytes } = this.#memory;
    const ends = endsAt(this.#node, this.#head);
    const oldEnds = endsAt(source, old);
    const start = startOf(bytes, oldEnds, from);
    const shift = this.#bytes - start;
    let at = ends + this.#items * 2;
    for (let i = from; i < to; i++, at += 2) {
      writeEnd(bytes, at, readEnd(bytes, oldEnds + i * 2) + shift);
    }
    const length = readEnd(bytes, oldEnds + to * 2 - 2) - start;
    const data = ends + itemsOf(this.#head) * 2 + this.#bytes;
    const oldData = oldEnds + itemsOf(old) * 2 + start;
    copyBytes(bytes, oldData, oldData + length, bytes, data);
    this.#bytes += length;
    const hasBlobs = !isInner(old) && refsOf(old) > 0;
    if (hasBlobs) this.#nameBlobs(bytes, oldData, length, source, data);
  }

  /** Adds some new items. */
  add(items: Items, from: number, to: number): void {
    const { words } = this.#memory;
    const keyWords = keyWordsOf(this.#head);
    const inner = isInner(this.#head);
    if (inner) this.#addChildren(items, from, to);
    let key = keysAt(this.#node, this.#head) + this.#items * keyWords;
    for (let i = from; i < to; i++) {
      if (keyWords > 0) words[key++] = items.high[i];
      if (keyWords > 1) words[key++] = items.low[i];
    }
    if (hasBytes(inner, keyWords)) this.#addBytes(items, from, to);
    this.#items += to - from;
  }

  #addChildren(items: Items, from: number, to: number): void {
    const { words } = this.#memory;
    const refs = refsAt(this.#node) + this.#items;
    const sums = sumsAt(this.#node, this.#head) + this.#items;
    for (let i = from; i < to; i++) {
      this.#sum += items.sums[i];
      words[refs + i - from] = items.refs[i];
      words[sums + i - from] = this.#sum;
    }
  }

  #addBytes(items: Items, from: number, to: number): void {
    const { bytes } = this.#memory;
    const ends = endsAt(this.#node, this.#head);
    const start = items.startOf(from);
    const shift = this.#bytes - start;
    let at = ends + this.#items * 2;
    for (let i = from; i < to; i++, at += 2) {
      writeEnd(bytes, at, items.ends[i] + shift);
    }
    const end = items.ends[to - 1];
    const data = ends + itemsOf(this.#head) * 2 + this.#bytes;
    for (let i = start; i < end; i++) bytes[data + i - start] = items.bytes[i];
    this.#bytes += end - start;
    const hasBlobs = !isInner(this.#head) && items.blobs > 0;
    if (hasBlobs) {
      this.#nameBlobs(items.bytes, start, end - start, NO_LEAF, data);
    }
  }

  /**
   * Names the blobs of some items that were copied: among the children of the leaf, and in their
   * parts.
   *
   * @param bytes Where the items were copied from, and which leaf that was.
   * @param data Where they are now.
   */
  #nameBlobs(
    bytes: Uint8Array,
    from: number,
    length: number,
    leaf: number,
    data: number,
  ): void {
    const memory = this.#memory;
    const refs = refsAt(this.#node);
    forEachBlob(memory, bytes, from, from + length, leaf, (blob, at) => {
      memory.words[refs + this.#blobs] = blob;
      nameBlob(memory.bytes, data + at - from, this.#blobs++);
    });
  }
}
