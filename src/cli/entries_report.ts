/**
 * What the entries of a snapshot are like, for people and for machines.
 *
 * @module
 */

import type { Summary } from "../persist/summary.ts";
import { count, size } from "./figures.ts";
import { type Bucket, bucketsOf, drawHistogram } from "./histogram.ts";

/** Sums over entries. */
export interface EntryFacts {
  /** Entries with an expiry. */
  expiring: number;
  /** Entries that are collections of a store, kept in parts; not there if there are none. */
  collections?: number;
  keyBytes: number;
  valueBytes: number;
  /** How many entries there are of each size. */
  sizes: Bucket[];
}

/** What the summary of a snapshot found. */
export function entryFacts(summary: Summary): EntryFacts {
  const { expiring, keyBytes, valueBytes, sizes, structures } = summary;
  return {
    expiring,
    ...structures > 0 && { collections: structures },
    keyBytes,
    valueBytes,
    sizes: bucketsOf(sizes),
  };
}

/** The lines below the header of a report. */
export function drawEntries(facts: EntryFacts): string[] {
  const histogram = drawHistogram(facts.sizes);
  return histogram.length === 0 ? [] : [
    "",
    "Entries by size (bytes of key and value)",
    ...histogram.map((line) => `  ${line}`),
  ];
}

/** The sums in words. */
export function drawSums(
  { collections, expiring, keyBytes, valueBytes }: EntryFacts,
): [string, string][] {
  const row: [string, string][] = collections === undefined
    ? []
    : [["collections", `${count(collections)} of a store, kept in parts`]];
  return [
    ["expiring", count(expiring)],
    ...row,
    ["keys", size(keyBytes)],
    ["values", size(valueBytes)],
  ];
}

/** Names with what they stand for, aligned. */
export function drawPairs(
  pairs: readonly (readonly [string, string])[],
): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
