/**
 * Structures: versions from which trees hang.
 *
 * A value that is too large to be copied at each change is a tree of nodes, or several, and the
 * version names their roots. A node is a record with children (`reclamation/tree.ts`) that also
 * says when it was born. What lies in a node, and in the rest of the version's value, is known to
 * the layer above.
 *
 * Refs of nodes stand among the roots of a version and the children of a node, and nowhere else: in
 * a map that is restored from a file the nodes lie elsewhere.
 *
 * A change copies the nodes on the way to it, and the new version names the nodes that it *leaves
 * out*: those of the version before that it does not have, and those that were made for it in vain.
 * Where all of the trees before go, they are not listed: that version has their roots. Who frees
 * them is in `table/trees.ts`.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as treeRecords from "../reclamation/tree.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  REF_MASK,
  S_FIRST,
  S_HOME,
  S_LEFT,
  S_REFS,
  S_ROOTS,
  STRUCTURE,
  V_KEY,
  V_STAMP,
  WHOLE,
} = layout;
const { load, poke } = access;
const { treeRefs } = treeRecords;
const { isStructure, valueBytes, valueIndex } = versions;

/** What a structure is to say. */
export interface StructureHead {
  /** Since which tick its trees are under the key; 0: since its own version's. */
  readonly home: number;
  /** Refs that the blocks of all nodes take. */
  readonly refs: number;
  /** The roots of its trees: refs, or 0 for an empty one. */
  readonly roots: readonly number[];
  /**
   * The nodes that it leaves out; those with all that hangs from them as `whole` says. If it has
   * nothing of the trees before, it leaves those out without a word.
   */
  readonly left: readonly number[];
}

/** A node is left out, with all that hangs from it. */
export function whole(node: number): number {
  return WHOLE | node;
}

/** Whether that was said of a node. */
export function isWhole(left: number): boolean {
  return left < 0;
}

/** The node that is left out. */
export function leftNode(left: number): number {
  return left & REF_MASK;
}

/** Bytes of the head with so many roots, and nodes that are left out: a multiple of 8. */
export function headBytes(roots: number, left: number): number {
  return ((S_FIRST + roots + left + 1) & ~1) * 4;
}

/** Makes a version, whose header and key are written, a structure. */
export function writeStructure(
  words: Words,
  version: number,
  { home, refs, roots, left }: StructureHead,
): void {
  const at = valueIndex(words, version) * 2;
  words[version * 4 + V_KEY] |= STRUCTURE;
  poke(words, at + S_HOME, home);
  words[at + S_REFS] = refs;
  words[at + S_ROOTS] = roots.length;
  poke(words, at + S_LEFT, left.length);
  const first = at + S_FIRST;
  for (let i = 0; i < roots.length; i++) words[first + i] = roots[i];
  const next = first + roots.length;
  for (let i = 0; i < left.length; i++) words[next + i] = left[i];
}

/**
 * Makes a copy of a structure a version of its own: of the same trees, so it leaves nothing out.
 * The version that it was copied from is settled.
 */
export function adoptTrees(words: Words, from: number, copy: number): void {
  const at = valueIndex(words, copy) * 2;
  words[copy * 4 + V_KEY] |= STRUCTURE;
  poke(words, at + S_HOME, homeOf(words, from));
  // Their places stay, as what the layer above says comes behind them.
  const first = at + S_FIRST + words[at + S_ROOTS];
  for (let i = 0; i < words[at + S_LEFT]; i++) poke(words, first + i, 0);
}

/** Since which tick the trees of a settled structure are under its key. */
export function homeOf(words: Words, version: number): number {
  const home = words[valueIndex(words, version) * 2 + S_HOME];
  return home === 0 ? load(words, version * 4 + V_STAMP) : home;
}

/** How many trees a structure has, empty ones too. */
export function rootCountOf(words: Words, version: number): number {
  return words[valueIndex(words, version) * 2 + S_ROOTS];
}

/** The root of one of them; 0: it is empty. */
export function rootOf(words: Words, version: number, index: number): number {
  return words[valueIndex(words, version) * 2 + S_FIRST + index];
}

/** The roots of a structure's trees, 0 for an empty one. */
export function rootsOf(words: Words, version: number): number[] {
  const at = valueIndex(words, version) * 2;
  return wordsFrom(words, at + S_FIRST, words[at + S_ROOTS]);
}

/** The refs that the blocks of all nodes of some trees take; 0 among the roots: an empty one. */
export function refsOfTrees(words: Words, roots: readonly number[]): number {
  let refs = 0;
  for (const root of roots) if (root !== 0) refs += treeRefs(words, root);
  return refs;
}

function wordsFrom(words: Words, first: number, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push(words[first + i]);
  return found;
}

/** Where what it says besides begins, in bytes, and how long that is. */
export function bodyOf(
  words: Words,
  version: number,
): { at: number; length: number } {
  const at = valueIndex(words, version) * 2;
  const head = headBytes(words[at + S_ROOTS], words[at + S_LEFT]);
  return { at: at * 4 + head, length: valueBytes(words, version) - head };
}

const NOTHING: readonly number[] = [];

/** Whether a structure goes on with the trees before, and leaves none of their nodes out. */
function leavesNothing(words: Words, version: number): boolean {
  const at = valueIndex(words, version) * 2;
  return words[at + S_LEFT] === 0 && words[at + S_HOME] !== 0;
}

/**
 * What a version leaves out of the one that it takes the place of: nodes, some of them with all
 * that hangs from them.
 *
 * @param version The version.
 * @param old The one before; 0: there was none.
 */
export function leavingsOf(
  words: Words,
  version: number,
  old: number,
): readonly number[] {
  const isItself = isStructure(words, version);
  if (isItself && leavesNothing(words, version)) return NOTHING;
  const at = valueIndex(words, version) * 2;
  const first = at + S_FIRST + (isItself ? words[at + S_ROOTS] : 0);
  const count = isItself ? words[at + S_LEFT] : 0;
  const left = wordsFrom(words, first, count).filter((node) => node !== 0);
  const goesOn = isItself && words[at + S_HOME] !== 0;
  if (!goesOn && old !== 0 && isStructure(words, old)) {
    left.push(...rootsOf(words, old).filter((root) => root !== 0).map(whole));
  }
  return left;
}
