/**
 * Tree drafts: the nodes of one change of a structure, and what it leaves out.
 *
 * Nodes never change: a change makes new ones, and names the old ones that it does without. Each
 * says what it takes with all that hangs from it: so nobody has to walk through what is left out as
 * a whole. (`table/trees.ts` says what becomes of them.)
 *
 * @module
 */

import type { Allocator } from "../segment/allocator.ts";
import type { Participant } from "../reclamation/participant.ts";
import {
  addChildRefs,
  childOf,
  childrenOf,
  setTreeRefs,
} from "../reclamation/tree.ts";
import type { SharedBytes } from "../segment/segment.ts";
import type { Words } from "../segment/atomics.ts";
import { whole } from "../table/structure.ts";
import type { Trees } from "../table/trees.ts";

/** The nodes of one change after the other, as one participant makes them. */
export class TreeDraft {
  readonly words: Words;
  readonly bytes: SharedBytes;
  readonly #participant: Participant;
  readonly #allocator: Allocator;
  readonly #trees: Trees;
  readonly #fresh = new NodeSet();
  /** Fresh nodes that this change has left out already; they may still be read. */
  readonly #dropped: number[] = [];
  /** Those that are read no more: their blocks are used again. */
  readonly #spare: number[] = [];
  readonly #left: number[] = [];
  /** How many bytes were asked for in vain; 0: none were. */
  shortage = 0;
  /** Bytes of the blocks that it has taken. */
  taken = 0;
  /** Whether anything was drafted, or left out, since it began. */
  #isUsed = false;
  /** Whether a section has begun: with the first node. */
  #isOpen = false;
  /** What was drafted before: for another version of the same commit. */
  #before = 0;

  constructor(participant: Participant, trees: Trees) {
    const { allocator, segment } = participant;
    this.#participant = participant;
    this.words = segment.words;
    this.bytes = segment.bytes;
    this.#allocator = allocator;
    this.#trees = trees;
  }

  /**
   * Begins a change of a structure. With its first node a section begins: from there on nothing may
   * throw, and `close` ends it.
   */
  begin(): void {
    this.shortage = 0;
    this.taken = 0;
    this.#isOpen = false;
    if (!this.#isUsed) return;
    this.#isUsed = false;
    this.#fresh.clear();
    this.#dropped.length = 0;
    this.#spare.length = 0;
    this.#left.length = 0;
  }

  /** Ends the section, when the nodes are freed, or part of a version that is in hand. */
  close(): void {
    if (this.#isOpen) this.#participant.leaveSection();
    this.#isOpen = false;
  }

  /**
   * Memory for a new node; 0: there is none, and the change fails. The first word of the node is to
   * be written, and `sumUp` called if others hang from it.
   */
  allocate(bytes: number): number {
    if (!this.#isOpen) this.#open();
    const refs = this.#allocator.blockRefs(bytes);
    const node = this.#takeSpare(refs) || this.#trees.allocate(bytes);
    if (node === 0) {
      this.shortage = bytes;
      return 0;
    }
    this.taken += bytes;
    this.#fresh.add(node);
    setTreeRefs(this.words, node, refs);
    return node;
  }

  /** A new node is written, and what hangs from it: from here on it says what all that takes. */
  sumUp(node: number): void {
    addChildRefs(this.words, node);
  }

  #open(): void {
    this.#participant.enterSection();
    this.#isOpen = true;
    this.#isUsed = true;
    this.#before = this.#trees.last;
  }

  /** A block of this size that is used no more; 0: there is none. */
  #takeSpare(refs: number): number {
    const spare = this.#spare;
    for (let i = spare.length - 1; i >= 0; i--) {
      const node = spare[i];
      if (this.#refsOf(node) !== refs) continue;
      spare[i] = spare[spare.length - 1];
      spare.length--;
      return node;
    }
    return 0;
  }

  /**
   * Leaves a node out, but not what hangs from it. It is read until the next `step`, if the change
   * has made it itself.
   */
  leave(node: number): void {
    this.#isUsed = true;
    if (this.#fresh.delete(node)) this.#dropped.push(node);
    else this.#left.push(node);
  }

  /** Leaves a node out with all that hangs from it. O(1), and O(nodes) of those of this change. */
  leaveAll(node: number): void {
    if (!this.#fresh.has(node)) {
      this.#isUsed = true;
      this.#left.push(whole(node));
      return;
    }
    const children = this.#childrenOf(node);
    this.leave(node);
    for (const child of children) this.leaveAll(child);
  }

  /** Whether a node is one of this change: nobody else has seen it, and it may yet change. */
  isFresh(node: number): boolean {
    return this.#fresh.has(node);
  }

  /** A step of the change is over: what it has left out of its own is read no more. */
  step(): void {
    for (const node of this.#dropped) this.#spare.push(node);
    this.#dropped.length = 0;
  }

  /**
   * What the new version leaves out, also of the fresh nodes.
   *
   * @param goesOn Whether it has something of the trees before; else all of these go.
   */
  end(goesOn: boolean): readonly number[] {
    const left = goesOn ? this.#left.slice() : [];
    for (const node of this.#dropped) left.push(node);
    for (const node of this.#spare) left.push(node);
    return left;
  }

  /** Frees the nodes of the change: it is not made. */
  giveUp(): void {
    if (this.#isOpen) this.#trees.giveUp(this.#before);
  }

  #childrenOf(node: number): number[] {
    const { words } = this;
    const count = childrenOf(words, node);
    return Array.from({ length: count }, (_, i) => childOf(words, node, i));
  }

  #refsOf(node: number): number {
    return this.#allocator.refsOf(node);
  }
}

/** So many nodes are searched one by one: that takes less time than an index. */
const MOST_SEARCHED = 24;

/** A set of nodes, of which there are few at most times. */
class NodeSet {
  readonly #few: number[] = [];
  #many: Set<number> | undefined;

  clear(): void {
    this.#few.length = 0;
    this.#many = undefined;
  }

  add(node: number): void {
    if (this.#many !== undefined) this.#many.add(node);
    else if (this.#few.length < MOST_SEARCHED) this.#few.push(node);
    else this.#many = new Set(this.#few).add(node);
  }

  has(node: number): boolean {
    return this.#many?.has(node) ?? this.#few.includes(node);
  }

  /** Takes a node out; returns whether it was there. */
  delete(node: number): boolean {
    if (this.#many !== undefined) return this.#many.delete(node);
    const few = this.#few;
    const place = few.indexOf(node);
    if (place < 0) return false;
    few[place] = few[few.length - 1];
    few.length--;
    return true;
  }
}
