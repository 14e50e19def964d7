/**
 * Packs: the compact representation of collections. One immutable value in bytes, copied whole at
 * each change, so a change takes O(bytes); looking for something takes O(elements), as fast as
 * bytes can be skipped.
 *
 * A byte for the kind, four for the number of records, lowest first; then the records one behind
 * the other. A record is one element, or two: a field and its value, a score and its member.
 *
 * @module
 */

import type { BytesAt } from "../../map/present_entry.ts";
import { copyBytes } from "../byte_runs.ts";
import { elementEnd } from "./element.ts";

/** How many bytes are before the first record. */
const HEAD = 5;

/** Some bytes of a pack, and what they make room for. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: readonly Uint8Array[];
}

/**
 * A working copy of a collection. It is read where it lies; the first change makes other bytes, and
 * each further one replaces them.
 */
export class Pack {
  /** Where the pack lies, from `from` up to, but not, `end`. */
  protected memory: Uint8Array;
  #from: number;
  protected end: number;
  readonly kind: number;
  /** The number of elements of a record. */
  readonly #width: number;
  /** The index of the record that was looked for last, and where that begins; 0: none was. */
  #found = 0;
  #foundAt = 0;

  /**
   * @param kind The kind of the value.
   * @param width The number of elements of a record.
   * @param at What is stored; undefined: nothing.
   */
  constructor(kind: number, width: number, at: BytesAt | undefined) {
    this.kind = kind;
    this.#width = width;
    this.memory = at?.memory ?? EMPTY;
    this.#from = at?.from ?? 0;
    this.end = at?.to ?? HEAD;
  }

  /** The bytes to be stored: a copy, unless it was changed. */
  get stored(): Uint8Array {
    const { memory } = this;
    const isOwn = memory.length === this.end - this.#from && memory !== EMPTY;
    return isOwn
      ? memory
      : new Uint8Array(memory.subarray(this.#from, this.end));
  }

  /** Where the first record begins. */
  protected get first(): number {
    return this.#from + HEAD;
  }

  get length(): number {
    const { memory } = this;
    const at = this.#from;
    return (memory[at + 1] | memory[at + 2] << 8 | memory[at + 3] << 16 |
      memory[at + 4] << 24) >>> 0;
  }

  /** Where the record that begins at `at` ends. */
  protected recordEnd(at: number): number {
    const end = elementEnd(this.memory, at);
    return this.#width === 1 ? end : elementEnd(this.memory, end);
  }

  /** Where the record with an index begins; where the last one ends, if that is the length. */
  protected startOf(index: number): number {
    if (index === this.length) return this.end;
    if (this.#foundAt === 0 || index < this.#found) {
      this.#found = 0;
      this.#foundAt = this.first;
    }
    while (this.#found < index) {
      this.#foundAt = this.recordEnd(this.#foundAt);
      this.#found++;
    }
    return this.#foundAt;
  }

  /** Where the records begin that are from one index on up to, but not, another. */
  protected starts(from: number, to: number): number[] {
    const starts: number[] = [];
    if (from >= to) return starts;
    let at = this.startOf(from);
    for (let i = from; i < to; i++) {
      starts.push(at);
      at = this.recordEnd(at);
    }
    return starts;
  }

  /** Makes edits, which ascend and do not overlap; `records` more are there then. */
  protected edit(edits: readonly Edit[], records: number): void {
    const old = this.memory;
    const length = this.length + records;
    let size = this.end - this.#from;
    for (const { by, from, to } of edits) {
      size += from - to;
      for (const bytes of by) size += bytes.length;
    }
    const made = new Uint8Array(size);
    let read = this.#from;
    let written = 0;
    for (const { by, from, to } of edits) {
      written = copyBytes(old, read, from, made, written);
      for (const bytes of by) {
        written = copyBytes(bytes, 0, bytes.length, made, written);
      }
      read = to;
    }
    copyBytes(old, read, this.end, made, written);
    writeHead(made, this.kind, length);
    this.memory = made;
    this.#foundAt = 0;
    this.#from = 0;
    this.end = size;
  }
}

const EMPTY = new Uint8Array(HEAD);

function writeHead(bytes: Uint8Array, kind: number, length: number): void {
  bytes[0] = kind;
  for (let i = 0; i < 4; i++) bytes[1 + i] = length >>> 8 * i;
}

/** Compares an element that begins at `at` with another one: the order of members in packs. */
export function compareAt(
  bytes: Uint8Array,
  at: number,
  other: Uint8Array,
): number {
  const { length } = other;
  for (let i = 0; i < length; i++) {
    const difference = bytes[at + i] - other[i];
    if (difference !== 0) return difference;
  }
  return 0; // as the first bytes say how many follow
}
