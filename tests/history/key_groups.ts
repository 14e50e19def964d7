/**
 * Groups of keys for histories.
 *
 * @module
 */
import { attachmentOf } from "../../src/api/shared_map.ts";
import { EncodedKey } from "../../src/table/key.ts";
import type { Subject } from "./verbs.ts";

/**
 * As many as are in use, one after the other: what is gone is purged until its turn comes
 * again.
 */
const GROUPS = 12;
/** Keys tried for hashes in common: of so many, some ten pairs have one. */
const CANDIDATES = 300_000;
/** The home slot is given by these bits in the smallest table. */
const HOME_SHIFT = 24;

/** Keys with nothing in common. */
export function keyGroups(): string[][] {
  return Array.from(
    { length: GROUPS },
    (_, group) => ["a", "b", "c"].map((name) => `${name}${group}`),
  );
}

/** Of three keys two have the same hash in this map, and the third the same home. */
export function twinGroups(map: Subject): string[][] {
  const hashOf = hashIn(map);
  const seen = new Map<number, string>();
  const twins: [first: string, second: string, hash: number][] = [];
  for (let i = 0; i < CANDIDATES; i++) {
    const key = `twin ${i}`;
    const hash = hashOf(key);
    const first = seen.get(hash);
    if (first !== undefined) twins.push([first, key, hash]);
    else seen.set(hash, key);
  }
  return twins.map(([first, second, hash]) => [
    first,
    second,
    neighbourOf(hash, hashOf),
  ]);
}

/** A key whose home slot is that of a hash. */
function neighbourOf(hash: number, hashOf: (key: string) => number): string {
  for (let i = 0;; i++) {
    const key = `neighbour ${i}`;
    if (hashOf(key) >>> HOME_SHIFT === hash >>> HOME_SHIFT) return key;
  }
}

/** The hash of short keys in a map. */
function hashIn(map: Subject): (key: string) => number {
  const encoded = new EncodedKey(attachmentOf(map).segment.seed);
  return (key) => {
    encoded.packLatin1(key);
    return encoded.hash;
  };
}
