/**
 * Number trees: structures of any size and shape. Under a key there are several lists of numbers,
 * each in a tree of its own, and a label beside them.
 *
 * @module
 */
import type { Attachment } from "../../src/map/attachment.ts";
import type { Lifetime } from "../../src/map/lifetime.ts";
import { KEEP } from "../../src/map/keep.ts";
import { NO_NODES, type StoredValue } from "../../src/map/structure_access.ts";
import type { TreeDraft } from "../../src/map/tree_draft.ts";
import { TAG_BYTES } from "../../src/codec/codec.ts";
import { N_BIRTH, N_CHILDREN, N_FIRST } from "../../src/segment/layout.ts";
import { own } from "../../src/segment/atomics.ts";
import { Structures } from "./structures.ts";

/** What is under a key. */
export interface Numbers {
  /** An empty list has no tree. */
  readonly lists: readonly (readonly number[])[];
  readonly label: string;
}

const LEAF = -0x80000000 | 1 << 16;
const INNER = -0x80000000 | 2 << 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How large the nodes are. */
export interface Shape {
  /** The most numbers of a leaf. */
  readonly leaf: number;
  /** The most children of a node. */
  readonly fan: number;
}

const SMALL: Shape = { leaf: 3, fan: 3 };

/** Reads and changes number trees. */
export class NumberTrees<K> extends Structures<K> {
  readonly #shape: Shape;

  /**
   * @param attachment Who works.
   * @param key The key codec of the map.
   * @param shape Of what it writes.
   */
  constructor(
    attachment: Attachment,
    key: "number" | "string",
    shape: Shape = SMALL,
  ) {
    super(attachment, key);
    this.#shape = shape;
  }

  read(key: K): Numbers | undefined {
    return this.access.read(key, numbersOf, "read numbers");
  }

  /** What a snapshot shows that was opened at this tick. */
  readAt(key: K, tick: number): Numbers | undefined {
    const moment = { tick, time: 0 };
    return this.access.readAt(key, moment, numbersOf, "read numbers");
  }

  /** Puts new lists in the place of whatever is there. */
  put(key: K, { label, lists }: Numbers, life?: Lifetime): void {
    this.change(key, (_, draft) => {
      const roots = lists.map((list) => this.#plant(draft, list));
      if (roots.includes(NO_NODES)) return NO_NODES;
      return nextOf(roots as number[], label, true);
    }, life);
  }

  /** Puts a number in the place of one that is there. */
  set(key: K, list: number, index: number, n: number): void {
    this.#grow(key, list, (draft, root) => this.#set(draft, root, index, n));
  }

  /** Takes from one number of a list what it adds to another one. */
  move(key: K, list: number, from: number, to: number, by: number): void {
    this.#grow(key, list, (draft, root) => {
      const { words } = draft;
      const numbers = [from, to].map((index) => numberAt(words, root, index));
      const once = this.#set(draft, root, from, numbers[0] - by);
      if (once === 0) return 0;
      draft.step();
      const before = from === to ? numbers[0] - by : numbers[1];
      return this.#set(draft, once, to, before + by);
    });
  }

  /** The first child of a list's root becomes the last: with all that hangs from it. */
  rotate(key: K, list: number): void {
    this.#grow(key, list, (draft, root) => {
      const [first, ...others] = childrenOf(draft.words, root);
      if (others.length === 0) return root;
      const next = writeInner(draft, [...others, first]);
      if (next !== 0) draft.leave(root);
      return next;
    });
  }

  /** The root of a list has one more node above it. */
  raise(key: K, list: number): void {
    this.#grow(key, list, (draft, root) => writeInner(draft, [root]));
  }

  /** Empties a list. */
  empty(key: K, list: number): void {
    this.#grow(key, list, (draft, root) => {
      draft.leaveAll(root);
      return 0;
    }, true);
  }

  /** Puts another label in the place of the one that is there: no node is touched. */
  name(key: K, label: string): void {
    this.change(key, (present) => {
      if (present?.roots === undefined) return KEEP;
      return nextOf([...present.roots], label, false);
    });
  }

  /** Puts another tree in the place of a list's. */
  #grow(
    key: K,
    list: number,
    grow: (draft: TreeDraft, root: number) => number,
    mayBeEmpty = false,
  ): void {
    this.change(key, (present, draft) => {
      const root = present?.roots?.[list] ?? 0;
      if (present?.roots === undefined || root === 0) return KEEP;
      const next = grow(draft, root);
      if (next === root) return KEEP;
      if (next === 0 && !mayBeEmpty) return NO_NODES;
      const label = labelOf(present, draft.bytes);
      return nextOf(present.roots.with(list, next), label, false);
    });
  }

  #set(draft: TreeDraft, node: number, index: number, n: number): number {
    const { words } = draft;
    if (isLeaf(words, node)) {
      const numbers = leafOf(words, node);
      const next = writeLeaf(draft, numbers.with(index, n));
      if (next !== 0) draft.leave(node);
      return next;
    }
    const children = childrenOf(words, node);
    let at = 0;
    let left = index;
    for (; left >= countOf(words, children[at]); at++) {
      left -= countOf(words, children[at]);
    }
    const child = this.#set(draft, children[at], left, n);
    const next = child === 0 ? 0 : writeInner(draft, children.with(at, child));
    if (next !== 0) draft.leave(node);
    return next;
  }

  #plant(draft: TreeDraft, list: readonly number[]): number | typeof NO_NODES {
    if (list.length === 0) return 0;
    const { fan, leaf } = this.#shape;
    let level = inGroups(list, leaf).map((some) => writeLeaf(draft, some));
    while (level.length > 1) {
      if (level.includes(0)) return NO_NODES;
      level = inGroups(level, fan).map((some) => writeInner(draft, some));
    }
    return level[0] === 0 ? NO_NODES : level[0];
  }
}

