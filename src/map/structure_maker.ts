/**
 * Making structures: from what is under a key, and a change of it, to the version that is to take
 * its place.
 *
 * The nodes of a change are drafted, and the version names them. What becomes of both, `commit.ts`
 * and `transaction_commit.ts` decide: they publish the version, or free it and give the draft up.
 *
 * @module
 */

import type { Words } from "../segment/atomics.ts";
import type { Segment, SharedBytes } from "../segment/segment.ts";
import * as structures from "../table/structure.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { LEAVE } from "./commit.ts";
import type { KEEP } from "./keep.ts";
import { TreeDraft } from "./tree_draft.ts";
import {
  type Body,
  NO_MEMORY,
  type Prepared,
  type VersionMaker,
} from "./version_maker.ts";

// Constants of its own: `layout.ts` says why.
const { bodyOf, homeOf, refsOfTrees, rootsOf } = structures;
const {
  endOf,
  isStructure,
  valueBytes,
  valueIndex,
  valueTag,
} = versions;

/** What is under a key, while the map is pinned. */
export interface StoredValue {
  /** What the layer above, or a codec, says of it: see `codec/codec.ts`. */
  readonly tag: number;
  /** The roots of its trees, 0 for an empty one; undefined: it is a plain value. */
  readonly roots: readonly number[] | undefined;
  /** Where its bytes begin in those of the segment, besides the trees, and how many they are. */
  readonly at: number;
  readonly length: number;
  /** When the entry expires, in milliseconds since 1970; `Infinity`: never. */
  readonly end: number;
}

/** Memory with nodes in it. */
export interface Nodes {
  readonly words: Words;
  readonly bytes: SharedBytes;
}

/** A structure that is to be under a key. */
export interface NextStructure {
  /** Any but that of a tombstone. */
  readonly tag: number;
  /** The roots of its trees: nodes of the draft, or of what is there. */
  readonly roots: readonly number[];
  /** What it says besides. */
  readonly body: Uint8Array | Body;
  /** Whether it has nothing of the trees that are there: then all of these go. */
  readonly isNew: boolean;
}

/** What a change makes of an entry: undefined deletes it. */
export type NextValue = NextStructure | Prepared | undefined;

/** There was no memory for the nodes of a change. */
export const NO_NODES: unique symbol = Symbol("no memory for nodes");

/**
 * From what is under a key (undefined: nothing) to what is to be there; `KEEP`: nothing is changed;
 * `NO_NODES`: the draft gave no memory. It may be called again, and has no effects of its own. It
 * may throw before it has drafted anything.
 */
export type StructureChange = (
  present: StoredValue | undefined,
  draft: TreeDraft,
) => NextValue | typeof KEEP | typeof NO_NODES;

/** What a version says, which is live, or shown by a snapshot (0: none). The caller is pinned. */
export function storedAt(
  segment: Segment,
  ref: number,
): StoredValue | undefined {
  if (ref === 0) return undefined;
  const { words } = segment;
  const tag = valueTag(words, ref);
  const end = endOf(segment, ref);
  if (isStructure(words, ref)) {
    const roots = rootsOf(words, ref);
    const { at, length } = bodyOf(words, ref);
    return { tag, roots, at, length, end };
  }
  const at = valueIndex(words, ref) * 8;
  const length = valueBytes(words, ref);
  return { tag, roots: undefined, at, length, end };
}

/** Makes versions from which trees hang, of one key after the other: of the packed one. */
export class StructureMaker {
  readonly #words: Words;
  readonly #maker: VersionMaker;
  readonly #draft: TreeDraft;

  /**
   * @param attachment The worker's hold on the map.
   * @param maker Makes versions of the attachment's packed key.
   */
  constructor(
    { participant, segment, table }: Attachment,
    maker: VersionMaker,
  ) {
    this.#words = segment.words;
    this.#maker = maker;
    this.#draft = new TreeDraft(participant, table.trees);
  }

  /**
   * Makes a version with a draft: `decide` is as `Decide` of `commit.ts`, and may draft nodes. The
   * version is in hand, in a section that ends when it is published or freed. The map is pinned.
   */
  drafting(decide: (draft: TreeDraft) => number): number {
    const draft = this.#draft;
    draft.begin();
    const version = decide(draft);
    if (version === LEAVE || version === NO_MEMORY) draft.giveUp();
    draft.close();
    return version;
  }

  /** There was no memory for a node that was to be drafted. */
  noMemory(): typeof NO_MEMORY {
    const { shortage, taken } = this.#draft;
    this.#maker.shortage = { of: "entry", bytes: shortage, before: taken };
    return NO_MEMORY;
  }

  /**
   * The version of a structure whose nodes are drafted; within `drafting`.
   *
   * @param next The structure.
   * @param old The live version that it takes the place of; 0: there is none.
   * @param expiry When it expires.
   */
  structure(next: NextStructure, old: number, expiry: number): number {
    const { body, isNew, roots, tag } = next;
    const words = this.#words;
    const goesOn = !isNew && old !== 0 && isStructure(words, old);
    const home = goesOn ? homeOf(words, old) : 0;
    const left = this.#draft.end(goesOn);
    const refs = refsOfTrees(words, roots);
    const head = { home, left, refs, roots };
    const version = this.#maker.structure(head, tag, body, expiry);
    if (version === NO_MEMORY) this.#maker.shortage.before = this.#draft.taken;
    return version;
  }
}
