/**
 * How Redis 7.0 would encode what is under a key: programs ask for it to see what is small. Here it
 * follows from the value alone, by the thresholds that Redis has unless it is told otherwise.
 *
 * @module
 */

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
      return areIntegers(entry.members!.all()) ? "intset" : "hashtable";
    case "hash":
      return arePacked(entry.fields!.all().flat()) ? "listpack" : "hashtable";
    default: {
      const { sortedSet } = entry;
      const members = sortedSet!.slice(0, sortedSet!.length);
      const names = members.flatMap(([member]) => [member, ""]);
      return arePacked(names) ? "listpack" : "skiplist";
    }
  }
}

function stringEncoding(binary: string): string {
  if (parseInteger(binary) !== undefined) return "int";
  return binary.length <= MOST_EMBEDDED ? "embstr" : "raw";
}

function areIntegers(members: readonly string[]): boolean {
  return members.length <= MOST_INTEGERS &&
    members.every((member) => parseInteger(member) !== undefined);
}

/** Whether pairs of elements are few and short. */
function arePacked(elements: readonly string[]): boolean {
  return elements.length <= MOST_PACKED * 2 &&
    elements.every(({ length }) => length <= MOST_PACKED_BYTES);
}
