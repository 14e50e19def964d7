/**
 * Members by hash: what sets and hashes are, and half of a sorted set. Each member is there once,
 * and may have something with it: a value, a score.
 *
 * @module
 */

import { Items } from "./items.ts";
import type { SearchKey } from "./compare.ts";
import { addElement, partOf } from "./element.ts";
import { Place } from "./place.ts";
import { type Draft, NO_MEMORY, Splicer } from "./splice.ts";

/** From the bytes of a member to its hash, 32 bits. */
export type Hash = (member: Uint8Array) => number;

/** No tree has this root. */
const NO_TREE = -1;

/** Changes trees of members. The caller keeps the root of each. */
export class Members {
  /** Where the member is, or belongs, that was looked for last. */
  readonly place: Place = new Place();
  readonly #draft: Draft;
  readonly #hash: Hash;
  readonly #items = new Items();
  readonly #splicer: Splicer;
  readonly #end = new Place();
  /** The tree in which the member with `#key` was looked for; `NO_TREE`: it is another one now. */
  #root = NO_TREE;
  readonly #key: SearchKey = { high: 0, low: 0, content: new Uint8Array(0) };

  constructor(draft: Draft, hash: Hash) {
    this.#draft = draft;
    this.#hash = hash;
    this.#splicer = new Splicer(draft, 1, this.#items);
  }

  /** Looks for a member, unless that was done last; says whether it is there. O(log n). */
  find(root: number, member: Uint8Array): boolean {
    if (member === this.#key.content && root === this.#root) {
      return this.place.found;
    }
    this.#root = root;
    this.#key.high = this.#hash(member);
    this.#key.content = member;
    this.place.findKey(this.#draft, root, this.#key);
    return this.place.found;
  }

  /** What the member that was found last has with it, without a copy: good while the tree is. */
  get with(): Uint8Array {
    return partOf(this.#draft, this.place.leaf, this.place.item, 1);
  }

  /**
   * Puts the member that was looked for last, with what it has with it, into the tree, or in its
   * own place. O(log n).
   *
   * @returns The root of the changed tree, or `NO_MEMORY`.
   */
  put(root: number, ...beside: readonly Uint8Array[]): number {
    const { high, content } = this.#key;
    this.#items.clear();
    const hasMemory = addElement(
      this.#draft,
      this.#items,
      high,
      0,
      content,
      ...beside,
    );
    if (!hasMemory) return NO_MEMORY;
    return this.#change(root);
  }

  /** Removes the member that was found last. As `put`. */
  remove(root: number): number {
    this.#items.clear();
    return this.#change(root);
  }

  #change(root: number): number {
    this.#root = NO_TREE;
    this.#end.copyFrom(this.place);
    if (this.place.found) this.#end.stepInLeaf();
    return this.#splicer.splice(root, this.place, this.#end);
  }
}