type Memory = Pick<TreeDraft, "words" | "bytes">;

function nextOf(roots: readonly number[], label: string, isNew: boolean) {
  return { tag: TAG_BYTES, roots, body: encoder.encode(label), isNew };
}

function inGroups<T>(all: readonly T[], most: number): T[][] {
  const count = Math.ceil(all.length / most);
  return Array.from(
    { length: count },
    (_, i) => all.slice(i * most, i * most + most),
  );
}

function writeLeaf(draft: TreeDraft, numbers: readonly number[]): number {
  const node = draft.allocate((N_FIRST + 1 + numbers.length) * 4);
  if (node === 0) return 0;
  const { words } = draft;
  words[node * 4 + N_CHILDREN] = LEAF;
  words[node * 4 + N_BIRTH] = 0;
  words[node * 4 + N_FIRST] = numbers.length;
  numbers.forEach((n, i) => words[node * 4 + N_FIRST + 1 + i] = n);
  return node;
}

function writeInner(draft: TreeDraft, children: readonly number[]): number {
  const { words } = draft;
  const counts = children.map((child) => countOf(words, child));
  const node = draft.allocate((N_FIRST + children.length + 1) * 4);
  if (node === 0) return 0;
  const first = node * 4 + N_FIRST;
  words[node * 4 + N_CHILDREN] = INNER | children.length;
  words[node * 4 + N_BIRTH] = 0;
  children.forEach((child, i) => words[first + i] = child);
  words[first + children.length] = counts.reduce((sum, n) => sum + n, 0);
  draft.sumUp(node);
  return node;
}

type Words = TreeDraft["words"];

function isLeaf(words: Words, node: number): boolean {
  const head = own(words, node * 4 + N_CHILDREN);
  if (head === LEAF) return true;
  if ((head & 0xffff0000) === INNER) return false;
  throw new Error(`there is no node at ${node}: ${head.toString(16)}`);
}

function leafOf(words: Words, node: number): number[] {
  const at = node * 4 + N_FIRST;
  return [...words.subarray(at + 1, at + 1 + words[at])];
}

function childrenOf(words: Words, node: number): number[] {
  if (isLeaf(words, node)) return [];
  const count = own(words, node * 4 + N_CHILDREN) & 0xffff;
  const at = node * 4 + N_FIRST;
  return [...words.subarray(at, at + count)];
}

/** The numbers below a node: behind the children of an inner one stands how many they are. */
function countOf(words: Words, node: number): number {
  const children = childrenOf(words, node);
  return words[node * 4 + N_FIRST + children.length];
}

function numberAt(words: Words, node: number, index: number): number {
  if (isLeaf(words, node)) return leafOf(words, node)[index];
  let left = index;
  for (const child of childrenOf(words, node)) {
    const count = countOf(words, child);
    if (left < count) return numberAt(words, child, left);
    left -= count;
  }
  throw new Error(`there is no number ${index}`);
}

function listOf(words: Words, root: number): number[] {
  if (root === 0) return [];
  if (isLeaf(words, root)) return leafOf(words, root);
  return childrenOf(words, root).flatMap((child) => listOf(words, child));
}

function labelOf({ at, length }: StoredValue, bytes: Memory["bytes"]): string {
  return decoder.decode(bytes.slice(at, at + length));
}

/** What is under a key; undefined: nothing, or a plain value. */
function numbersOf(
  present: StoredValue | undefined,
  { bytes, words }: Memory,
): Numbers | undefined {
  if (present?.roots === undefined) return undefined;
  const lists = present.roots.map((root) => listOf(words, root));
  return { lists, label: labelOf(present, bytes) };
}
