/**
 * Memory for trees, with nothing of a map: blocks are given out one after the other, and used again
 * by size. It knows which nodes are there, and checks what trees say of them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { R_LINK } from "../../src/segment/layout.ts";
import {
  countOf,
  headOf,
  isInner,
  itemsOf,
  refsAt,
  refsBelow,
  refsOf,
  setRefsBelow,
  sizeOf,
  sumsAt,
} from "../../src/store/tree/node.ts";
import {
  type Draft,
  LEAST_LEAF_BYTES,
  MOST_CHILDREN,
  MOST_LEAF_BYTES,
} from "../../src/store/tree/splice.ts";

const REF_BYTES = 16;
/** The word by which nodes are chained while they are drafted. */
const CHAINED = 0x0ca1;

/** What one level of a tree has in all. */
export interface Fill {
  nodes: number;
  bytes: number;
}

export class TreeMemory implements Draft {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  /** Bytes of nodes that were drafted, ever. */
  drafted = 0;
  /** From nodes that are there to their bytes. */
  readonly live = new Map<number, number>();
  #next = 1;
  readonly #free = new Map<number, number[]>();
  #draft = new Map<number, number>();
  #left: number[] = [];
  /** Drafted and left out by one change, or by two in a row. */
  readonly #dropped = new Map<number, number>();
  /** The bytes that may yet be allocated. */
  budget = Infinity;

  constructor(megabytes: number) {
    const buffer = new ArrayBuffer(megabytes * 2 ** 20);
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  allocate(bytes: number): number {
    const refs = Math.ceil(bytes / REF_BYTES);
    this.budget -= refs * REF_BYTES;
    if (this.budget < 0) return 0;
    let ref = this.#free.get(refs)?.pop();
    if (ref === undefined) {
      ref = this.#next;
      this.#next += refs;
      assert(
        this.#next * REF_BYTES <= this.bytes.length,
        "the memory is large enough",
      );
    }
    this.#draft.set(ref, refs);
    this.drafted += bytes;
    this.bytes.fill(0xaa, ref * REF_BYTES, (ref + refs) * REF_BYTES);
    this.words[ref * 4 + R_LINK] = CHAINED;
    setRefsBelow(this.words, ref, refs);
    return ref;
  }

  sumUp(node: number): void {
    let refs = refsBelow(this.words, node);
    for (let i = 0; i < refsOf(headOf(this.words, node)); i++) {
      refs += refsBelow(this.words, this.words[refsAt(node) + i]);
    }
    setRefsBelow(this.words, node, refs);
  }

  leave(node: number): void {
    const refs = this.#draft.get(node);
    if (refs === undefined) this.#left.push(node);
    else {
      this.#draft.delete(node);
      this.#dropped.set(node, refs);
    }
  }

  isFresh(node: number): boolean {
    return this.#draft.has(node);
  }

  leaveAll(node: number): void {
    for (const each of this.reachable(node)) this.leave(each);
  }

  /** What a step of a change has dropped may be allocated by the next. */
  step(): void {
    this.#recycleDropped();
  }

  #recycle(node: number, refs: number): void {
    const free = this.#free.get(refs);
    if (free === undefined) this.#free.set(refs, [node]);
    else free.push(node);
  }

  /** What was drafted is there from now on; what was left out is no more, or `keep` has it. */
  publish(keep?: Map<number, number>): void {
    for (const [node, refs] of this.#draft) {
      const link = this.words[node * 4 + R_LINK];
      assertEquals(link, CHAINED, "a node that is drafted stays in its chain");
      this.words[node * 4 + R_LINK] = 0; // until it is retired
      this.live.set(node, refs);
    }
    this.#draft.clear();
    this.#recycleDropped();
    for (const node of this.#left) {
      const refs = this.live.get(node);
      assert(
        refs !== undefined,
        `node ${node} was there until it was left out, once`,
      );
      this.live.delete(node);
      if (keep === undefined) this.#recycle(node, refs);
      else keep.set(node, refs);
    }
    this.#left = [];
  }

