/**
 * End chunks: the first elements of a list, or the last ones, which stand in the version itself. So
 * a push or a pop at an end changes a few bytes, and no tree.
 *
 * Elements lie in the order of the list. Each has a byte that says how long it is, on the side of
 * the end: so a chunk is read from its end inward.
 *
 * @module
 */

import { MOST_INLINE } from "./part.ts";

/** A chunk of more bytes goes into the tree. */
export const MOST_CHUNK_BYTES = 256;
/** What is taken out of the tree for a chunk, if its elements are no longer than that. */
export const TAKEN_BYTES = 128;

const NOTHING = new Uint8Array();

/** The elements at one end. */
export class EndChunk {
  bytes: Uint8Array;
  count: number;
  /** Whether it is at the beginning of the list. */
  readonly #isHead: boolean;

  constructor(isHead: boolean, bytes: Uint8Array = NOTHING, count = 0) {
    this.#isHead = isHead;
    this.bytes = bytes;
    this.count = count;
  }

  /** Whether an element may stand in a chunk. */
  static takes(element: Uint8Array): boolean {
    return element.length <= MOST_INLINE;
  }

  /** Adds an element at the end of the list. */
  push(element: Uint8Array): void {
    const { bytes } = this;
    const size = element.length + 1;
    const more = new Uint8Array(bytes.length + size);
    more.set(bytes, this.#isHead ? size : 0);
    more.set(element, this.#isHead ? 1 : bytes.length);
    more[this.#isHead ? 0 : more.length - 1] = element.length;
    this.bytes = more;
    this.count++;
  }

  /** Removes the element at the end of the list, and returns it. There is one. */
  pop(): Uint8Array {
    const { bytes } = this;
    const end = bytes.length;
    if (this.#isHead) {
      const from = 1 + bytes[0];
      this.bytes = bytes.subarray(from);
      this.count--;
      return bytes.subarray(1, from);
    }
    const start = end - 1 - bytes[end - 1];
    this.bytes = bytes.subarray(0, start);
    this.count--;
    return bytes.subarray(start, end - 1);
  }

  /** All elements, in the order of the list. */
  elements(): Uint8Array[] {
    const all = Array<Uint8Array>(this.count);
    const { bytes } = this;
    if (this.#isHead) {
      for (let i = 0, at = 0; i < this.count; i++) {
        const from = at + 1;
        at = from + bytes[at];
        all[i] = bytes.subarray(from, at);
      }
      return all;
    }
    for (let i = this.count - 1, at = bytes.length; i >= 0; i--) {
      const to = at - 1;
      at = to - bytes[to];
      all[i] = bytes.subarray(at, to);
    }
    return all;
  }

  /** Replaces all elements: each may stand in a chunk. */
  fill(elements: readonly Uint8Array[]): void {
    this.bytes = NOTHING;
    this.count = 0;
    const order = this.#isHead ? elements.toReversed() : elements;
    for (const element of order) this.push(element);
  }

  empty(): void {
    this.bytes = NOTHING;
    this.count = 0;
  }
}
