/**
 * Lists: a tree by position, and chunks at both ends, which go into the tree when they are full. So
 * a push or a pop at an end is O(1) amortised, and everything else O(log n).
 *
 * @module
 */

import { addElement, partOf } from "./element.ts";
import { EndChunk, MOST_CHUNK_BYTES, TAKEN_BYTES } from "./end_chunk.ts";
import { Items } from "./items.ts";
import { countOf } from "./node.ts";
import { Place } from "./place.ts";
import { type Draft, NO_MEMORY, Splicer } from "./splice.ts";

/** Bytes of the lengths of the two chunks, and of how many elements they have. */
const HEAD_BYTES = 8;

/** A draft of which steps may be told apart: see `TreeDraft.step`. */
export interface ListDraft extends Draft {
  step(): void;
}

/** Thrown by a change for which there was no memory: nothing of it counts. */
export const NO_ROOM: Error = new Error("There is no memory for a node");

/** A list as it is, with what a change has made of it by now. */
export class TreeList {
  readonly #draft: ListDraft;
  /** What changes the tree; undefined: it is made when the first change comes. */
  #tools: ListTools | undefined;
  readonly #head: EndChunk;
  readonly #tail: EndChunk;
  #root: number;
  #inTree: number;

  /**
   * @param draft Where its nodes are, and new ones come from.
   * @param root The tree; 0: it is empty.
   * @param body What `body` returned before; nothing: there are no chunks.
   * @param tools What changes the trees of the draft.
   */
  constructor(
    draft: ListDraft,
    root = 0,
    body?: Uint8Array,
    tools?: ListTools,
  ) {
    this.#draft = draft;
    this.#tools = tools;
    this.#root = root;
    this.#inTree = countOf(draft.words, root);
    this.#head = new EndChunk(true);
    this.#tail = new EndChunk(false);
    if (body !== undefined) this.#read(body);
  }

