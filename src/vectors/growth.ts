/**
 * Growth: what a change makes of an index, step by step: vectors are added, replaced and removed.
 * It copies the way to what it changes, and shares all the rest with the version before.
 *
 * A vector that is removed leaves no gap: the last one gets its number. So a search goes through
 * vectors only, and no memory is kept for what is gone.
 *
 * @module
 */

import type { NextStructure, StoredValue } from "../map/structure_access.ts";
import { TAG_BYTES } from "../codec/codec.ts";
import { kitOf } from "../store/tree/kit.ts";
import { type ListDraft, NO_ROOM } from "../store/tree/list.ts";
import { NO_MEMORY } from "../store/tree/splice.ts";
import { BlockArray, type WriteRow } from "./block.ts";
import { codeRow } from "./codes.ts";
import { NOWHERE, numberBytes, numberIn } from "./contents.ts";
import { codeForm, vectorForm } from "./forms.ts";
import type { Row } from "./row.ts";
import { nodeAt, popNode, pushNode, setNode } from "./node_array.ts";
import { idBytesOf, newRecord, type PackedMetadata } from "./record.ts";
import {
  bodyOf,
  CODES,
  countOf,
  IDS,
  RECORDS,
  ROOTS,
  type Shape,
  shapeOf,
  VECTORS,
} from "./shape.ts";

/** A vector, and what it is to be known by. */
export interface Item {
  readonly id: Uint8Array;
  readonly row: Row;
  readonly metadata: PackedMetadata | undefined;
}

/** An index as one change has made it by now. Its methods throw `NO_ROOM`. */
export class Growth {
  readonly shape: Shape;
  /** Whether it is another one than it was. */
  isChanged = false;
  #count: number;
  readonly #draft: ListDraft;
  readonly #floats: Float32Array;
  readonly #roots: number[];
  readonly #vectors: BlockArray;
  /** undefined: vectors have none. */
  readonly #codes: BlockArray | undefined;

