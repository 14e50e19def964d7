/**
 * Places in a tree: the way from the root to an element, or to where one belongs.
 *
 * @module
 */

import { compareToItem, isBefore, type SearchKey } from "./compare.ts";
import {
  headOf,
  isInner,
  itemsOf,
  type NodeMemory,
  refsAt,
  sumsAt,
} from "./node.ts";

/** A tree of this many levels has more elements than a segment has bytes. */
const MOST_LEVELS = 16;

/** A place: in each node on the way, which child, and at last which element of the leaf. */
export class Place {
  /** Nodes on the way; 0: the tree is empty. */
  levels = 0;
  readonly nodes: Int32Array = new Int32Array(MOST_LEVELS);
  readonly items: Int32Array = new Int32Array(MOST_LEVELS);
  /** Elements before it. */
  index = 0;
  /** Whether the element that was looked for is there. */
  found = false;

  /** The leaf. */
  get leaf(): number {
    return this.nodes[this.levels - 1];
  }

  /** Which item of the leaf. */
  get item(): number {
    return this.items[this.levels - 1];
  }

  /** Makes this the place of another one. */
  copyFrom(other: Place): void {
    const { levels } = other;
    this.levels = levels;
    for (let i = 0; i < levels; i++) {
      this.nodes[i] = other.nodes[i];
      this.items[i] = other.items[i];
    }
    this.index = other.index;
    this.found = other.found;
  }

  /** The place behind the element at this one; in the same leaf, if need be behind its last. */
  stepInLeaf(): void {
    this.items[this.levels - 1]++;
    this.index++;
    this.found = false;
  }

  /** Goes to the first element of the next leaf; false: this was the last one. */
  leaveLeaf(memory: NodeMemory): boolean {
    const level = this.levels - 1;
    const items = itemsOf(headOf(memory.words, this.nodes[level]));
    this.index += items - this.items[level];
    this.items[level] = items;
    return this.toElement(memory);
  }

  /** Goes to the next element; false: this was the last one, and the place is behind it. */
  next(memory: NodeMemory): boolean {
    this.index++;
    this.items[this.levels - 1]++;
    return this.toElement(memory);
  }

  /**
   * Where a place is behind the last element of its leaf, goes to the first one of the next leaf;
   * false: there is none.
   */
  toElement({ words }: NodeMemory): boolean {
    if (this.levels === 0) return false;
    let level = this.levels - 1;
    while (this.items[level] >= itemsOf(headOf(words, this.nodes[level]))) {
      if (level === 0) return this.#stayBehind(words);
      this.items[--level]++;
    }
    for (; level < this.levels - 1; level++) {
      const child = words[refsAt(this.nodes[level]) + this.items[level]];
      this.nodes[level + 1] = child;
      this.items[level + 1] = 0;
    }
    return true;
  }

  /** Goes to the element before; false: there is none, and the place stays. */
  previous({ words }: NodeMemory): boolean {
    if (this.index === 0) return false;
    let level = this.levels - 1;
    while (this.items[level] === 0) level--;
    this.index--;
    this.items[level]--;
    for (; level < this.levels - 1; level++) {
      const child = words[refsAt(this.nodes[level]) + this.items[level]];
      this.nodes[level + 1] = child;
      this.items[level + 1] = itemsOf(headOf(words, child)) - 1;
    }
    return true;
  }

  /** Behind the last element: in each node on the way the last child. */
  #stayBehind(words: Int32Array): false {
    for (let level = 0; level < this.levels - 1; level++) {
      this.items[level] = itemsOf(headOf(words, this.nodes[level])) - 1;
    }
    return false;
  }

  #enter(node: number, item: number): void {
    this.nodes[this.levels] = node;
    this.items[this.levels++] = item;
  }

  /**
   * Goes to the element with a key, or to where it belongs.
   *
   * Keys only, not a tree by position. O(log n) comparisons.
   */
  findKey(memory: NodeMemory, root: number, key: SearchKey): void {
    this.levels = 0;
    this.index = 0;
    this.found = false;
    if (root === 0) return;
    const { words } = memory;
    let node = root;
    for (;;) {
      const head = headOf(words, node);
      if (!isInner(head)) break;
      let low = 0; // the last child whose separator is not above the key
      let high = itemsOf(head);
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (isBefore(memory, node, middle, key)) high = middle;
        else low = middle;
      }
      if (low > 0) this.index += words[sumsAt(node, head) + low - 1];
      this.#enter(node, low);
      node = words[refsAt(node) + low];
    }
    let low = 0;
    let high = itemsOf(headOf(words, node));
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareToItem(memory, node, middle, key);
      if (order > 0) low = middle + 1;
      else high = middle;
      if (order === 0) this.found = true;
    }
    this.index += low;
    this.#enter(node, low);
  }

  /**
   * Goes to the element with so many before it; if there are no more, behind the last one.
   * O(log n).
   */
  findIndex({ words }: NodeMemory, root: number, index: number): void {
    this.levels = 0;
    this.found = false;
    this.index = index;
    if (root === 0) return;
    let node = root;
    let rest = index;
    for (;;) {
      const head = headOf(words, node);
      if (!isInner(head)) break;
      const sums = sumsAt(node, head);
      let low = 0;
      let high = itemsOf(head) - 1; // the last child is where all the rest is
      while (low < high) {
        const middle = (low + high) >> 1;
        if (words[sums + middle] > rest) high = middle;
        else low = middle + 1;
      }
      if (low > 0) rest -= words[sums + low - 1];
      this.#enter(node, low);
      node = words[refsAt(node) + low];
    }
    const items = itemsOf(headOf(words, node));
    this.found = rest < items;
    if (!this.found) {
      this.index -= rest - items;
      rest = items;
    }
    this.#enter(node, rest);
  }
}
