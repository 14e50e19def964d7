/**
 * Ids as bytes: what vectors are found by in the tree of ids.
 *
 * A string is its UTF-8, or its UTF-16 if that has no UTF-8; a number is its eight bytes. The first
 * byte says which of them it is, so no string is taken for a number.
 *
 * @module
 */

import { received } from "../errors.ts";

/** What a vector is found by: strings and numbers are different ids, `"1"` is not `1`. */
export type VectorId = string | number;

const UTF8 = 0;
const UTF16 = 1;
const NUMBER = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of an id. Throws a `TypeError` if it is none; `what` is what the caller does. */
export function idBytes(id: unknown, what: string): Uint8Array {
  if (typeof id === "string") {
    return id.isWellFormed() ? tagged(UTF8, encoder.encode(id)) : wide(id);
  }
  if (typeof id === "number" && id === id) {
    const number = new Float64Array([id === 0 ? 0 : id]); // -0 is 0, as in a Map
    return tagged(NUMBER, new Uint8Array(number.buffer));
  }
  throw new TypeError(
    `Cannot ${what}: an id must be a string or a number: ${received(id)}`,
  );
}

function tagged(tag: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + content.length);
  bytes[0] = tag;
  bytes.set(content, 1);
  return bytes;
}

function wide(id: string): Uint8Array {
  const units = Uint16Array.from(
    { length: id.length },
    (_, i) => id.charCodeAt(i),
  );
  return tagged(UTF16, new Uint8Array(units.buffer));
}

/** The id of some bytes, which are in memory that nobody else writes. */
export function idOf(bytes: Uint8Array<ArrayBuffer>): VectorId {
  const content = bytes.slice(1);
  if (bytes[0] === UTF8) return decoder.decode(content);
  if (bytes[0] === NUMBER) return new Float64Array(content.buffer)[0];
  return String.fromCharCode(...new Uint16Array(content.buffer));
}
