/**
 * Pairs: the smallest structures. Each of two numbers lies in a leaf, which hangs from a half, which
 * hangs from the root. So there is a way to copy, a part that is shared, and a subtree to leave out.
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
import type { Words } from "../../src/segment/atomics.ts";
import { own } from "../../src/segment/atomics.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { isTombstone } from "../../src/table/version.ts";
import { FOR_GOOD, Structures } from "./structures.ts";

/** Two numbers; the second one may have been cut off. */
export type Pair = readonly [number, number | undefined];

/** What is under a key. */
export type Found = Pair | "a plain value" | undefined;

/** The first word of a node, but for how many hang from it: no other record begins like this. */
export const NODE_HEAD = -0x80000000 | 1 << 16;
export const TAG = TAG_BYTES;
const NO_BODY = new Uint8Array();
/** What a leaf says besides its number. */
export const MARK = 0x5eed;

/** Bytes that any of the nodes needs. */
export const NODE_BYTES = (N_FIRST + 2) * 4;

/** Reads and changes pairs. */
export class Pairs<K> extends Structures<K> {
  readonly #attachment: Attachment;
  readonly #nodeBytes: number;

  /**
   * @param attachment Who works.
   * @param key The key codec of the map.
   * @param nodeBytes What its nodes take.
   */
  constructor(
    attachment: Attachment,
    key: "number" | "string",
    nodeBytes = NODE_BYTES,
  ) {
    super(attachment, key);
    this.#attachment = attachment;
    this.#nodeBytes = nodeBytes;
  }

  read(key: K): Found {
    const read = (present: StoredValue | undefined, { words }: Nodes) =>
      readPair(words, present);
    return this.access.read(key, read, "read a pair");
  }

  /** What a snapshot shows that was opened at this tick, and that nothing has expired in since. */
  readAt(key: K, tick: number): Found {
    const read = (present: StoredValue | undefined, { words }: Nodes) =>
      readPair(words, present);
    const moment = { tick, time: 0 };
    return this.access.readAt(key, moment, read, "read a pair in a snapshot");
  }

