/**
 * End chunks: the first elements of a list, or the last ones, which stand in the version itself. So
 * a push or a pop at an end changes a few bytes, and no tree.
 *
 * Elements lie in the order of the list. Each has a byte that says how long it is, on the side of
 * the end: so a chunk is read from its end inward. It is read where it lies. The first push waits
 * beside it, so that most changes copy it once, to where it goes; whatever comes after that copies
 * it into a scratch, where the side of its end has room.
 *
 * @module
 */

import { bytesBetween, writeBinary } from "../binary.ts";
import { copyBytes } from "../byte_runs.ts";
import { MOST_INLINE } from "./part.ts";

/** A chunk of more bytes goes into the tree. */
export const MOST_CHUNK_BYTES = 384;
/** What is taken out of the tree for a chunk, if its elements are no longer than that. */
export const TAKEN_BYTES = 256;

/** The most bytes of a chunk: one element more than it may have. */
const SCRATCH_BYTES = MOST_CHUNK_BYTES + MOST_INLINE + 1;

const NOTHING: Uint8Array = new Uint8Array();

/** The elements at one end. */
export class EndChunk {
  count = 0;
  #memory: Uint8Array = NOTHING;
  #from = 0;
  #to = 0;
  /** The element at the end of the list, if it waits. */
  #waiting: string | undefined;
  readonly #isHead: boolean;
  #scratch: Uint8Array | undefined;

  /**
   * @param isHead Whether it is at the beginning of the list.
   * @param scratch Memory for what it becomes, of `SCRATCH_BYTES`; undefined: it is made.
   */
  constructor(isHead: boolean, scratch?: Uint8Array) {
    this.#isHead = isHead;
    this.#scratch = scratch;
  }

  /** Memory for one chunk. */
  static scratch(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(SCRATCH_BYTES);
  }

  /** Whether an element may stand in a chunk. */
  static takes(element: string): boolean {
    return element.length <= MOST_INLINE;
  }

  /** Bytes that it takes. */
  get length(): number {
    const length = this.#to - this.#from;
    return this.#waiting === undefined
      ? length
      : length + this.#waiting.length + 1;
  }

  /** Says where it lies. */
  setAt(memory: Uint8Array, from: number, to: number, count: number): void {
    this.#memory = memory;
    this.#from = from;
    this.#to = to;
    this.#waiting = undefined;
    this.count = count;
  }

  /** Writes its bytes. */
  writeTo(target: Uint8Array, at: number): void {
    const length = this.#to - this.#from;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      copyBytes(this.#memory, this.#from, this.#to, target, at);
      return;
    }
    const next = at + (this.#isHead ? waiting.length + 1 : 0);
    copyBytes(this.#memory, this.#from, this.#to, target, next);
    if (this.#isHead) writeFirst(target, at, waiting);
    else writeLast(target, at + length, waiting);
  }

  /** Adds an element at the end of the list: the chunk has no more than `MOST_CHUNK_BYTES`. */
  push(element: string): void {
    this.count++;
    if (this.#waiting === undefined && this.#memory !== this.#scratch) {
      this.#waiting = element;
    } else this.#write(this.#own(), element);
  }

  /** Writes an element into the scratch. */
  #write(scratch: Uint8Array, element: string): void {
    const size = element.length + 1;
    if (this.#isHead) {
      this.#from -= size;
      writeFirst(scratch, this.#from, element);
    } else {
      writeLast(scratch, this.#to, element);
      this.#to += size;
    }
  }

  /** Its scratch, with its bytes at the far side: nothing waits then. */
  #own(): Uint8Array {
    const scratch = this.#scratch ??= EndChunk.scratch();
    const memory = this.#memory;
    if (memory === scratch) return scratch;
    const waiting = this.#waiting;
    const length = this.#to - this.#from;
    const to = this.#isHead ? SCRATCH_BYTES - length : 0;
    copyBytes(memory, this.#from, this.#to, scratch, to);
    this.setAt(scratch, to, to + length, this.count);
    if (waiting !== undefined) this.#write(scratch, waiting);
    return scratch;
  }

  /** Removes the element at the end of the list, and returns it. There is one. */
  pop(): string {
    this.count--;
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      return waiting;
    }
    const memory = this.#memory;
    if (this.#isHead) {
      const from = this.#from + 1;
      this.#from = from + memory[from - 1];
      return bytesBetween(memory, from, this.#from);
    }
    const to = this.#to - 1;
    this.#to = to - memory[to];
    return bytesBetween(memory, this.#to, to);
  }

  /** The elements from one index on up to, but not, another, in the order of the list. */
  slice(first: number, end: number): string[] {
    const found: string[] = [];
    if (this.#waiting !== undefined) this.#own();
    const memory = this.#memory;
    if (this.#isHead) {
      for (let i = 0, at = this.#from; i < end; i++) {
        const from = at + 1;
        at = from + memory[at];
        if (i >= first) found.push(bytesBetween(memory, from, at));
      }
      return found;
    }
    for (let i = this.count - 1, at = this.#to; i >= first; i--) {
      const to = at - 1;
      at = to - memory[to];
      if (i < end) found.push(bytesBetween(memory, at, to));
    }
    return found.reverse();
  }

  /** All of them. */
  elements(): string[] {
    return this.slice(0, this.count);
  }

  /** Replaces all elements: each may stand in a chunk. */
  fill(elements: readonly string[]): void {
    this.empty();
    const { length } = elements;
    for (let i = 0; i < length; i++) {
      this.push(elements[this.#isHead ? length - 1 - i : i]);
    }
  }

  empty(): void {
    this.setAt(NOTHING, 0, 0, 0);
  }
}

/** Writes an element of a chunk at the beginning of a list. */
function writeFirst(target: Uint8Array, at: number, element: string): void {
  target[at] = element.length;
  writeBinary(target, at + 1, element);
}

/** The same at the end of one. */
function writeLast(target: Uint8Array, at: number, element: string): void {
  writeBinary(target, at, element);
  target[at + element.length] = element.length;
}
