/**
 * Blocks: rows one behind the other, so that a search goes through them in one straight run.
 *
 * ```text
 * words 0…3   of a node
 * factors     vectors only: a float for each that the block may have, padded to 16 bytes
 * rows        those that it has: each a multiple of 16 bytes
 * ```
 *
 * The row of a vector is its components, as floats, padded with zeros; that of its codes is in
 * `codes.ts`. The factor of a vector is what its dot product with another one is multiplied with:
 * by the metric `cosine` one over its length, else 1.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { ListDraft } from "../store/tree/list.ts";
import { newLeaf, nodeAt, popNode, pushNode, setNode } from "./node_array.ts";

// Constants of its own: `layout.ts` says why.
const { N_FIRST, REF_BYTES } = layout;

/** Bytes that are copied, at most, when a row is added: unless one row has more. */
const MOST_BYTES = 16384;
/** A block has no more rows, however short they are. */
const MOST_ROWS = 256;

/** What the blocks of one array are like. */
export interface BlockForm {
  /** The most rows of one block. */
  readonly perBlock: number;
  /** Bytes of a row, a multiple of 16. */
  readonly rowBytes: number;
  /** Whether there are factors before the rows. */
  readonly hasFactors: boolean;
}

/** Writes a row into a block: at an address in bytes; its factor, if it has one, at another. */
export type WriteRow = (row: number, factor: number) => void;

/**
 * How many rows a block has at most, so that little is lost by the sizes that blocks have.
 *
 * @param rowBytes Bytes of a row.
 * @param hasFactors Whether there are factors.
 * @param refsOf From bytes to the refs of a block for them.
 */
export function blockLength(
  rowBytes: number,
  hasFactors: boolean,
  refsOf: (bytes: number) => number,
): number {
  let best = 1;
  let least = Infinity;
  for (let perBlock = 1; perBlock <= MOST_ROWS; perBlock++) {
    const bytes = blockBytes({ perBlock, rowBytes, hasFactors }, perBlock);
    if (bytes > MOST_BYTES && perBlock > 1) break;
    const each = refsOf(bytes) * REF_BYTES / perBlock;
    if (each <= least) [best, least] = [perBlock, each];
  }
  return best;
}

function blockBytes(form: BlockForm, count: number): number {
  return N_FIRST * 4 + factorBytes(form) + count * form.rowBytes;
}

function factorBytes({ hasFactors, perBlock }: BlockForm): number {
  return hasFactors ? (perBlock * 4 + 15) & ~15 : 0;
}

/** Where the factors of a block begin, in bytes. */
export function factorsAt(block: number): number {
  return block * REF_BYTES + N_FIRST * 4;
}

/** Where its rows begin, in bytes. */
export function rowsAt(form: BlockForm, block: number): number {
  return factorsAt(block) + factorBytes(form);
}

/** How many blocks so many rows take. */
export function blocksOf({ perBlock }: BlockForm, count: number): number {
  return Math.ceil(count / perBlock);
}

/** The block of a row, in an array of `count` rows with this root. O(log n). */
export function blockOf(
  words: Int32Array,
  form: BlockForm,
  root: number,
  count: number,
  row: number,
): number {
  const index = Math.floor(row / form.perBlock);
  return nodeAt(words, root, blocksOf(form, count), index);
}

/** Changes an array of blocks, as one draft does. Its methods throw `NO_ROOM`. */
export class BlockArray {
  readonly form: BlockForm;
  root: number;
  #count: number;
  readonly #draft: ListDraft;

  /**
   * @param draft The draft.
   * @param form What the blocks are like.
   * @param root The array; 0: it is empty.
   * @param count How many rows it has.
   */
  constructor(
    draft: ListDraft,
    form: BlockForm,
    root: number,
    count: number,
  ) {
    this.#draft = draft;
    this.form = form;
    this.root = root;
    this.#count = count;
  }

  /** Where a row is, and its factor: good until the next change. */
  at(row: number): { row: number; factor: number } {
    const { form, root } = this;
    const block = blockOf(this.#draft.words, form, root, this.#count, row);
    return this.#placeIn(block, row % form.perBlock);
  }

  #placeIn(block: number, place: number): { row: number; factor: number } {
    return {
      row: rowsAt(this.form, block) + place * this.form.rowBytes,
      factor: factorsAt(block) + place * 4,
    };
  }

  #write(block: number, place: number, write: WriteRow): void {
    const { factor, row } = this.#placeIn(block, place);
    write(row, factor);
  }

  /** Adds a row behind the others. */
  push(write: WriteRow): void {
    const place = this.#count % this.form.perBlock;
    const index = (this.#count - place) / this.form.perBlock;
    const before = place === 0 ? 0 : this.#block(index);
    const block = this.#copy(before, place, place + 1);
    this.#write(block, place, write);
    if (place > 0) this.#set(index, block);
    else this.root = pushNode(this.#draft, this.root, index, block);
    this.#count++;
  }

  /** Writes a row in the place of another one. */
  replace(row: number, write: WriteRow): void {
    const { perBlock } = this.form;
    const place = row % perBlock;
    const index = (row - place) / perBlock;
    const before = this.#block(index);
    const count = Math.min(perBlock, this.#count - index * perBlock);
    const isOwn = this.#draft.isFresh(before);
    const block = isOwn ? before : this.#copy(before, count, count);
    this.#write(block, place, write);
    if (!isOwn) this.#set(index, block);
  }

  /** Takes out the last row. */
  pop(): void {
    const last = this.#count - 1;
    const place = last % this.form.perBlock;
    const index = (last - place) / this.form.perBlock;
    const block = this.#block(index);
    if (place > 0) this.#set(index, this.#copy(block, place, place));
    else {
      this.#draft.leave(block);
      this.root = popNode(this.#draft, this.root, index + 1);
    }
    this.#count = last;
  }

  #block(index: number): number {
    const blocks = blocksOf(this.form, this.#count);
    return nodeAt(this.#draft.words, this.root, blocks, index);
  }

  #set(index: number, block: number): void {
    const blocks = blocksOf(this.form, this.#count);
    this.root = setNode(this.#draft, this.root, blocks, index, block);
  }

  /** A block of the first `kept` rows of another one, which is left out (0: there is none). */
  #copy(block: number, kept: number, count: number): number {
    const draft = this.#draft;
    const { form } = this;
    const copy = newLeaf(draft, blockBytes(form, count));
    const to = factorsAt(copy);
    if (block === 0) draft.bytes.fill(0, to, rowsAt(form, copy));
    else {
      const end = rowsAt(form, block) + kept * form.rowBytes;
      draft.bytes.copyWithin(to, factorsAt(block), end);
      draft.leave(block);
    }
    return copy;
  }
}
