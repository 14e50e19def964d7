/**
 * The one way to change a tree: some of its elements make room for others.
 *
 * Nodes never change: the change copies the nodes on the way from the root to it, a few at most,
 * and leaves out those that they replace. What is removed between two places is left out by whole
 * subtrees, so a change costs O(log n) and the new elements, however much it removes. (Driscoll,
 * Sarnak, Sleator and Tarjan, "Making data structures persistent", 1989, call this path copying.)
 *
 * A leaf that is too full is split in equal parts, unless the change was at an end of the tree:
 * then the parts are as full as can be, as the next change will be there, too. A node of which too
 * much was removed takes in a neighbour.
 *
 * @module
 */

import { Items } from "./items.ts";
import { MOST_SEPARATOR_BYTES, writeSeparator } from "./compare.ts";
import { anyItem, Content, copyItem, readNodeItem } from "./content.ts";
import {
  clearBirth,
  endsAt,
  headOf,
  isInner,
  itemsOf,
  type NodeMemory,
  readEnd,
  refsAt,
  refsBelow,
  refsOf,
  setRefsBelow,
  sizeOf,
  startOf,
  sumsAt,
  writeHead,
} from "./node.ts";
import { forEachBlob } from "./part.ts";
import type { Place } from "./place.ts";

/** Where new nodes come from, and what becomes of those that are left out. */
export interface Draft extends NodeMemory {
  /** Memory for a new node; 0: there is none. */
  allocate(bytes: number): number;
  /** A new node is written, and others may hang from it. */
  sumUp(node: number): void;
  /**
   * A node is left out, but not what hangs from it. It may be one of the draft. It is read until
   * `splice` returns.
   */
  leave(node: number): void;
  /** A node is left out with all that hangs from it. */
  leaveAll(node: number): void;
  /** Whether a node is one of the draft: nobody else has seen it, and it may yet change. */
  isFresh(node: number): boolean;
}

/** What `splice` returns if there is no memory for a node. */
export const NO_MEMORY = -1;

/** A leaf has no more bytes than this, unless one element needs more. */
export const MOST_LEAF_BYTES = 512;
/** A leaf of which something was removed has no fewer, if it has a neighbour. */
export const LEAST_LEAF_BYTES = 160;
/** An inner node has no more children than this, and likewise no fewer. */
export const MOST_CHILDREN = 16;
export const LEAST_CHILDREN = 5;

/** How a node that is too full is split: in equal parts, or full ones first, or last. */
type Split = "even" | "first" | "last";

/** Changes trees with keys of so many words: 0 for lists, which go by position. */
export class Splicer {
  readonly #draft: Draft;
  readonly #keyWords: number;
  /** For each level, from the leaves up. */
  readonly #contents: Content[] = [];
  readonly #item = anyItem();
  readonly #before = anyItem();
  #hasMemory = true;
  /** Whether the leaves have fewer bytes than before: then one may be too empty. */
  #shrinks = false;
  #split: Split = "even";

  /**
   * @param draft The memory of nodes.
   * @param keyWords Key words of an element: 0, 1 or 2.
   * @param items Where the caller puts new elements, in their order.
   */
  constructor(draft: Draft, keyWords: number, items: Items) {
    this.#draft = draft;
    this.#keyWords = keyWords;
    this.#contents.push(new Content(draft, keyWords, false, items));
  }

  /**
   * Replaces the elements between two places by the new ones.
   *
   * @param root The tree; 0: it is empty.
   * @param from The first place.
   * @param to The one behind the last element that goes, in that element's leaf; or `from`.
   * @returns The root of the changed tree; 0: it is empty; `NO_MEMORY`: then what was drafted, and
   * what was left out, is to be forgotten.
   */
  splice(root: number, from: Place, to: Place): number {
    this.#hasMemory = true;
    if (root === 0) return this.#plant();
    this.#split = this.#splitAt(from, to);
    return this.#copyPath(from, to) ?? this.#rebuild(from, to);
  }

