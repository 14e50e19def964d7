/**
 * Walking through the nodes of a structure, as one file has them, or a chain of files.
 *
 * In a chain the files are read from the newest back. The newest one has the version, and its new
 * nodes; for each node that it leaves out it says which one that is. Such a node is looked for in
 * the file before; with all that hangs from it, it is where it is wanted. What is not found there
 * was left out there, too, by itself or with the node from which it hangs: it is looked for in the
 * file before that. So each file is read once, from its beginning to its end, no node is touched
 * that the structure does not have any more, and it takes memory for one number for each node that
 * is wanted, and for each that the file has yet to bring.
 *
 * An id names a node in the state of one epoch. It is a ref, and its block may have been another
 * node's in an epoch before, or after. A node that is wanted, though, was there in the state of the
 * file that is read, and of each one after it up to the one that leaves it out; so it had that ref
 * all that time, and no other node has had it.
 *
 * @module
 */

import { idOf, isKept, NODE_HEAD_WORDS, nodeChildren } from "./node_record.ts";

/** The slot of a node that nobody wants. */
const NOWHERE = 0;

/** Takes the nodes that a structure has. A _slot_ says where a node hangs; it is not 0. */
export interface NodeSink {
  /**
   * Takes the node that begins at `at`; returns the slot of its first child. Those of the others
   * follow that one.
   */
  take(words: Int32Array, at: number, slot: number): number;
}

/** For a walk of which nothing is wanted but that it comes to its end. */
export const NO_SINK: NodeSink = { take: () => 1 };

/** The slot of a root. Those of the others go down from the first one's. */
export function rootSlot(index: number): number {
  return -1 - index;
}

/** One structure after the other. */
export class NodeWalk {
  readonly #sink: NodeSink;
  readonly #refuse: (reason: string) => never;
  /** Slots of the nodes that the present file has yet to bring; the last one comes next. */
  readonly #slots: number[] = [];
  /** From the ids of nodes that are wanted to their slots. */
  readonly #wanted = new Map<number, number>();
  /** Those that the present file leaves out. */
  readonly #kept = new Map<number, number>();

  /**
   * @param sink Takes the nodes.
   * @param refuse Throws for what is wrong with a chain of files that are whole, each for itself.
   */
  constructor(sink: NodeSink, refuse: (reason: string) => never) {
    this.#sink = sink;
    this.#refuse = refuse;
  }

  /** Begins a structure with the newest file that has it: with the ids of its roots. */
  begin(words: Int32Array, at: number, roots: number): void {
    this.#slots.length = 0;
    this.#wanted.clear();
    this.#kept.clear();
    for (let i = roots - 1; i >= 0; i--) {
      this.#expect(words[at + i], rootSlot(i));
    }
  }

  /** Goes on with the file before: with the ids of the roots there. */
  goBack(words: Int32Array, at: number, roots: number): void {
    for (const [id, slot] of this.#kept) this.#wanted.set(id, slot);
    this.#kept.clear();
    for (let i = roots - 1; i >= 0; i--) this.#expect(words[at + i], NOWHERE);
  }

  /** Takes the nodes from `at` up to `end`, which were checked, of the present file. */
  take(words: Int32Array, at: number, end: number): void {
    for (let node = at; node < end; node += words[node]) {
      const slot = this.#slots.pop()!;
      const isWanted = slot !== NOWHERE;
      const first = isWanted ? this.#sink.take(words, node, slot) : NOWHERE;
      const children = node + NODE_HEAD_WORDS;
      for (let i = nodeChildren(words, node) - 1; i >= 0; i--) {
        this.#expect(words[children + i], isWanted ? first + i : NOWHERE);
      }
    }
  }

  /** Whether the present file has yet to bring nodes. */
  get isOpen(): boolean {
    return this.#slots.length > 0;
  }

  /** Whether files before the present one have to bring nodes. */
  get goesBack(): boolean {
    return this.#wanted.size + this.#kept.size > 0;
  }

  /** The present file has a node with this id, or leaves it out; its slot, if it has one. */
  #expect(id: number, slot: number): void {
    if (id === 0) return; // an empty tree
    if (isKept(id)) {
      if (slot !== NOWHERE) this.#keep(idOf(id), slot);
      return;
    }
    const wanted = this.#wanted.get(id);
    if (wanted === undefined) {
      this.#slots.push(slot);
      return;
    }
    if (slot !== NOWHERE) this.#refuse("a node hangs from two others");
    this.#wanted.delete(id);
    this.#slots.push(wanted);
  }

  #keep(id: number, slot: number): void {
    if (this.#wanted.has(id) || this.#kept.has(id)) {
      this.#refuse("a node hangs from two others");
    }
    this.#kept.set(id, slot);
  }
}