  /**
   * @param draft Where its nodes are, and new ones come from.
   * @param floats The same memory.
   * @param stored The index as it is.
   */
  constructor(draft: ListDraft, floats: Float32Array, stored: StoredValue) {
    this.shape = shapeOf(draft.words, stored);
    this.#count = countOf(draft.words, stored);
    this.#draft = draft;
    this.#floats = floats;
    const { shape } = this;
    const roots = [...stored.roots!];
    const count = this.#count;
    this.#roots = roots;
    this.#vectors = new BlockArray(
      draft,
      vectorForm(shape),
      roots[VECTORS],
      count,
    );
    this.#codes = shape.quantize === "int8"
      ? new BlockArray(draft, codeForm(shape), roots[CODES], count)
      : undefined;
  }

  /** What is to be under the key. */
  get next(): NextStructure {
    const body = bodyOf(this.shape, this.#count);
    const roots = this.#roots.slice();
    roots[VECTORS] = this.#vectors.root;
    if (this.#codes !== undefined) roots[CODES] = this.#codes.root;
    return { tag: TAG_BYTES, roots, body, isNew: false };
  }

  /** Adds a vector, or puts it in the place of the one with its id; returns whether it is new. */
  put({ id, metadata, row }: Item): boolean {
    const number = this.#numberOf(id);
    this.isChanged = true;
    if (number !== NOWHERE) {
      this.#setRow(number, row);
      this.#setRecord(number, id, metadata);
    } else this.#add(id, metadata, row);
    this.#draft.step();
    return number === NOWHERE;
  }

  /**
   * Replaces the vector of an id, its metadata, or both; returns whether it is there.
   *
   * @param row The vector; undefined: it stays.
   * @param metadata The metadata; `KEPT`: they stay.
   */
  update(
    id: Uint8Array,
    row: Row | undefined,
    metadata: PackedMetadata | undefined | typeof KEPT,
  ): boolean {
    const number = this.#numberOf(id);
    if (number === NOWHERE) return false;
    this.isChanged = true;
    if (row !== undefined) this.#setRow(number, row);
    if (metadata !== KEPT) this.#setRecord(number, id, metadata);
    this.#draft.step();
    return true;
  }

  /** Removes a vector; returns whether it was there. */
  remove(id: Uint8Array): boolean {
    const number = this.#numberOf(id);
    if (number === NOWHERE) return false;
    this.isChanged = true;
    this.#forget();
    const last = this.#count - 1;
    if (number !== last) this.#moveLast(number, last);
    this.#dropLast(last, number === last);
    this.#count = last;
    this.#draft.step();
    return true;
  }

  // ---- ids --------------------------------------------------------------------------------------

  #numberOf(id: Uint8Array): number {
    const { members } = kitOf(this.#draft);
    return members.find(this.#roots[IDS], id)
      ? numberIn(members.with)
      : NOWHERE;
  }

  /** Names the number of the id that was looked for last. */
  #name(number: number): void {
    const { members } = kitOf(this.#draft);
    this.#setIds(members.put(this.#roots[IDS], numberBytes(number)));
  }

  /** Takes out the id that was found last. */
  #forget(): void {
    this.#setIds(kitOf(this.#draft).members.remove(this.#roots[IDS]));
  }

  #setIds(root: number): void {
    if (root === NO_MEMORY) throw NO_ROOM;
    this.#roots[IDS] = root;
    this.#draft.step();
  }

  // ---- one vector -------------------------------------------------------------------------------

  #add(
    id: Uint8Array,
    metadata: PackedMetadata | undefined,
    row: Row,
  ): void {
    const number = this.#count;
    this.#name(number);
    const record = newRecord(this.#draft, id, metadata);
    this.#roots[RECORDS] = pushNode(
      this.#draft,
      this.#roots[RECORDS],
      number,
      record,
    );
    this.#pushRow(row);
    this.#count = number + 1;
  }

  #pushRow(row: Row): void {
    this.#vectors.push(this.#writing(row));
    this.#codes?.push(this.#writingCodes(row));
  }

  #setRow(number: number, row: Row): void {
    this.#vectors.replace(number, this.#writing(row));
    this.#codes?.replace(number, this.#writingCodes(row));
  }

  #writing({ factor, floats }: Row): WriteRow {
    return (row, factorAt) => {
      this.#floats.set(floats, row / 4);
      this.#floats[factorAt / 4] = factor;
    };
  }

  #writingCodes(row: Row): WriteRow {
    const codes = codeRow(this.shape, row);
    return (at) => this.#draft.bytes.set(codes, at);
  }

  #setRecord(
    number: number,
    id: Uint8Array,
    metadata: PackedMetadata | undefined,
  ): void {
    const before = this.#record(number);
    const record = newRecord(this.#draft, id, metadata);
    this.#putRecord(number, record);
    this.#draft.leave(before);
  }

  // ---- removing ---------------------------------------------------------------------------------

  /** The last vector gets the number of one that goes. */
  #moveLast(number: number, last: number): void {
    this.#moveRow(this.#vectors, number, last);
    if (this.#codes !== undefined) this.#moveRow(this.#codes, number, last);
    const before = this.#record(number);
    const record = this.#record(last);
    this.#putRecord(number, record);
    this.#draft.leave(before);
    this.#numberOf(idBytesOf(this.#draft, record));
    this.#name(number);
  }

  /** Takes out what the last number has; `isRecord`: its record goes, too. */
  #dropLast(last: number, isRecord: boolean): void {
    if (isRecord) this.#draft.leave(this.#record(last));
    this.#roots[RECORDS] = popNode(
      this.#draft,
      this.#roots[RECORDS],
      last + 1,
    );
    this.#vectors.pop();
    this.#codes?.pop();
  }

  /** Copies the last row over another one. */
  #moveRow(rows: BlockArray, number: number, last: number): void {
    const { bytes } = this.#draft;
    const floats = this.#floats;
    const { rowBytes } = rows.form;
    rows.replace(number, (row, factor) => {
      const from = rows.at(last);
      bytes.copyWithin(row, from.row, from.row + rowBytes);
      if (rows.form.hasFactors) floats[factor / 4] = floats[from.factor / 4];
    });
  }

  // ---- places -----------------------------------------------------------------------------------

  #record(number: number): number {
    return nodeAt(
      this.#draft.words,
      this.#roots[RECORDS],
      this.#count,
      number,
    );
  }

  #putRecord(number: number, record: number): void {
    this.#roots[RECORDS] = setNode(
      this.#draft,
      this.#roots[RECORDS],
      this.#count,
      number,
      record,
    );
  }
}

/** Metadata stay as they are. */
export const KEPT: unique symbol = Symbol("kept");

/** An index without a vector. */
export function emptyIndex(shape: Shape): NextStructure {
  const roots = new Array<number>(ROOTS).fill(0);
  return { tag: TAG_BYTES, roots, body: bodyOf(shape, 0), isNew: true };
}
