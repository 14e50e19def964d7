/**
 * A tree beside a plain array that says what must be in it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { Items } from "../../src/store/tree/items.ts";
import { isBefore, type SearchKey } from "../../src/store/tree/compare.ts";
import { addElement, partOf } from "../../src/store/tree/element.ts";
import {
  countOf,
  headOf,
  isInner,
  itemsOf,
  refsAt,
  sumsAt,
} from "../../src/store/tree/node.ts";
import { Place } from "../../src/store/tree/place.ts";
import { NO_MEMORY, Splicer } from "../../src/store/tree/splice.ts";
import type { TreeMemory } from "./tree_memory.ts";

/** An element of the array: key words, the first part, and perhaps another one. */
export interface Element {
  readonly high: number;
  readonly low: number;
  readonly name: Uint8Array;
  readonly value?: Uint8Array;
}

export class Ordered {
  root = 0;
  readonly elements: Element[] = [];
  readonly memory: TreeMemory;
  readonly #keyWords: number;
  readonly #items = new Items();
  readonly #splicer: Splicer;
  readonly from = new Place();
  readonly to = new Place();

  constructor(memory: TreeMemory, keyWords: number) {
    this.memory = memory;
    this.#keyWords = keyWords;
    this.#splicer = new Splicer(memory, keyWords, this.#items);
  }

  /** How an element compares to another one. */
  compare(a: Element, b: Element): number {
    if (this.#keyWords > 0 && a.high !== b.high) {
      return (a.high >>> 0) - (b.high >>> 0);
    }
    if (this.#keyWords > 1 && a.low !== b.low) {
      return (a.low >>> 0) - (b.low >>> 0);
    }
    for (let i = 0; i < Math.min(a.name.length, b.name.length); i++) {
      if (a.name[i] !== b.name[i]) return a.name[i] - b.name[i];
    }
    return a.name.length - b.name.length;
  }

  /** Where an element is in the array; negative: where it belongs, complemented. */
  search(element: Element): number {
    let low = 0;
    let high = this.elements.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = this.compare(element, this.elements[middle]);
      if (order === 0) return middle;
      if (order > 0) low = middle + 1;
      else high = middle;
    }
    return ~low;
  }

  /** Puts elements in the place of others, in the tree and in the array. */
  splice(index: number, count: number, ...added: Element[]): void {
    this.memory.publish();
    this.from.findIndex(this.memory, this.root, index);
    this.#change(index, count, added);
  }

  /** Adds an element where it belongs, or in the place of the one with its key. */
  put(element: Element): void {
    const found = this.seek(element);
    const index = found < 0 ? ~found : found;
    this.#change(index, found < 0 ? 0 : 1, [element]);
  }

  /** Removes the element with a key, if there is one. */
  remove(element: Element): void {
    const found = this.seek(element);
    if (found >= 0) this.#change(found, 1, []);
  }

  /** Looks an element up in both; the tree must say the same. */
  seek(element: Element): number {
    const found = this.search(element);
    const key: SearchKey = { ...element, content: element.name };
    this.from.findKey(this.memory, this.root, key);
    assertEquals(
      this.from.found,
      found >= 0,
      "the tree has it if the array does",
    );
    assertEquals(
      this.from.index,
      found < 0 ? ~found : found,
      "and at the same place",
    );
    return found;
  }

  #change(index: number, count: number, added: Element[]): void {
    this.to.copyFrom(this.from);
    if (count > 0) {
      this.to.findIndex(this.memory, this.root, index + count - 1);
      this.to.stepInLeaf();
    }
    this.#items.clear();
    for (const { high, low, name, value } of added) {
      const contents = value === undefined ? [name] : [name, value];
      if (!addElement(this.memory, this.#items, high, low, ...contents)) {
        return this.memory.forget();
      }
    }
    const root = this.#splicer.splice(this.root, this.from, this.to);
    if (root === NO_MEMORY) return this.memory.forget();
    this.root = root;
    this.elements.splice(index, count, ...added);
  }

  /** Checks that the tree has what the array has, and that no other node is there. */
  check(): void {
    const { memory, root } = this;
    memory.publish();
    memory.check(root);
    assertEquals(countOf(memory.words, root), this.elements.length);
    this.checkElements(root, this.elements);
    if (this.#keyWords > 0) this.#checkSeparators(root, 0);
    const nodes = memory.reachable(root);
    assertEquals(
      memory.live.size,
      nodes.length,
      "all that was drafted is in the tree, or left out",
    );
    assert(
      nodes.every((node) => memory.live.has(node)),
      "all of the tree is there",
    );
  }

  /** Walks a tree, which may be an old one. */
  checkElements(root: number, elements: readonly Element[]): void {
    const { memory } = this;
    const place = new Place();
    place.findIndex(memory, root, 0);
    elements.forEach((element, i) => {
      assertEquals(place.index, i);
      const parts = element.value === undefined
        ? [element.name]
        : [element.name, element.value];
      parts.forEach((part, p) => {
        const there = partOf(memory, place.leaf, place.item, p);
        assert(Buffer.compare(there, part) === 0, `element ${i}, part ${p}`);
      });
      assertEquals(
        place.next(memory),
        i + 1 < elements.length,
        `element ${i} of ${elements.length}`,
      );
    });
  }

  /** Checks that each separator is above what is before it, and not above what is behind. */
  #checkSeparators(node: number, before: number): void {
    const { words } = this.memory;
    const head = headOf(words, node);
    if (node === 0 || !isInner(head)) return;
    for (let child = 0; child < itemsOf(head); child++) {
      const ref = words[refsAt(node) + child];
      const sums = sumsAt(node, head);
      const first = before + (child === 0 ? 0 : words[sums + child - 1]);
      if (child > 0) {
        assert(
          this.#isBefore(node, child, first - 1),
          "a separator is above what is before it",
        );
        assert(
          !this.#isBefore(node, child, first),
          "and not above what is behind it",
        );
      }
      this.#checkSeparators(ref, first);
    }
  }

  #isBefore(node: number, child: number, index: number): boolean {
    const element = this.elements[index];
    return isBefore(this.memory, node, child, {
      ...element,
      content: element.name,
    });
  }
}
