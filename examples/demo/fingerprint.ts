/**
 * The fingerprint of an index: totals, and a sum over every single entry, which
 * is the same in whatever order they come.
 *
 * @module
 */
import { total } from "./postings.ts";
import type { Totals } from "./proof.ts";

/** What two equal indexes have in common. */
export interface Fingerprint extends Totals {
  entries: number;
  checksum: number;
}

/** Walks over an index once. */
export function fingerprintOf(
  index: Iterable<[string, string]>,
): Fingerprint {
  const found: Fingerprint = {
    entries: 0,
    lines: 0,
    phrases: 0,
    occurrences: 0,
    checksum: 0,
  };
  for (const [key, value] of index) {
    found.entries++;
    found.checksum = (found.checksum + hash(`${key}\0${value}`)) >>> 0;
    if (key.startsWith("#")) continue;
    if (key.startsWith("@")) found.lines++;
    else {
      found.phrases++;
      found.occurrences += total(value);
    }
  }
  return found;
}

/** FNV-1a. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash;
}
