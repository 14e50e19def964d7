/**
 * Filling: a tree of many elements that come in their order, in leaves that are full.
 *
 * @module
 */

import { Items } from "./items.ts";
import { addElement } from "./element.ts";
import { Place } from "./place.ts";
import type { ListDraft } from "./list.ts";
import { NO_MEMORY, Splicer } from "./splice.ts";

/** Elements that are added by one change: many more than a leaf has, and not much memory. */
const BATCH = 512;

/** Loads one tree. Its memory is that of the tree and a batch, however many elements come. */
export class Filling {
  readonly #draft: ListDraft;
  readonly #items = new Items();
  readonly #splicer: Splicer;
  readonly #end = new Place();
  #root = 0;
  #count = 0;

  /**
   * @param draft Where nodes come from.
   * @param keyWords Key words of an element.
   */
  constructor(draft: ListDraft, keyWords: number) {
    this.#draft = draft;
    this.#splicer = new Splicer(draft, keyWords, this.#items);
  }

  /**
   * Adds the next element.
   *
   * @returns Whether there was memory for it; if not, the draft is to be forgotten.
   */
  add(high: number, low: number, ...contents: readonly Uint8Array[]): boolean {
    const isFull = this.#items.count === BATCH;
    if (isFull && this.#flush() === NO_MEMORY) return false;
    return addElement(this.#draft, this.#items, high, low, ...contents);
  }

  /** The root of the tree; 0: there were no elements; `NO_MEMORY`: as `add`. */
  finish(): number {
    return this.#items.count === 0 ? this.#root : this.#flush();
  }

  #flush(): number {
    this.#end.findIndex(this.#draft, this.#root, this.#count);
    const root = this.#splicer.splice(this.#root, this.#end, this.#end);
    if (root === NO_MEMORY) return root;
    this.#draft.step();
    this.#root = root;
    this.#count += this.#items.count;
    this.#items.clear();
    return root;
  }
}