  /** As if nothing had been drafted. */
  forget(): void {
    for (const [node, refs] of this.#draft) this.#recycle(node, refs);
    this.#draft.clear();
    this.#recycleDropped();
    this.#left = [];
  }

  #recycleDropped(): void {
    for (const [node, refs] of this.#dropped) this.#recycle(node, refs);
    this.#dropped.clear();
  }

  /** All nodes of a tree, blobs too, the root first. */
  reachable(root: number): number[] {
    if (root === 0) return [];
    const nodes = [root];
    for (let i = 0; i < nodes.length; i++) {
      const head = headOf(this.words, nodes[i]);
      const refs = refsAt(nodes[i]);
      for (let child = 0; child < refsOf(head); child++) {
        nodes.push(this.words[refs + child]);
      }
    }
    return nodes;
  }

  /** Before how many elements each leaf of a tree begins, and how many there are in all. */
  leafStarts(root: number): number[] {
    const starts = [0];
    for (const leaf of this.#leaves(root)) {
      starts.push(starts[starts.length - 1] + countOf(this.words, leaf));
    }
    return starts;
  }

  #leaves(node: number): number[] {
    if (node === 0) return [];
    const head = headOf(this.words, node);
    if (!isInner(head)) return [node];
    const refs = refsAt(node);
    const children = this.words.subarray(refs, refs + refsOf(head));
    return [...children].flatMap((child) => this.#leaves(child));
  }

  /** Checks what must hold of the nodes of a tree; returns what its levels have, leaves first. */
  check(root: number): Fill[] {
    if (root === 0) return [];
    this.#checkRefs(root);
    const levels: Fill[] = [];
    this.#checkNode(root, levels, true, true, true);
    return levels;
  }

  /** Each node says what it takes with all that hangs from it; returns that. */
  #checkRefs(node: number): number {
    const { words } = this;
    const first = refsAt(node);
    let refs = this.live.get(node) ?? this.#draft.get(node)!;
    for (let i = 0; i < refsOf(headOf(words, node)); i++) {
      refs += this.#checkRefs(words[first + i]);
    }
    assertEquals(refsBelow(words, node), refs, "a node knows what it takes");
    return refs;
  }

  #checkNode(
    node: number,
    levels: Fill[],
    isRoot: boolean,
    isFirst: boolean,
    isLast: boolean,
  ): number {
    const { words } = this;
    const head = headOf(words, node);
    const items = itemsOf(head);
    assert(items > 0, "a node has items");
    const size = this.#sizeOf(node);
    if (!isInner(head)) {
      this.#checkBlobs(node, head);
      this.#note(levels, 0, size);
      assert(
        size <= MOST_LEAF_BYTES || items === 1,
        `a leaf has ${size} bytes, ${items} items`,
      );
      // Cuts go between elements, which may be large; at an end they follow what comes there.
      const least = isRoot || isFirst || isLast ? 0 : LEAST_LEAF_BYTES / 4;
      assert(size >= least, `a leaf has ${size} bytes only`);
      return 1;
    }
    assert(items <= MOST_CHILDREN, `an inner node has ${items} children`);
    assert(!isRoot || items > 1, "a root has more than one child");
    assertEquals(refsOf(head), items);
    let sum = 0;
    let height = 0;
    for (let i = 0; i < items; i++) {
      const child = words[refsAt(node) + i];
      const first = isFirst && i === 0;
      const last = isLast && i === items - 1;
      const below = this.#checkNode(child, levels, false, first, last);
      assert(height === 0 || below === height, "all leaves are at one level");
      height = below;
      sum += countOf(words, child);
      assertEquals(words[sumsAt(node, head) + i], sum, "a sum is one");
    }
    this.#note(levels, height, size);
    return height + 1;
  }

  #note(levels: Fill[], level: number, bytes: number): void {
    while (levels.length <= level) levels.push({ nodes: 0, bytes: 0 });
    levels[level].nodes++;
    levels[level].bytes += bytes;
  }

  #sizeOf(node: number): number {
    const size = sizeOf(this, node);
    const refs = this.live.get(node) ?? this.#draft.get(node);
    assert(
      refs === undefined || refs === Math.ceil(size / REF_BYTES),
      "a node is as large as its content",
    );
    return size;
  }

  #checkBlobs(leaf: number, head: number): void {
    for (let i = 0; i < refsOf(head); i++) {
      const blob = this.words[refsAt(leaf) + i];
      assertEquals(
        refsOf(headOf(this.words, blob)),
        0,
        "nothing hangs from a blob",
      );
    }
  }
}

/**
 * Copies a tree to another memory, as a restore does: all refs are those of children, and change.
 * Returns the root there.
 */
export function transplanted(
  from: TreeMemory,
  root: number,
  to: TreeMemory,
): number {
  if (root === 0) return 0;
  const children = refsOf(headOf(from.words, root));
  const refs = Array.from(
    { length: children },
    (_, i) => transplanted(from, from.words[refsAt(root) + i], to),
  );
  const bytes = from.live.get(root)! * REF_BYTES;
  const node = to.allocate(bytes);
  const at = node * REF_BYTES;
  to.bytes.set(
    from.bytes.subarray(root * REF_BYTES, root * REF_BYTES + bytes),
    at,
  );
  to.words[node * 4 + R_LINK] = CHAINED;
  refs.forEach((ref, i) => to.words[refsAt(node) + i] = ref);
  return node;
}
