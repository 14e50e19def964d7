/**
 * Memory for trees, with nothing of a map: what is left out is used again two
 * changes later, as in a map that nobody reads for long.
 */
import type { ListDraft } from "../../src/store/tree/list.ts";

import { addChildRefs, setTreeRefs } from "../../src/reclamation/tree.ts";

const REF_BYTES = 16;
/** Nodes have a few sizes: as many lists of free ones as there can be. */
const MOST_REFS = 4096;

export class Arena implements ListDraft {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Bytes of blocks that were allocated, and how many of them are in use. */
  allocated = 0;
  inUse = 0;
  readonly #sizes = new Map<number, number>();
  readonly #free: number[][] = Array.from({ length: MOST_REFS }, () => []);
  #next = 1;
  #left: number[] = [];
  #leftBefore: number[] = [];

  constructor(megabytes: number) {
    const buffer = new SharedArrayBuffer(megabytes * 2 ** 20);
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  allocate(bytes: number): number {
    const refs = Math.ceil(bytes / REF_BYTES);
    this.allocated += refs * REF_BYTES;
    this.inUse += refs * REF_BYTES;
    const ref = this.#free[refs].pop() ?? this.#cut(refs);
    if (ref !== 0) setTreeRefs(this.words, ref, refs);
    return ref;
  }

  #cut(refs: number): number {
    const ref = this.#next;
    if ((ref + refs) * REF_BYTES > this.bytes.length) return 0;
    this.#next += refs;
    this.#sizes.set(ref, refs);
    return ref;
  }

  sumUp(node: number): void {
    addChildRefs(this.words, node);
  }

  leave(node: number): void {
    this.#left.push(node);
  }

  isFresh(): boolean {
    return false; // it has no list of those: each change here is one step
  }

  leaveAll(): void {
    throw new Error("Cannot leave out a subtree: the bench removes nothing");
  }

  /** What a step has made and dropped is free with the rest. */
  step(): void {}

  /** A change was made. */
  publish(): void {
    for (const node of this.#leftBefore) {
      const refs = this.#sizes.get(node) ?? 0;
      this.inUse -= refs * REF_BYTES;
      this.#free[refs].push(node);
    }
    [this.#left, this.#leftBefore] = [this.#leftBefore, this.#left];
    this.#left.length = 0;
  }
}