  /**
   * Makes the nodes of both ways anew, and others beside them if need be.
   *
   * Has a fast path, `#copyPath()` in store/tree/splice.ts. Kept alike by tests/store/tree_test.ts.
   */
  #rebuild(from: Place, to: Place): number {
    const top = from.levels - 1;
    this.#collect(top, from, to);
    return this.#grow(top);
  }

  /**
   * Copies the nodes on the way, where no node comes or goes; undefined: that is not so.
   *
   * Fast path of `#rebuild()` in store/tree/splice.ts: most changes are in one leaf, and leave it
   * neither too full nor too empty. Kept alike by tests/store/tree_test.ts.
   */
  #copyPath(from: Place, to: Place): number | undefined {
    const { leaf } = from;
    this.#shrinks = true;
    if (to.leaf !== leaf) return undefined;
    const content = this.#contents[0];
    this.#collectLeaf(leaf, from.item, leaf, to.item);
    const { count } = content;
    const bytes = content.bytesOf(0, count);
    this.#shrinks = bytes < sizeOf(this.#draft, leaf);
    const least = this.#shrinks && from.levels > 1 ? LEAST_LEAF_BYTES : 1;
    if (count === 0 || bytes < least || bytes > MOST_LEAF_BYTES) {
      return undefined;
    }
    let node = this.#draft.allocate(bytes);
    if (node === 0) return NO_MEMORY;
    content.write(node, 0, count);
    this.#draft.sumUp(node);
    this.#leaveBlobs(leaf, from.item, leaf, to.item);
    this.#draft.leave(leaf);
    const { words } = this.#draft;
    const growth = refsBelow(words, node) - refsBelow(words, leaf);
    const more = content.items.count - (to.index - from.index);
    for (let level = from.levels - 2; level >= 0; level--) {
      const inner = from.nodes[level];
      const copy = this.#draft.isFresh(inner) ? inner : this.#copyInner(inner);
      if (copy === 0) return NO_MEMORY;
      this.#replaceChild(copy, from.items[level], node, more);
      setRefsBelow(words, copy, refsBelow(words, copy) + growth);
      node = copy;
    }
    return node;
  }

  /** Copies an inner node, and leaves it out; 0: there is no memory. */
  #copyInner(inner: number): number {
    const { words } = this.#draft;
    const size = sizeOf(this.#draft, inner);
    const node = this.#draft.allocate(size);
    if (node === 0) return 0;
    const head = headOf(words, inner);
    writeHead(words, node, head);
    clearBirth(words, node);
    setRefsBelow(words, node, refsBelow(words, inner)); // its block is as large
    // Not the words between: the node is chained by them as long as it is drafted.
    words.copyWithin(refsAt(node), refsAt(inner), inner * 4 + (size + 3 >>> 2));
    this.#draft.leave(inner);
    return node;
  }

  /** Puts another child, which has so many elements more, into a fresh inner node. */
  #replaceChild(node: number, child: number, ref: number, more: number): void {
    const { words } = this.#draft;
    const head = headOf(words, node);
    words[refsAt(node) + child] = ref;
    const sums = sumsAt(node, head);
    for (let i = child; i < itemsOf(head); i++) words[sums + i] += more;
  }

  /** A tree of new elements only. */
  #plant(): number {
    const content = this.#contents[0];
    this.#split = "first";
    content.clear();
    content.addItems(0, content.items.count);
    return this.#grow(0);
  }

  /** At an end of the tree the next change is expected there again. */
  #splitAt(from: Place, to: Place): Split {
    if (from.index === 0) return "last";
    const { words } = this.#draft;
    for (let level = 0; level < to.levels; level++) {
      const items = itemsOf(headOf(words, to.nodes[level]));
      const isLeaf = level === to.levels - 1;
      if (to.items[level] !== (isLeaf ? items : items - 1)) return "even";
    }
    return "first";
  }

  #contentOf(level: number): Content {
    while (this.#contents.length <= level) {
      const content = new Content(
        this.#draft,
        this.#keyWords,
        true,
        new Items(),
      );
      this.#contents.push(content);
    }
    return this.#contents[level];
  }

  /**
   * Collects what takes the place of two nodes of a level, the same one perhaps: what one has
   * before `from`, what is new, what the other one has from `to` on.
   */
  #collect(level: number, from: Place, to: Place): void {
    const content = this.#contentOf(level);
    const left = from.nodes[from.levels - 1 - level];
    const right = to.nodes[to.levels - 1 - level];
    const first = from.items[from.levels - 1 - level];
    const last = to.items[to.levels - 1 - level];
    if (level === 0) {
      this.#collectLeaf(left, first, right, last);
      this.#leaveBlobs(left, first, right, last);
    } else {
      this.#collect(level - 1, from, to);
      content.clear();
      content.items.clear();
      content.addRun(left, 0, first);
      this.#leaveBetween(left, first, right, last);
      this.#replaceChildren(level, left, first, right, last + 1);
    }
    this.#draft.leave(left);
    if (right !== left) this.#draft.leave(right);
  }

  /** What one leaf has before an item, what is new, and what the other one has from an item on. */
  #collectLeaf(left: number, first: number, right: number, last: number): void {
    const content = this.#contents[0];
    content.clear();
    content.addRun(left, 0, first);
    content.addItems(0, content.items.count);
    content.addRun(right, last, itemsOf(headOf(this.#draft.words, right)));
  }

  /** The children between two, which are removed, with all that hangs from them. */
  #leaveBetween(
    left: number,
    first: number,
    right: number,
    last: number,
  ): void {
    const { words } = this.#draft;
    if (left === right) return this.#leaveChildren(left, first + 1, last);
    this.#leaveChildren(left, first + 1, itemsOf(headOf(words, left)));
    this.#leaveChildren(right, 0, last);
  }

  #leaveChildren(node: number, from: number, to: number): void {
    const refs = refsAt(node);
    for (let i = from; i < to; i++) {
      this.#draft.leaveAll(this.#draft.words[refs + i]);
    }
  }

  /** The blobs of the elements that are removed from one leaf, or two. */
  #leaveBlobs(left: number, first: number, right: number, last: number): void {
    const { words } = this.#draft;
    if (left === right) return this.#leaveBlobsOf(left, first, last);
    this.#leaveBlobsOf(left, first, itemsOf(headOf(words, left)));
    this.#leaveBlobsOf(right, 0, last);
  }

  #leaveBlobsOf(leaf: number, from: number, to: number): void {
    const { words, bytes } = this.#draft;
    const head = headOf(words, leaf);
    if (refsOf(head) === 0 || from === to) return;
    const ends = endsAt(leaf, head);
    const data = ends + itemsOf(head) * 2;
    const end = data + readEnd(bytes, ends + to * 2 - 2);
    const start = data + startOf(bytes, ends, from);
    forEachBlob(
      this.#draft,
      bytes,
      start,
      end,
      leaf,
      (blob) => this.#draft.leave(blob),
    );
  }

  /**
   * Puts nodes with the content of the level below in the place of the children from `first` of
   * `left` to `next` of `right`.
   */
  #replaceChildren(
    level: number,
    left: number,
    first: number,
    right: number,
    next: number,
  ): void {
    const content = this.#contents[level];
    const below = this.#contents[level - 1];
    const { words } = this.#draft;
    const children = itemsOf(headOf(words, right));
    readNodeItem(this.#draft, left, first, this.#before);
    let after = next;
    if (this.#shrinks && below.count > 0 && this.#isTooEmpty(level - 1)) {
      if (after < children) {
        readNodeItem(this.#draft, right, after, this.#item);
        const neighbour = words[refsAt(right) + after++];
        below.append(neighbour, this.#item);
        this.#draft.leave(neighbour);
      } else if (content.count > 0) {
        readNodeItem(this.#draft, left, first, this.#item);
        const neighbour = content.takeLast(this.#before);
        below.prepend(neighbour, this.#item);
        this.#draft.leave(neighbour);
      }
    }
    this.#pack(level - 1, content.items);
    content.addItems(0, content.items.count);
    content.addRun(right, after, children);
  }

  #isTooEmpty(level: number): boolean {
    const content = this.#contents[level];
    return level === 0
      ? content.bytesOf(0, content.count) < LEAST_LEAF_BYTES
      : content.count < LEAST_CHILDREN;
  }

  /** Writes the top level, and as many above as it takes, until there is one node: the root. */
  #grow(top: number): number {
    for (let level = top;; level++) {
      const content = this.#contents[level];
      if (!this.#hasMemory) return NO_MEMORY;
      if (content.count === 0) return 0;
      if (level > 0 && content.count === 1) {
        return this.#descend(content.refAt(0));
      }
      const above = this.#contentOf(level + 1);
      above.clear();
      above.items.clear();
      this.#before.length = 0;
      this.#pack(level, above.items);
      above.addItems(0, above.items.count);
    }
  }

  /** A root with one child only is none. */
  #descend(node: number): number {
    const { words } = this.#draft;
    let root = node;
    for (;;) {
      const head = headOf(words, root);
      if (!isInner(head) || itemsOf(head) > 1) return root;
      this.#draft.leave(root);
      root = words[refsAt(root)];
    }
  }

  // ---- nodes ------------------------------------------------------------------------------------

  /** Writes the content of a level into nodes, and these with their separators into `nodes`. */
  #pack(level: number, nodes: Items): void {
    const content = this.#contents[level];
    const { count } = content;
    if (count === 0) return;
    const bytes = content.bytesOf(0, count);
    const fits = level === 0
      ? bytes <= MOST_LEAF_BYTES
      : count <= MOST_CHILDREN;
    if (fits) return this.#write(level, 0, count, bytes, nodes);
    const cuts = level === 0 ? this.#cutLeaves(content) : this.#cutInner(count);
    for (let i = 1; i < cuts.length; i++) {
      const from = cuts[i - 1];
      const to = cuts[i];
      this.#write(level, from, to, content.bytesOf(from, to), nodes);
    }
  }

  #cutInner(count: number): number[] {
    const parts = Math.ceil(count / MOST_CHILDREN);
    const cuts = [0];
    for (let i = 1; i < parts; i++) {
      if (this.#split === "first") cuts.push(i * MOST_CHILDREN);
      else if (this.#split === "last") {
        cuts.push(count - (parts - i) * MOST_CHILDREN);
      } else cuts.push(Math.floor(count * i / parts));
    }
    cuts.push(count);
    return cuts;
  }

  /** Where the items of leaves that are too full are cut. */
  #cutLeaves(content: Content): number[] {
    const empty = content.bytesOf(0, 0);
    const room = MOST_LEAF_BYTES - empty;
    const sizes: number[] = [];
    for (let i = 0; i < content.count; i++) {
      sizes.push(content.bytesOf(i, i + 1) - empty);
    }
    if (this.#split === "even") return cutEvenly(sizes, room);
    if (this.#split === "first") return cutFull(sizes, room);
    const cuts = cutFull(sizes.reverse(), room);
    return cuts.map((cut) => content.count - cut).reverse();
  }

  #write(
    level: number,
    from: number,
    to: number,
    bytes: number,
    nodes: Items,
  ): void {
    if (!this.#hasMemory) return;
    const node = this.#draft.allocate(bytes);
    if (node === 0) {
      this.#hasMemory = false;
      return;
    }
    const sum = this.#contents[level].write(node, from, to);
    this.#draft.sumUp(node);
    this.#addNode(level, node, sum, from, nodes);
  }

  /** Adds a node that was written, with the separator before it. */
  #addNode(
    level: number,
    node: number,
    sum: number,
    from: number,
    nodes: Items,
  ): void {
    const content = this.#contents[level];
    const item = this.#item;
    if (from === 0) {
      const { high, low } = this.#before;
      nodes.addNode(node, sum, high, low, copyItem(nodes, this.#before));
      return;
    }
    content.readItem(from, item);
    const { high, low } = item;
    if (level > 0) {
      nodes.addNode(node, sum, high, low, copyItem(nodes, item));
      return;
    }
    const right = { node: item.node, bytes: item.bytes, at: item.at };
    content.readItem(from - 1, item);
    let at = nodes.reserve(MOST_SEPARATOR_BYTES);
    const areAlike = item.high === high && item.low === low;
    if (this.#keyWords > 0 && areAlike) {
      at += writeSeparator(nodes.bytes, at, item, right, this.#draft);
    }
    nodes.addNode(node, sum, high, low, at);
  }
}

/** Where sizes are cut into parts of no more than `room`, as full as can be; with both ends. */
function cutFull(sizes: readonly number[], room: number): number[] {
  const cuts = [0];
  let part = 0;
  sizes.forEach((size, i) => {
    if (part > 0 && part + size > room) {
      cuts.push(i);
      part = 0;
    }
    part += size;
  });
  cuts.push(sizes.length);
  return cuts;
}

/** The same, with parts as equal as can be: each is cut for what is left then. */
function cutEvenly(sizes: readonly number[], room: number): number[] {
  const cuts = [0];
  let rest = sizes.reduce((sum, size) => sum + size, 0);
  let part = 0;
  let wanted = rest / Math.ceil(rest / room);
  sizes.forEach((size, i) => {
    const isNearer = part + size - wanted <= wanted - part;
    if (part > 0 && (part + size > room || !isNearer)) {
      cuts.push(i);
      rest -= part;
      part = 0;
      wanted = rest / Math.ceil(rest / room);
    }
    part += size;
  });
  cuts.push(sizes.length);
  return cuts;
}