  /** Puts a new pair in the place of whatever is there. */
  put(key: K, a: number, b: number, life?: Lifetime): void {
    this.change(key, (_, draft) => plant(draft, this.#nodeBytes, a, b), life);
  }

  /** Adds to the first number, or the second, of a pair; where there is none, of two zeros. */
  add(key: K, which: 0 | 1, by: number): void {
    this.change(key, (present, draft) => {
      const [root] = present?.roots ?? [];
      if (root === undefined) {
        const [a, b] = which === 0 ? [by, 0] : [0, by];
        return plant(draft, this.#nodeBytes, a, b);
      }
      return grow(draft, this.#nodeBytes, root, which, by);
    });
  }

  /** Cuts the second number off. */
  cut(key: K): void {
    this.change(key, (present, draft) => {
      const [root] = present?.roots ?? [];
      if (root === undefined) return KEEP;
      const halves = childrenOf(draft.words, root);
      if (halves.length < 2) return KEEP;
      const next = nodeOf(draft, this.#nodeBytes, [halves[0]]);
      if (next === 0) return NO_NODES;
      draft.leave(root);
      draft.leaveAll(halves[1]);
      return pairOf(next);
    });
  }

  /** Replaces both numbers, one after the other: the first root is left out by the same change. */
  addTwice(key: K, a: number, b: number): void {
    this.change(key, (present, draft) => {
      const [root] = present?.roots ?? [];
      const bytes = this.#nodeBytes;
      if (root === undefined) return plant(draft, bytes, a, b);
      const once = grow(draft, bytes, root, 0, a);
      if (once === NO_NODES) return once;
      draft.step();
      return grow(draft, bytes, once.roots[0], 1, b);
    });
  }

  /** As `put`, in two steps: the second one does without some of the nodes of the first. */
  putTwice(key: K, a: number, b: number): void {
    this.change(key, (_, draft) => {
      const bytes = this.#nodeBytes;
      const once = plant(draft, bytes, a, 0);
      if (once === NO_NODES) return once;
      draft.step();
      const twice = grow(draft, bytes, once.roots[0], 1, b);
      return twice === NO_NODES ? twice : { ...twice, isNew: true };
    });
  }

  /**
   * Adds to the first numbers of two pairs at one moment, however often others are faster. Both keys
   * have a version.
   */
  addToBoth(one: K, other: K, by: number): void {
    const { participant } = this.#attachment;
    for (let isDone = false; !isDone;) {
      participant.pin();
      isDone = this.#tryAddToBoth(one, other, by);
      participant.unpin();
    }
  }

  #tryAddToBoth(one: K, other: K, by: number): boolean {
    const { key, segment, table } = this.#attachment;
    const { commits } = table;
    const parts = [one, other].map((n) => {
      this.entries.keys.pack(n, "add to two pairs");
      const packed = new EncodedKey(segment.seed);
      packed.take(key);
      return { packed, old: table.seek(key, false) };
    }).sort((a, b) => (a.packed.hash >>> 0) - (b.packed.hash >>> 0));
    if (!commits.draft(2, 0, 0)) throw new Error("no memory for a record");
    for (const { old, packed } of parts) {
      key.take(packed);
      const version = this.#makeSum(old, by);
      if (version <= 0) throw new Error("no memory for a pair");
      commits.add(packed.hash, old, version);
    }
    return commits.commit();
  }

  /** A version of the packed key in which the first number is more, or there is a new pair. */
  #makeSum(old: number, by: number): number {
    const { words } = this.#attachment.segment;
    const change = (present: StoredValue | undefined, draft: TreeDraft) => {
      const bytes = this.#nodeBytes;
      const [root] = present?.roots ?? [];
      return root === undefined
        ? plant(draft, bytes, by, 0)
        : grow(draft, bytes, root, 0, by);
    };
    return this.access.make(change, old, !isTombstone(words, old), FOR_GOOD);
  }

  delete(key: K): void {
    this.change(key, () => undefined);
  }
}

interface Nodes {
  readonly words: Words;
}

function pairOf(root: number, isNew = false) {
  return { tag: TAG, roots: [root], body: NO_BODY, isNew };
}

function plant(draft: TreeDraft, nodeBytes: number, a: number, b: number) {
  const halves = [a, b].map((n) => halfOf(draft, nodeBytes, n));
  const root = halves.includes(0) ? 0 : nodeOf(draft, nodeBytes, halves);
  return root === 0 ? NO_NODES : pairOf(root, true);
}

function grow(
  draft: TreeDraft,
  nodeBytes: number,
  root: number,
  which: 0 | 1,
  by: number,
) {
  const { words } = draft;
  const halves = childrenOf(words, root);
  const half = halves[which];
  const before = half === undefined ? 0 : numberOf(words, half);
  const fresh = halfOf(draft, nodeBytes, before + by);
  const next = halves.with(Math.min(which, halves.length - 1), fresh);
  const all = half === undefined ? [...halves, fresh] : next;
  const top = fresh === 0 ? 0 : nodeOf(draft, nodeBytes, all);
  if (top === 0) return NO_NODES;
  draft.leave(root);
  if (half !== undefined) {
    draft.leave(childrenOf(words, half)[0]);
    draft.leave(half);
  }
  return pairOf(top);
}

function halfOf(draft: TreeDraft, nodeBytes: number, n: number): number {
  const leaf = draft.allocate(nodeBytes);
  if (leaf === 0) return 0;
  const { words } = draft;
  writeNode(words, leaf, []);
  words[leaf * 4 + N_FIRST] = n;
  words[leaf * 4 + N_FIRST + 1] = n ^ MARK;
  return nodeOf(draft, nodeBytes, [leaf]);
}

function nodeOf(
  draft: TreeDraft,
  nodeBytes: number,
  children: readonly number[],
): number {
  const node = draft.allocate(nodeBytes);
  if (node === 0) return 0;
  writeNode(draft.words, node, children);
  draft.sumUp(node);
  return node;
}

function writeNode(
  words: Words,
  node: number,
  children: readonly number[],
): void {
  words[node * 4 + N_CHILDREN] = NODE_HEAD | children.length;
  words[node * 4 + N_BIRTH] = 0;
  children.forEach((child, i) => words[node * 4 + N_FIRST + i] = child);
}

function readPair(words: Words, present: StoredValue | undefined): Found {
  if (present === undefined) return undefined;
  if (present.roots === undefined) return "a plain value";
  const [root] = present.roots;
  const [a, b] = childrenOf(words, root).map((half) => numberOf(words, half));
  return [a, b];
}

function numberOf(words: Words, half: number): number {
  const [leaf] = childrenOf(words, half);
  const n = own(words, leaf * 4 + N_FIRST);
  const mark = own(words, leaf * 4 + N_FIRST + 1);
  if ((n ^ MARK) !== mark) throw new Error(`a leaf has ${n} and ${mark}`);
  return n;
}

function childrenOf(words: Words, node: number): number[] {
  const head = own(words, node * 4 + N_CHILDREN);
  if ((head & 0xffff0000) !== NODE_HEAD) {
    throw new Error(`there is no node at ${node}: ${head.toString(16)}`);
  }
  const first = node * 4 + N_FIRST;
  return Array.from(
    { length: head & 0xffff },
    (_, i) => own(words, first + i),
  );
}
