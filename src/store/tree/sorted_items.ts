/**
 * Sorted items in a tree: each has two key words, and two parts, which are the rest of its key and
 * what it has with it.
 *
 * @module
 */

import type { Item, ItemKey, SortedItems } from "../collections.ts";
import { addElement, partOf } from "./element.ts";
import { Filling } from "./filling.ts";
import { Items } from "./items.ts";
import { type ListDraft, NO_ROOM } from "./list.ts";
import { countOf, headOf, keysAt } from "./node.ts";
import { Place } from "./place.ts";
import { NO_MEMORY, Splicer } from "./splice.ts";

const KEY_WORDS = 2;

/** What changes of such trees work with: the same for all of a draft, one after the other. */
export class ItemTools {
  readonly items: Items = new Items();
  readonly from: Place = new Place();
  readonly to: Place = new Place();
  readonly splicer: Splicer;

  constructor(draft: ListDraft) {
    this.splicer = new Splicer(draft, KEY_WORDS, this.items);
  }
}

/** The items of one tree. */
export class TreeItems implements SortedItems {
  /** The root of the tree; 0: there are none. */
  root: number;
  readonly #draft: ListDraft;
  readonly #tools: ItemTools;

  constructor(draft: ListDraft, root: number, tools: ItemTools) {
    this.root = root;
    this.#draft = draft;
    this.#tools = tools;
  }

  get length(): number {
    return countOf(this.#draft.words, this.root);
  }

  /** Goes to an item, or to where it belongs. */
  #find(key: ItemKey): Place {
    const { from } = this.#tools;
    from.findKey(this.#draft, this.root, key);
    return from;
  }

  countBefore(key: ItemKey): number {
    return this.#find(key).index;
  }

  get(key: ItemKey): Uint8Array | undefined {
    const { found, item, leaf } = this.#find(key);
    return found ? partOf(this.#draft, leaf, item, 1) : undefined;
  }

  slice(from: number, to: number): Item[] {
    const found: Item[] = [];
    if (from >= to) return found;
    const draft = this.#draft;
    const { from: place } = this.#tools;
    place.findIndex(draft, this.root, from);
    place.toElement(draft);
    for (let left = to - from; left > 0; left--) {
      found.push(this.#itemAt(place));
      place.next(draft);
    }
    return found;
  }

  #itemAt({ item, leaf }: Place): Item {
    const draft = this.#draft;
    const { words } = draft;
    const at = keysAt(leaf, headOf(words, leaf)) + KEY_WORDS * item;
    return {
      high: words[at],
      low: words[at + 1],
      content: partOf(draft, leaf, item, 0),
      value: partOf(draft, leaf, item, 1),
    };
  }

  /** O(log n). Throws `NO_ROOM`; so does `removeRange`. */
  put({ content, high, low, value }: Item): void {
    const { items, to } = this.#tools;
    const from = this.#find({ high, low, content });
    to.copyFrom(from);
    if (from.found) to.stepInLeaf();
    items.clear();
    if (!addElement(this.#draft, items, high, low, content, value)) {
      throw NO_ROOM;
    }
    this.#splice();
  }

  /** O(log n). */
  removeRange(first: number, end: number): void {
    if (first >= end) return;
    const draft = this.#draft;
    const { from, items, to } = this.#tools;
    from.findIndex(draft, this.root, first);
    from.toElement(draft);
    to.findIndex(draft, this.root, end - 1); // so it is in the leaf of the last one that goes
    to.toElement(draft);
    to.stepInLeaf();
    items.clear();
    this.#splice();
  }

  #splice(): void {
    const { from, splicer, to } = this.#tools;
    const root = splicer.splice(this.root, from, to);
    if (root === NO_MEMORY) throw NO_ROOM;
    this.#draft.step();
    this.root = root;
  }
}

/** A tree of items, which come in their order; returns its root. Throws `NO_ROOM`. */
export function plantItems(draft: ListDraft, items: readonly Item[]): number {
  const filling = new Filling(draft, KEY_WORDS);
  for (const { content, high, low, value } of items) {
    if (!filling.add(high, low, content, value)) throw NO_ROOM;
  }
  const root = filling.finish();
  if (root === NO_MEMORY) throw NO_ROOM;
  return root;
}