  #read(body: Uint8Array): void {
    const word = (at: number) => body[at] | body[at + 1] << 8;
    const middle = HEAD_BYTES + word(0);
    this.#head.bytes = body.subarray(HEAD_BYTES, middle);
    this.#head.count = word(2);
    this.#tail.bytes = body.subarray(middle, middle + word(4));
    this.#tail.count = word(6);
  }

  /** The root of its tree. */
  get root(): number {
    return this.#root;
  }

  /** What its version says besides. */
  get body(): Uint8Array {
    const { bytes: head, count: first } = this.#head;
    const { bytes: tail, count: last } = this.#tail;
    const body = new Uint8Array(HEAD_BYTES + head.length + tail.length);
    [head.length, first, tail.length, last].forEach((word, i) => {
      body[2 * i] = word;
      body[2 * i + 1] = word >>> 8;
    });
    body.set(head, HEAD_BYTES);
    body.set(tail, HEAD_BYTES + head.length);
    return body;
  }

  /** The number of elements. */
  get length(): number {
    return this.#head.count + this.#inTree + this.#tail.count;
  }

  // ---- reading ----------------------------------------------------------------------------------

  /** The elements from one index up to, but not, another: good while the tree is. O(log n + k). */
  slice(from: number, to: number): Uint8Array[] {
    const first = this.#head.count;
    const last = first + this.#inTree;
    const found: Uint8Array[] = [];
    if (from < first) {
      found.push(...this.#head.elements().slice(from, Math.min(to, first)));
    }
    const start = Math.max(from, first) - first;
    this.#readTree(start, Math.min(to, last) - first, found);
    if (to > last) {
      const tail = this.#tail.elements();
      found.push(...tail.slice(Math.max(from, last) - last, to - last));
    }
    return found;
  }

  #readTree(from: number, to: number, found: Uint8Array[]): void {
    if (from >= to) return;
    const place = new Place();
    place.findIndex(this.#draft, this.#root, from);
    place.toElement(this.#draft);
    for (let i = from; i < to; i++) {
      found.push(partOf(this.#draft, place.leaf, place.item, 0));
      place.next(this.#draft);
    }
  }

  // ---- the ends ---------------------------------------------------------------------------------

  /** Adds an element before all others. O(1) amortised. Throws `NO_ROOM`; so do the others. */
  pushFirst(element: Uint8Array): void {
    this.#pushAt(this.#head, element);
  }

  /** Adds an element behind all others. O(1) amortised. */
  pushLast(element: Uint8Array): void {
    this.#pushAt(this.#tail, element);
  }

  #pushAt(chunk: EndChunk, element: Uint8Array): void {
    if (!EndChunk.takes(element)) {
      this.#flush(chunk);
      const at = chunk === this.#head ? 0 : this.#inTree;
      return this.#splice(at, at, [element]);
    }
    chunk.push(element);
    if (chunk.bytes.length > MOST_CHUNK_BYTES) this.#flush(chunk);
  }

  /** Puts the elements of a chunk into the tree. */
  #flush(chunk: EndChunk): void {
    if (chunk.count === 0) return;
    const at = chunk === this.#head ? 0 : this.#inTree;
    this.#splice(at, at, chunk.elements());
    chunk.empty();
  }

  /** Removes the first element, and returns it: good while the tree is. There is one. */
  popFirst(): Uint8Array {
    return this.#popAt(this.#head, this.#tail);
  }

  /** The same with the last one. O(1) amortised. */
  popLast(): Uint8Array {
    return this.#popAt(this.#tail, this.#head);
  }

  #popAt(chunk: EndChunk, other: EndChunk): Uint8Array {
    if (chunk.count === 0 && this.#inTree > 0) this.#takeOut(chunk);
    if (chunk.count > 0) return chunk.pop();
    if (this.#inTree > 0) { // too long for a chunk
      const at = chunk === this.#head ? 0 : this.#inTree - 1;
      const [element] = this.slice(
        this.#head.count + at,
        this.#head.count + at + 1,
      );
      this.#splice(at, at + 1, []);
      return element;
    }
    const elements = other.elements();
    const element = chunk === this.#head ? elements.shift() : elements.pop();
    other.fill(elements);
    return element!;
  }

  /** Takes elements at one end out of the tree, into the chunk there, which is empty. */
  #takeOut(chunk: EndChunk): void {
    const isHead = chunk === this.#head;
    const taken: Uint8Array[] = [];
    let bytes = 0;
    while (taken.length < this.#inTree && bytes < TAKEN_BYTES) {
      const i = isHead ? taken.length : this.#inTree - 1 - taken.length;
      const found: Uint8Array[] = [];
      this.#readTree(i, i + 1, found);
      if (!EndChunk.takes(found[0])) break;
      taken.push(found[0].slice()); // of the caller's own: the node goes
      bytes += found[0].length + 1;
    }
    if (taken.length === 0) return;
    const count = taken.length;
    if (isHead) this.#splice(0, count, []);
    else this.#splice(this.#inTree - count, this.#inTree, []);
    chunk.fill(isHead ? taken : taken.reverse());
  }

  // ---- anywhere ---------------------------------------------------------------------------------

  /** Puts elements before the one at an index, or behind the last one. O(log n + k). */
  insert(index: number, elements: readonly Uint8Array[]): void {
    this.#settle(index, index);
    const at = index - this.#head.count;
    this.#splice(at, at, elements);
  }

  /** Puts another element in the place of one. O(log n). */
  replace(index: number, element: Uint8Array): void {
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
  #splice(from: number, to: number, elements: readonly Uint8Array[]): void {
    const draft = this.#draft;
    const tools = this.#tools ??= new ListTools(draft);
    const { items } = tools;
    items.clear();
    for (const element of elements) {
      if (!addElement(draft, items, 0, 0, element)) throw NO_ROOM;
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
