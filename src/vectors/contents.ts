/**
 * Contents: an index as one version of it shows it. Vectors have numbers, from 0 up without a gap,
 * which are their places in the arrays; a version never changes, so they stay as long as that.
 *
 * @module
 */

import type { StoredValue } from "../map/structure_access.ts";
import { kitOf } from "../store/tree/kit.ts";
import type { ListDraft } from "../store/tree/list.ts";
import {
  type BlockForm,
  blockOf,
  blocksOf,
  factorsAt,
  rowsAt,
} from "./block.ts";
import { codeForm, vectorForm } from "./forms.ts";
import { forEachNode, nodeAt } from "./node_array.ts";
import type { Row } from "./row.ts";
import {
  CODES,
  countOf,
  IDS,
  RECORDS,
  type Shape,
  shapeOf,
  VECTORS,
} from "./shape.ts";

/** No vector has this number. */
export const NOWHERE = -1;

/** Reads one version of an index. The map is pinned. */
export class Contents {
  readonly shape: Shape;
  readonly count: number;
  readonly roots: readonly number[];
  readonly #nodes: ListDraft;
  #vectors: BlockForm | undefined;
  #codes: BlockForm | undefined;

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
    const { factor, length, row } = this.place(number);
    return {
      floats: new Float32Array(floats.subarray(row, row + length)),
      factor: floats[factor],
    };
  }

  /** Where a vector and its factor are, in words, and how long it is. */
  place(number: number): { row: number; factor: number; length: number } {
    const { words } = this.#nodes;
    const { perBlock, rowBytes } = this.vectors;
    const root = this.roots[VECTORS];
    const block = blockOf(words, this.vectors, root, this.count, number);
    const place = number % perBlock;
    const length = rowBytes / 4;
    return {
      row: rowsAt(this.vectors, block) / 4 + place * length,
      factor: factorsAt(block) / 4 + place,
      length,
    };
  }

  /** The form of the blocks of vectors, and of codes. */
  get vectors(): BlockForm {
    return this.#vectors ??= vectorForm(this.shape);
  }

  get codes(): BlockForm {
    return this.#codes ??= codeForm(this.shape);
  }

  /** Calls `visit` with each block of vectors, and how many it has, in the order of numbers. */
  forEachBlock(visit: (block: number, count: number) => void): void {
    this.#forEach(this.vectors, this.roots[VECTORS], visit);
  }

  /** The same with blocks of codes. */
  forEachCodes(visit: (block: number, count: number) => void): void {
    this.#forEach(this.codes, this.roots[CODES], visit);
  }

  #forEach(
    form: BlockForm,
    root: number,
    visit: (block: number, count: number) => void,
  ): void {
    const { perBlock } = form;
    const blocks = blocksOf(form, this.count);
    forEachNode(this.#nodes.words, root, blocks, (block, index) => {
      visit(block, Math.min(perBlock, this.count - index * perBlock));
    });
  }
}

/** A number as the tree of ids has it. */
export function numberBytes(number: number): Uint8Array {
  return new Uint8Array(new Uint32Array([number]).buffer);
}

/** The number of these bytes. */
export function numberIn(bytes: Uint8Array): number {
  return (bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24) >>> 0;
}
