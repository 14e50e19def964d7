/**
 * What is to be written into nodes of one level: runs of items, out of nodes that are there, and
 * out of private memory. A node is copied in as many pieces as it has runs, and not item by item.
 *
 * @module
 */

import type { Items } from "./items.ts";
import { forEachBlob, NO_LEAF } from "./part.ts";
import {
  endsAt,
  hasBytes,
  headOf,
  isInner,
  itemsOf,
  keysAt,
  keyWordsOf,
  nodeBytes,
  nodeHead,
  type NodeMemory,
  readEnd,
  refsAt,
  refsOf,
  startOf,
  sumsAt,
} from "./node.ts";
import { NodeWriter } from "./node_writer.ts";

/** The source of items in private memory. */
const PRIVATE = NO_LEAF;

/** The bytes of one item. */
export interface ItemBytes {
  /** The node that it is in; `NO_LEAF`: none yet. */
  node: number;
  bytes: Uint8Array;
  at: number;
  length: number;
  high: number;
  low: number;
}

/** Items in their order, of which nodes are made. */
export class Content {
  /** How many items. */
  count = 0;
  /** The new ones among them. */
  readonly items: Items;
  readonly #memory: NodeMemory;
  readonly #writer: NodeWriter;
  readonly #keyWords: number;
  readonly #inner: boolean;
  #runs = 0;
  #mayNameBlobs = false;
  readonly #sources: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  /**
   * @param memory Where the nodes are.
   * @param keyWords Key words of an item.
   * @param inner Whether this is for inner nodes.
   * @param items The private ones.
   */
  constructor(
    memory: NodeMemory,
    keyWords: number,
    inner: boolean,
    items: Items,
  ) {
    this.#memory = memory;
    this.#writer = new NodeWriter(memory);
    this.#keyWords = keyWords;
    this.#inner = inner;
    this.items = items;
  }

  clear(): void {
    this.count = 0;
    this.#runs = 0;
    this.#mayNameBlobs = false;
  }

