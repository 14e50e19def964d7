/**
 * Stored values: what the store's map has under a key, and how types are told apart.
 *
 * - A string of the store is a string of the map, a character for each byte; or, if it came out of
 *   an addition, a number of the map, which is a safe integer.
 * - Everything else is bytes, the first of which says what they are: a long string that is not
 *   ASCII, as that takes less memory, or a collection.
 *
 * @module
 */

import type { PresentEntry } from "../map/present_entry.ts";
import { MEDIUM_TEXT } from "../segment/layout.ts";
import { bytesBetween, isAscii, writeBinary } from "./binary.ts";
import { fail, WRONG_TYPE } from "./errors.ts";

/** The kinds of bytes. */
export const RAW = 0;
export const LIST = 1;
export const SET = 2;
export const HASH = 3;
export const SORTED_SET = 4;
/** Not 5: a tombstone has that, and the kind of a structure is its tag. */
export const STREAM = 6;

/** The types of values, as the command TYPE names them. */
export type TypeName =
  | "string"
  | "list"
  | "set"
  | "hash"
  | "zset"
  | "stream";

/** They, by their kinds. */
export const TYPES: readonly (TypeName | undefined)[] = [
  "string",
  "list",
  "set",
  "hash",
  "zset",
  undefined,
  "stream",
];

/** The binary string that is stored; throws if the value is something else. */
export function stringOf(stored: unknown): string {
  if (typeof stored === "string") return stored;
  if (typeof stored === "number") return String(stored);
  if (kindOf(stored) !== RAW) fail(WRONG_TYPE);
  const bytes = stored as Uint8Array;
  return bytesBetween(bytes, 1, bytes.length);
}

/** The kind of a value; undefined: nothing that the store has written. */
export function kindOf(stored: unknown): number | undefined {
  if (typeof stored === "string" || typeof stored === "number") return RAW;
  return stored instanceof Uint8Array ? stored[0] : undefined;
}

/** The name of a value's type. */
export function typeOf(stored: unknown): TypeName {
  return TYPES[kindOf(stored) ?? fail(WRONG_TYPE)] ?? fail(WRONG_TYPE);
}

/** The name of the type of what is there, which is not copied; undefined: it is none of a store. */
export function typeAt(present: PresentEntry<unknown>): TypeName | undefined {
  const { bytes, structure } = present;
  const kind = structure?.tag ?? bytes?.memory[bytes.from] ??
    kindOf(present.value);
  return TYPES[kind ?? NaN];
}

/** What is stored for a binary string. */
export function toStored(binary: string): string | Uint8Array {
  if (binary.length <= MEDIUM_TEXT || isAscii(binary)) return binary;
  const bytes = new Uint8Array(binary.length + 1); // RAW is 0
  writeBinary(bytes, 1, binary);
  return bytes;
}
