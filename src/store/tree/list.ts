/**
 * Lists: a tree by position, and chunks at both ends, which go into the tree when they are full. So
 * a push or a pop at an end is O(1) amortised, and everything else O(log n).
 *
 * @module
 */

import { addText, readLeaf } from "./element.ts";
import { EndChunk, MOST_CHUNK_BYTES, TAKEN_BYTES } from "./end_chunk.ts";
import { Items } from "./items.ts";
import { countOf, readEnd, writeEnd } from "./node.ts";
import { Place } from "./place.ts";
import { type Draft, NO_MEMORY, Splicer } from "./splice.ts";

/** Bytes of the lengths of the two chunks, and of how many elements they have. */
const HEAD_BYTES = 8;
/** The most elements that are taken out of the tree for a chunk. */
const MOST_TAKEN = 48;

/** A draft of which steps may be told apart: see `TreeDraft.step`. */
export interface ListDraft extends Draft {
  step(): void;
}

/** Thrown by a change for which there was no memory: nothing of it counts. */
export const NO_ROOM: Error = new Error("There is no memory for a node");

/** Where what `TreeList.writeBody` has written is. */
export interface BodyPlace {
  readonly memory: Uint8Array;
  readonly at: number;
  /** 0: there are no chunks. */
  readonly length: number;
}

const NO_BODY: BodyPlace = { memory: new Uint8Array(), at: 0, length: 0 };

/**
 * A list as it is, with what a change has made of it by now. Its elements are binary strings. One
 * list at a time is changed by the same tools.
 */
export class TreeList {
  readonly #draft: ListDraft;
  readonly #tools: ListTools;
  readonly #head: EndChunk;
  readonly #tail: EndChunk;
  #root: number;
  #inTree: number;

  /**
   * @param draft Where its nodes are, and new ones come from.
   * @param root The tree; 0: it is empty.
   * @param body Where what `writeBody` has written is.
   * @param tools What changes the trees of the draft.
   */
  constructor(
    draft: ListDraft,
    root = 0,
    { at, length, memory }: BodyPlace = NO_BODY,
    tools: ListTools = new ListTools(draft),
  ) {
    this.#draft = draft;
    this.#tools = tools;
    this.#root = root;
    this.#inTree = countOf(draft.words, root);
    this.#head = new EndChunk(true, tools.headScratch);
    this.#tail = new EndChunk(false, tools.tailScratch);
    if (length === 0) return;
    const middle = at + HEAD_BYTES + readEnd(memory, at);
    const end = middle + readEnd(memory, at + 4);
    const first = at + HEAD_BYTES;
    this.#head.setAt(memory, first, middle, readEnd(memory, at + 2));
    this.#tail.setAt(memory, middle, end, readEnd(memory, at + 6));
  }

  /** The root of its tree. */
  get root(): number {
    return this.#root;
  }

  /** Bytes of what its version says besides. */
  get bodyLength(): number {
    return HEAD_BYTES + this.#head.length + this.#tail.length;
  }

  /** Writes that. */
  writeBody(target: Uint8Array, at: number): void {
    const head = this.#head;
    const tail = this.#tail;
    writeEnd(target, at, head.length);
    writeEnd(target, at + 2, head.count);
    writeEnd(target, at + 4, tail.length);
    writeEnd(target, at + 6, tail.count);
    head.writeTo(target, at + HEAD_BYTES);
    tail.writeTo(target, at + HEAD_BYTES + head.length);
  }

  /** The number of elements. */
  get length(): number {
    return this.#head.count + this.#inTree + this.#tail.count;
  }

  // ---- reading ----------------------------------------------------------------------------------

  /** The elements from one index up to, but not, another. O(log n + k). */
  slice(from: number, to: number): string[] {
    const first = this.#head.count;
    const last = first + this.#inTree;
    const found = from < first
      ? this.#head.slice(from, Math.min(to, first))
      : [];
    const start = Math.max(from, first) - first;
    this.#readTree(start, Math.min(to, last) - first, found);
    if (to > last) {
      const tail = this.#tail.slice(Math.max(from, last) - last, to - last);
      if (found.length === 0) return tail;
      for (const element of tail) found.push(element);
    }
    return found;
  }

  #readTree(from: number, to: number, found: string[]): void {
    if (from >= to) return;
    const draft = this.#draft;
    const { from: place } = this.#tools;
    place.findIndex(draft, this.#root, from);
    place.toElement(draft);
    for (let left = to - from; left > 0;) {
      left -= readLeaf(draft, place.leaf, place.item, left, found);
      place.leaveLeaf(draft);
    }
  }

  // ---- the ends ---------------------------------------------------------------------------------

  /** Adds an element before all others. O(1) amortised. Throws `NO_ROOM`; so do the others. */
  pushFirst(element: string): void {
    this.#pushAt(this.#head, element);
  }

  /** Adds an element behind all others. O(1) amortised. */
  pushLast(element: string): void {
    this.#pushAt(this.#tail, element);
  }

