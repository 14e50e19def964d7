/**
 * Contents: an index as one version of it shows it. Vectors have numbers, from 0 up without a gap,
 * which are their places in the arrays; a version never changes, so they stay as long as that.
 *
 * @module
 */

import type { Nodes, StoredValue } from "../map/structure_access.ts";
import { kitOf } from "../store/tree/kit.ts";
import type { ListDraft } from "../store/tree/list.ts";
import { readRow, type Row } from "./block.ts";
import { forEachNode, nodeAt } from "./node_array.ts";
import {
  countOf,
  IDS,
  RECORDS,
  type Shape,
  shapeOf,
  VECTORS,
} from "./shape.ts";

/** No vector has this number. */
export const NOWHERE = -1;

/** A draft for those who only read: it gives nothing. */
export class NoDraft implements ListDraft {
  readonly words: Nodes["words"];
  readonly bytes: Nodes["bytes"];

  constructor({ bytes, words }: Nodes) {
    this.words = words;
    this.bytes = bytes;
  }

  allocate(): never {
    throw new Error("What is read only has no draft");
  }

  leave(): never {
    return this.allocate();
  }

  leaveAll(): never {
    return this.allocate();
  }

  isFresh(): false {
    return false;
  }

  step(): never {
    return this.allocate();
  }
}

/** Reads one version of an index. The map is pinned. */
export class Contents {
  readonly shape: Shape;
  readonly count: number;
  readonly roots: readonly number[];
  readonly #nodes: ListDraft;

  /**
   * @param nodes The memory.
   * @param stored What is under the key of an index.
   */
  constructor(nodes: ListDraft, stored: StoredValue) {
    this.#nodes = nodes;
    this.shape = shapeOf(nodes.words, stored);
    this.count = countOf(nodes.words, stored);
    this.roots = stored.roots!;
  }

  /** The number of an id; `NOWHERE`: it is not there. O(log n). */
  numberOf(id: Uint8Array): number {
    const { members } = kitOf(this.#nodes);
    return members.find(this.roots[IDS], id) ? numberIn(members.with) : NOWHERE;
  }

  /** The record with a number. */
  record(number: number): number {
    const { words } = this.#nodes;
    return nodeAt(words, this.roots[RECORDS], this.count, number);
  }

  /** The vector with a number: a copy. */
  row(floats: Float32Array, number: number): Row {
    const { perBlock } = this.shape;
    const blocks = blocksOf(this.count, perBlock);
    const index = Math.floor(number / perBlock);
    const { words } = this.#nodes;
    const block = nodeAt(words, this.roots[VECTORS], blocks, index);
    return readRow(floats, this.shape, block, number % perBlock);
  }

  /** Calls `visit` with each block, and how many vectors it has, in the order of numbers. */
  forEachBlock(visit: (block: number, count: number) => void): void {
    const { perBlock } = this.shape;
    const blocks = blocksOf(this.count, perBlock);
    const { words } = this.#nodes;
    forEachNode(words, this.roots[VECTORS], blocks, (block, index) => {
      visit(block, Math.min(perBlock, this.count - index * perBlock));
    });
  }
}

/** How many blocks so many vectors take. */
export function blocksOf(count: number, perBlock: number): number {
  return Math.ceil(count / perBlock);
}

/** A number as the tree of ids has it. */
export function numberBytes(number: number): Uint8Array {
  return new Uint8Array(new Uint32Array([number]).buffer);
}

/** The number of these bytes. */
export function numberIn(bytes: Uint8Array): number {
  return (bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24) >>> 0;
}
