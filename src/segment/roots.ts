/**
 * Named roots: what hangs beside the table.
 *
 * A small directory in the header leads from a name to the root of a tree (`reclamation/tree.ts`).
 * A name is claimed once, and its word is that name's for good. Whoever replaces a root does so by
 * one compare-and-set, pinned, and retires the tree that it took away.
 *
 * @module
 */

import { H_ROOTS, ROOTS } from "./layout.ts";
import { compareAndSet, load, type Words } from "./atomics.ts";

/**
 * The word that leads to what has this name, which is any number but 0: a ref, or 0 as long as
 * there is nothing. Undefined: all places have other names. Lock-free.
 */
export function rootWord(words: Words, name: number): number | undefined {
  for (let at = H_ROOTS; at < H_ROOTS + 2 * ROOTS; at += 2) {
    if (load(words, at) === 0) compareAndSet(words, at, 0, name);
    if (load(words, at) === name) return at + 1;
  }
  return undefined;
}

/** The refs of all roots that there are. */
export function namedRoots(words: Words): number[] {
  return Array.from({ length: ROOTS }, (_, i) => H_ROOTS + 2 * i + 1)
    .map((word) => load(words, word))
    .filter((ref) => ref !== 0);
}