  /** Adds items of a node. */
  addRun(node: number, from: number, to: number): void {
    if (from >= to) return;
    const i = this.#runs++;
    this.#sources[i] = node;
    this.#from[i] = from;
    this.#to[i] = to;
    this.count += to - from;
    if (!this.#inner && !this.#mayNameBlobs) {
      this.#mayNameBlobs = node === PRIVATE
        ? this.items.blobs > 0
        : refsOf(headOf(this.#memory.words, node)) > 0;
    }
  }

  /** Adds private items. */
  addItems(from: number, to: number): void {
    this.addRun(PRIVATE, from, to);
  }

  /**
   * Adds all items of a node.
   *
   * @param node The node.
   * @param separator What its parent has for it: it stands before its first child from now on.
   */
  append(node: number, separator: ItemBytes): void {
    const items = itemsOf(headOf(this.#memory.words, node));
    if (this.#inner) this.#addChild(node, 0, separator);
    this.addRun(node, this.#inner ? 1 : 0, items);
  }

  /**
   * Puts all items of a node in front.
   *
   * @param node The node.
   * @param separator What stands between it and the present first item.
   */
  prepend(node: number, separator: ItemBytes): void {
    const runs = this.#runs;
    if (this.#inner) { // the first child gets another separator
      this.#runOf(0);
      const first = this.#at;
      const source = this.#sources[0];
      if (source === PRIVATE) this.#addPrivateChild(first, separator);
      else this.#addChild(source, first, separator);
      this.#from[0]++;
      this.count--;
    }
    this.addRun(node, 0, itemsOf(headOf(this.#memory.words, node)));
    this.#rotate(runs);
  }

  /** Puts the runs from this one on, which were added last, before the others; the node's first. */
  #rotate(runs: number): void {
    for (const list of [this.#sources, this.#from, this.#to]) {
      const added = list.splice(runs, this.#runs - runs).reverse();
      list.splice(0, 0, ...added);
    }
    this.#dropEmpty();
  }

  #dropEmpty(): void {
    for (let i = this.#runs - 1; i >= 0; i--) {
      if (this.#from[i] < this.#to[i]) continue;
      for (const list of [this.#sources, this.#from, this.#to]) {
        list.splice(i, 1);
      }
      this.#runs--;
    }
  }

  /** Adds a child of a node as a private item, with another separator. */
  #addChild(node: number, child: number, separator: ItemBytes): void {
    const { words } = this.#memory;
    const sums = sumsAt(node, headOf(words, node)) + child;
    const sum = words[sums] - (child === 0 ? 0 : words[sums - 1]);
    this.#addNode(words[refsAt(node) + child], sum, separator);
  }

  #addPrivateChild(item: number, separator: ItemBytes): void {
    this.#addNode(this.items.refs[item], this.items.sums[item], separator);
  }

  #addNode(ref: number, sum: number, separator: ItemBytes): void {
    const { items } = this;
    items.addNode(
      ref,
      sum,
      separator.high,
      separator.low,
      copyItem(items, separator),
    );
    this.addItems(items.count - 1, items.count);
  }

  /** Takes the last item, that of a child, off; returns its ref. */
  takeLast(into: ItemBytes): number {
    const ref = this.refAt(this.count - 1);
    this.readItem(this.count - 1, into);
    const i = this.#runs - 1;
    if (--this.#to[i] === this.#from[i]) this.#runs--;
    this.count--;
    return ref;
  }

  /** Bytes of a node with some of the items. */
  bytesOf(from: number, to: number): number {
    this.#select(from, to);
    const items = to - from;
    const refs = this.#refs(items);
    return nodeBytes(
      refs,
      items,
      this.#keyWords,
      this.#inner,
      this.#itemBytes(),
    );
  }

  /** The ref in an item of an inner node. */
  refAt(item: number): number {
    const { words } = this.#memory;
    const run = this.#runOf(item);
    const source = this.#sources[run];
    if (source === PRIVATE) return this.items.refs[this.#at];
    return words[refsAt(source) + this.#at];
  }

  /** The key words and bytes of an item. */
  readItem(item: number, into: ItemBytes): void {
    const source = this.#sources[this.#runOf(item)];
    if (source === PRIVATE) readPrivate(this.items, this.#at, into);
    else readNodeItem(this.#memory, source, this.#at, into);
  }

  /** Which item of its run's source the last `#runOf` found. */
  #at = 0;

  #runOf(item: number): number {
    let before = 0;
    for (let i = 0;; i++) {
      const items = this.#to[i] - this.#from[i];
      if (item < before + items) {
        this.#at = this.#from[i] + item - before;
        return i;
      }
      before += items;
    }
  }

  // The runs of some of the items, as `#select` has them.
  #pieces = 0;
  readonly #pieceSources: number[] = [];
  readonly #pieceFrom: number[] = [];
  readonly #pieceTo: number[] = [];

  /** Selects the items that are counted, or written, next. */
  #select(from: number, to: number): void {
    let pieces = 0;
    let before = 0;
    for (let i = 0; i < this.#runs && before < to; i++) {
      const first = this.#from[i];
      const items = this.#to[i] - first;
      const a = from > before ? from - before : 0;
      const b = to - before < items ? to - before : items;
      before += items;
      if (a >= b) continue;
      this.#pieceSources[pieces] = this.#sources[i];
      this.#pieceFrom[pieces] = first + a;
      this.#pieceTo[pieces++] = first + b;
    }
    this.#pieces = pieces;
  }

  /** Bytes of the selected items. */
  #itemBytes(): number {
    if (!hasBytes(this.#inner, this.#keyWords)) return 0;
    let sum = 0;
    for (let i = 0; i < this.#pieces; i++) {
      sum += bytesOfRun(
        this.#memory,
        this.items,
        this.#pieceSources[i],
        this.#pieceFrom[i],
        this.#pieceTo[i],
      );
    }
    return sum;
  }

  /** How many refs a node with the selected items has. */
  #refs(items: number): number {
    if (this.#inner) return items;
    if (!this.#mayNameBlobs) return 0;
    let sum = 0;
    for (let i = 0; i < this.#pieces; i++) {
      sum += blobsOfRun(
        this.#memory,
        this.items,
        this.#pieceSources[i],
        this.#pieceFrom[i],
        this.#pieceTo[i],
      );
    }
    return sum;
  }

  /** Writes a node with some of the items; returns how many elements are under it. */
  write(node: number, from: number, to: number): number {
    this.#select(from, to);
    const items = to - from;
    const refs = this.#refs(items);
    const writer = this.#writer;
    writer.begin(node, nodeHead(refs, items, this.#keyWords, this.#inner));
    for (let i = 0; i < this.#pieces; i++) {
      const source = this.#pieceSources[i];
      const first = this.#pieceFrom[i];
      const last = this.#pieceTo[i];
      if (source === PRIVATE) writer.add(this.items, first, last);
      else writer.copy(source, first, last);
    }
    return writer.elements;
  }
}

/** Bytes of some items of one source. */
function bytesOfRun(
  { words, bytes }: NodeMemory,
  items: Items,
  source: number,
  from: number,
  to: number,
): number {
  if (source === PRIVATE) return items.ends[to - 1] - items.startOf(from);
  const ends = endsAt(source, headOf(words, source));
  return readEnd(bytes, ends + to * 2 - 2) - startOf(bytes, ends, from);
}

/** How many blobs some items of one source name. */
function blobsOfRun(
  memory: NodeMemory,
  items: Items,
  source: number,
  from: number,
  to: number,
): number {
  const { words, bytes } = memory;
  let blobs = 0;
  const count = () => blobs++;
  if (source === PRIVATE) {
    const start = items.startOf(from);
    const end = items.ends[to - 1];
    forEachBlob(memory, items.bytes, start, end, NO_LEAF, count);
    return blobs;
  }
  const head = headOf(words, source);
  if (refsOf(head) === 0) return 0;
  const ends = endsAt(source, head);
  const data = ends + itemsOf(head) * 2;
  const end = data + readEnd(bytes, ends + to * 2 - 2);
  const start = data + startOf(bytes, ends, from);
  forEachBlob(memory, bytes, start, end, source, count);
  return blobs;
}

/** A place for the bytes of an item. */
export function anyItem(): ItemBytes {
  const bytes = new Uint8Array(0);
  return { node: NO_LEAF, bytes, at: 0, length: 0, high: 0, low: 0 };
}

/** Reads an item that is in no node yet. */
function readPrivate(items: Items, item: number, into: ItemBytes): void {
  into.node = NO_LEAF;
  into.bytes = items.bytes;
  into.at = items.startOf(item);
  into.length = items.ends[item] - into.at;
  into.high = items.high[item];
  into.low = items.low[item];
}

/** Reads an item of a node. */
export function readNodeItem(
  { words, bytes }: NodeMemory,
  node: number,
  item: number,
  into: ItemBytes,
): void {
  const head = headOf(words, node);
  const keyWords = keyWordsOf(head);
  const keys = keysAt(node, head) + item * keyWords;
  into.high = keyWords > 0 ? words[keys] : 0;
  into.low = keyWords > 1 ? words[keys + 1] : 0;
  into.node = node;
  into.bytes = bytes;
  into.length = 0;
  if (!hasBytes(isInner(head), keyWords)) return;
  const ends = endsAt(node, head);
  const start = startOf(bytes, ends, item);
  into.at = ends + itemsOf(head) * 2 + start;
  into.length = readEnd(bytes, ends + item * 2) - start;
}

/** Copies the bytes of an item to where those of the next private one go; returns their end. */
export function copyItem(items: Items, item: ItemBytes): number {
  const at = items.reserve(item.length);
  const { bytes, at: from, length } = item;
  for (let i = 0; i < length; i++) items.bytes[at + i] = bytes[from + i];
  return at + length;
}