  #pushAt(chunk: EndChunk, element: string): void {
    if (!EndChunk.takes(element)) {
      this.#flush(chunk);
      const at = chunk === this.#head ? 0 : this.#inTree;
      return this.#splice(at, at, [element]);
    }
    chunk.push(element);
    if (chunk.length > MOST_CHUNK_BYTES) this.#flush(chunk);
  }

  /** Puts the elements of a chunk into the tree. */
  #flush(chunk: EndChunk): void {
    if (chunk.count === 0) return;
    const at = chunk === this.#head ? 0 : this.#inTree;
    this.#splice(at, at, chunk.elements());
    chunk.empty();
  }

  /** Removes the first element, and returns it. There is one. O(1) amortised. */
  popFirst(): string {
    return this.#popAt(this.#head, this.#tail);
  }

  /** The same with the last one. */
  popLast(): string {
    return this.#popAt(this.#tail, this.#head);
  }

  #popAt(chunk: EndChunk, other: EndChunk): string {
    if (chunk.count === 0 && this.#inTree > 0) this.#takeOut(chunk);
    if (chunk.count > 0) return chunk.pop();
    if (this.#inTree > 0) { // too long for a chunk
      const at = chunk === this.#head ? 0 : this.#inTree - 1;
      const found: string[] = [];
      this.#readTree(at, at + 1, found);
      this.#splice(at, at + 1, []);
      return found[0];
    }
    const elements = other.elements();
    const element = chunk === this.#head ? elements.shift() : elements.pop();
    other.fill(elements);
    return element!;
  }

  /** Takes elements at one end out of the tree, into the chunk there, which is empty. */
  #takeOut(chunk: EndChunk): void {
    const isHead = chunk === this.#head;
    const inTree = this.#inTree;
    const looked = Math.min(inTree, MOST_TAKEN);
    const found: string[] = [];
    if (isHead) this.#readTree(0, looked, found);
    else this.#readTree(inTree - looked, inTree, found);
    let count = 0;
    for (let bytes = 0; count < looked && bytes < TAKEN_BYTES; count++) {
      const element = found[isHead ? count : looked - 1 - count];
      if (!EndChunk.takes(element)) break;
      bytes += element.length + 1;
    }
    if (count === 0) return;
    if (isHead) this.#splice(0, count, []);
    else this.#splice(inTree - count, inTree, []);
    chunk.fill(isHead ? found.slice(0, count) : found.slice(-count));
  }

  // ---- anywhere ---------------------------------------------------------------------------------

  /** Puts elements before the one at an index, or behind the last one. O(log n + k). */
  insert(index: number, elements: readonly string[]): void {
    this.#settle(index, index);
    const at = index - this.#head.count;
    this.#splice(at, at, elements);
  }

  /** Puts another element in the place of one. O(log n). */
  replace(index: number, element: string): void {
    this.#settle(index, index + 1);
    const at = index - this.#head.count;
    this.#splice(at, at + 1, [element]);
  }

  /** Removes the elements from one index on up to, but not, another. O(log n). */
  removeRange(from: number, to: number): void {
    if (from >= to) return;
    this.#settle(from, to);
    this.#splice(from - this.#head.count, to - this.#head.count, []);
  }

  /** Makes sure that what is between two indices is in the tree. */
  #settle(from: number, to: number): void {
    const first = this.#head.count;
    const last = first + this.#inTree;
    if (from < first) this.#flush(this.#head);
    if (to > last) this.#flush(this.#tail);
  }

  /** Changes the tree, in a step of its own. */
  #splice(from: number, to: number, elements: readonly string[]): void {
    const draft = this.#draft;
    const tools = this.#tools;
    const { items } = tools;
    items.clear();
    for (const element of elements) {
      if (!addText(draft, items, element)) throw NO_ROOM;
    }
    tools.find(this.#root, from, to);
    const root = tools.splicer.splice(this.#root, tools.from, tools.to);
    if (root === NO_MEMORY) throw NO_ROOM;
    draft.step();
    this.#root = root;
    this.#inTree += elements.length - (to - from);
  }
}

/** What changes of lists work with: the same for all lists of a draft, one after the other. */
export class ListTools {
  readonly items: Items = new Items();
  readonly from: Place = new Place();
  readonly to: Place = new Place();
  readonly splicer: Splicer;
  /** For chunks. */
  readonly headScratch: Uint8Array = EndChunk.scratch();
  readonly tailScratch: Uint8Array = EndChunk.scratch();
  readonly #draft: ListDraft;

  constructor(draft: ListDraft) {
    this.#draft = draft;
    this.splicer = new Splicer(draft, 0, this.items);
  }

  /** Finds two places; the last one is in the leaf of the last element that goes. */
  find(root: number, from: number, to: number): void {
    this.from.findIndex(this.#draft, root, from);
    if (from === to) return this.to.copyFrom(this.from);
    this.from.toElement(this.#draft);
    this.to.findIndex(this.#draft, root, to - 1);
    this.to.toElement(this.#draft);
    this.to.stepInLeaf();
  }
}
