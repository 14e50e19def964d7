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

import { elementEnd } from "./element.ts";

/** Where records begin. */
export const FIRST = 5;

/** Some bytes of a pack, and what they make room for. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: readonly Uint8Array[];
}

/** A working copy of a collection, whose bytes are replaced at each change. */
export class Pack {
  #bytes: Uint8Array;
  /** The number of elements of a record. */
  readonly #width: number;

  /**
   * @param kind The kind of the value.
   * @param width The number of elements of a record.
   * @param stored What is stored; undefined: nothing.
   */
  constructor(kind: number, width: number, stored: Uint8Array | undefined) {
    this.#width = width;
    this.#bytes = stored ?? new Uint8Array(FIRST);
    this.#bytes[0] = kind;
  }

  get stored(): Uint8Array {
    return this.#bytes;
  }

  get length(): number {
    return readLength(this.#bytes);
  }

  /** Where the record that begins at `at` ends. */
  recordEnd(at: number): number {
    const end = elementEnd(this.#bytes, at);
    return this.#width === 1 ? end : elementEnd(this.#bytes, end);
  }

  /** Where the record with an index begins; where the last one ends, if that is the length. */
  startOf(index: number): number {
    if (index === this.length) return this.#bytes.length;
    let at = FIRST;
    for (let i = 0; i < index; i++) at = this.recordEnd(at);
    return at;
  }

  /** Where the records begin that are from one index on up to, but not, another. */
  starts(from: number, to: number): number[] {
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
  edit(edits: readonly Edit[], records: number): void {
    const old = this.#bytes;
    let size = old.length;
    for (const { by, from, to } of edits) {
      size += from - to;
      for (const bytes of by) size += bytes.length;
    }
    const made = new Uint8Array(size);
    let read = 0;
    let written = 0;
    for (const { by, from, to } of edits) {
      made.set(old.subarray(read, from), written);
      written += from - read;
      for (const bytes of by) {
        made.set(bytes, written);
        written += bytes.length;
      }
      read = to;
    }
    made.set(old.subarray(read), written);
    writeLength(made, readLength(old) + records);
    this.#bytes = made;
  }
}

function readLength(bytes: Uint8Array): number {
  return (bytes[1] | bytes[2] << 8 | bytes[3] << 16 | bytes[4] << 24) >>> 0;
}

function writeLength(bytes: Uint8Array, length: number): void {
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
