/**
 * Loading a structure: its nodes go into the map one by one, as a file brings them, and its version
 * is linked when all are there. So it takes no memory beside that of the map but for a number for
 * each node.
 *
 * Nobody else sees the nodes before that. If memory is short in the middle, room is made for the
 * next node as for any write. If the structure is given up, or the worker dies, the nodes are freed
 * (`table/trees.ts`).
 *
 * @module
 */

import type { Attachment } from "../map/attachment.ts";
import type { Progress } from "../map/reclaim_strategies.ts";
import type { Reclaimer } from "../map/reclaim.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import { addChildRefs, setTreeRefs } from "../reclamation/tree.ts";
import {
  bodyOf,
  headBytes,
  refsOfTrees,
  writeStructure,
} from "../table/structure.ts";
import { NODE_HEAD_WORDS } from "./node_record.ts";
import type { NodeSink } from "./node_walk.ts";
import { copy, recordEnd, recordValue } from "./record.ts";

// Constants of its own: `layout.ts` says why.
const {
  LENGTH_MASK,
  N_BIRTH,
  N_CHILDREN,
  N_FIRST,
  REF_BYTES,
  TAG_SHIFT,
} = layout;
const { poke } = access;

/** Bytes of the value of the version that the record of a structure at `at` is of. */
export function structureBytes(words: Int32Array, at: number): number {
  const value = recordValue(words, at);
  return headBytes(words[value], 0) + bodyBytes(words, at);
}

function bodyBytes(words: Int32Array, at: number): number {
  const roots = words[recordValue(words, at)];
  return (words[at + 1] & LENGTH_MASK) - 4 - roots * 4;
}

/** Takes the nodes of one structure after the other. */
export class StructureLoad implements NodeSink {
  readonly #attachment: Attachment;
  readonly #reclaimer: Reclaimer;
  /** The record of the version. */
  record: Int32Array = new Int32Array();
  #roots: number[] = [];
  /** Its nodes, each before those that hang from it. */
  readonly #nodes: number[] = [];

  constructor(attachment: Attachment, reclaimer: Reclaimer) {
    this.#attachment = attachment;
    this.#reclaimer = reclaimer;
  }

  /** Begins a structure: with a copy of the record at `at`. */
  begin(words: Int32Array, at: number): void {
    this.record = words.slice(at, recordEnd(words, at));
    const roots = words[recordValue(words, at)];
    this.#roots = new Array(roots).fill(0);
    this.#nodes.length = 0;
  }

  /** Takes a node into the map, as `NodeSink` says. Throws `MapFullError`. */
  take(words: Int32Array, at: number, slot: number): number {
    const to = this.#attachment.segment.words;
    const node = this.#allocate(words[at + 1] * REF_BYTES);
    const refs = this.#attachment.participant.allocator.refsOf(node);
    const first = node * 4 + N_FIRST;
    const from = at + NODE_HEAD_WORDS;
    const end = copy(words, from, to, first, at + words[at] - from);
    to.fill(0, end, (node + refs) * 4);
    to[node * 4 + N_CHILDREN] = words[at + 2];
    poke(to, node * 4 + N_BIRTH, 0);
    if (slot < 0) this.#roots[-1 - slot] = node;
    else to[slot] = node;
    setTreeRefs(to, node, refs);
    this.#nodes.push(node);
    return first;
  }

  /** All nodes are there: each says what it takes with those that hang from it. */
  end(): void {
    const { words } = this.#attachment.segment;
    const nodes = this.#nodes;
    for (let i = nodes.length - 1; i >= 0; i--) addChildRefs(words, nodes[i]);
    nodes.length = 0;
  }

  #allocate(bytes: number): number {
    const { trees } = this.#attachment.table;
    let progress: Progress | undefined;
    for (;;) {
      const node = trees.load(bytes);
      if (node !== 0) return node;
      const shortage = { of: "entry", bytes } as const;
      progress = this.#reclaimer.reclaimFor(shortage, progress);
    }
  }

  /** Writes the value of the version, whose header and key are written. */
  writeValue(version: number): void {
    const { bytes, words } = this.#attachment.segment;
    const { record } = this;
    const roots = this.#roots;
    const refs = refsOfTrees(words, roots);
    const head = { home: 0, refs, roots, left: [] };
    writeStructure(words, version, head);
    const length = bodyBytes(record, 0);
    const value = recordValue(record, 0) + 1 + this.#roots.length;
    const body = new Uint8Array(
      record.buffer,
      record.byteOffset + value * 4,
      length,
    );
    bytes.set(body, bodyOf(words, version).at);
  }

  /** The value word of the version. */
  get valueInfo(): number {
    const { record } = this;
    const tag = record[1] >>> TAG_SHIFT;
    return structureBytes(record, 0) | (tag << TAG_SHIFT);
  }
}
