/**
 * Scans of packs, in the order of hashes: a cursor is the hash to go on with, plus one. Items with
 * one hash are given together. So what is there throughout a scan is given exactly once, whatever
 * comes and goes meanwhile, and nothing is kept between two steps.
 *
 * @module
 */

import type { ScanStep } from "../collections.ts";

const FIRST = 0x811c9dc5;
const PRIME = 0x01000193;

/** The next step of a scan, of all items there are. O(n log n). */
export function scanByHash<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  cursor: number,
  count: number,
): ScanStep<T> {
  const ahead = items.map((item) => ({ hash: hashOf(nameOf(item)), item }))
    .filter(({ hash }) => hash + 1 >= cursor)
    .sort((a, b) => a.hash - b.hash);
  let end = Math.min(count, ahead.length);
  while (end < ahead.length && ahead[end].hash === ahead[end - 1].hash) end++;
  return {
    cursor: end === ahead.length ? 0 : ahead[end].hash + 1,
    items: ahead.slice(0, end).map(({ item }) => item),
  };
}

/** A hash of 32 bits: FNV-1a, with its bits mixed, as cursors cut the range. */
export function hashOf(name: string): number {
  let hash = FIRST;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), PRIME);
  }
  return mixed(hash);
}

/** The same hash of the bytes of a name: so a scan goes on when a pack becomes a tree. */
export function hashBytes(name: Uint8Array): number {
  let hash = FIRST;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name[i], PRIME);
  }
  return mixed(hash);
}

function mixed(hash: number): number {
  const mixed = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  return (mixed ^ mixed >>> 13) >>> 0;
}
