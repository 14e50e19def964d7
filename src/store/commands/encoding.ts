/**
 * How Redis 7.0 would encode what is under a key: programs ask for it to see what is small. Here it
 * follows from the value alone, by the thresholds that Redis has unless it is told otherwise.
 *
 * @module
 */

import type { Collection, Members, SortedSet } from "../collections.ts";
import type { Entry } from "../entry.ts";
import { parseInteger } from "../numbers.ts";

/** The most bytes of a string that is embedded. */
const MOST_EMBEDDED = 44;
/** The most members of a set of integers. */
const MOST_INTEGERS = 512;
/** The most fields or members, and bytes of each, of a listpack. */
const MOST_PACKED = 128;
const MOST_PACKED_BYTES = 64;

/** The name of the encoding. There is an entry. */
export function encodingOf(entry: Entry): string {
  switch (entry.type) {
    case "string":
      return stringEncoding(entry.string!);
    case "list":
      return "quicklist";
    case "set":
      return areIntegers(entry.members!) ? "intset" : "hashtable";
    case "hash":
      return arePacked(entry.fields!, (hash) => hash.all().flat())
        ? "listpack"
        : "hashtable";
    case "stream":
      return "stream";
    default:
      return arePacked(entry.sortedSet!, namesOf) ? "listpack" : "skiplist";
  }
}

function namesOf(set: SortedSet): string[] {
  return set.slice(0, set.length).map(([member]) => member);
}

function stringEncoding(binary: string): string {
  if (parseInteger(binary) !== undefined) return "int";
  return binary.length <= MOST_EMBEDDED ? "embstr" : "raw";
}

function areIntegers(set: Members): boolean {
  return set.length <= MOST_INTEGERS &&
    set.all().every((member) => parseInteger(member) !== undefined);
}

/** Whether a collection has few items, and what is in them is short. */
function arePacked<C extends Collection>(
  collection: C,
  partsOf: (collection: C) => readonly string[],
): boolean {
  return collection.length <= MOST_PACKED &&
    partsOf(collection).every(({ length }) => length <= MOST_PACKED_BYTES);
}
