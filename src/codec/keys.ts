/**
 * The key formats: strings, numbers, bytes, and codecs of the caller's own.
 *
 * @module
 */

import { received } from "../errors.ts";
import { LENGTH_LIMIT } from "../segment/layout.ts";
import type { EncodedKey } from "../table/key.ts";
import * as versions from "../table/version.ts";
import type { Codec, KeyFormat, Memory } from "./codec.ts";
import * as callers from "./bytes.ts";
import * as strings from "./strings.ts";

// Constants of its own: `layout.ts` says why.
const { keyBytes, keyIndex, keyIsWide } = versions;
const { readString } = strings;
const { copied, lengthOf, unshared } = callers;

const WHAT = "Cannot encode the key: it";

/** The longest key: keys are kept whole in memory. */
function checkLength(byteLength: number): void {
  if (byteLength >= LENGTH_LIMIT) {
    throw new RangeError(
      `Cannot encode the key: it must be shorter than ${LENGTH_LIMIT} bytes: received ${byteLength}`,
    );
  }
}

/** Strings: Latin-1 in one byte a character, else UTF-16. */
export const stringKeys: KeyFormat<string> = {
  name: "string",
  prepare(key) {
    if (typeof key !== "string") {
      throw new TypeError(
        `Cannot encode the key: it must be a string: ${received(key)}`,
      );
    }
    return key;
  },
  pack(prepared, into) {
    const key = prepared as string;
    checkLength(key.length);
    if (into.packLatin1(key)) return;
    checkLength(key.length * 2);
    into.packWide(key);
  },
  read(memory, ref) {
    return readString(
      memory,
      keyIndex(ref) * 8,
      keyBytes(memory.words, ref),
      keyIsWide(memory.words, ref),
    );
  },
};

/** Numbers: two are the same key if they are for a `Map`. */
export const numberKeys: KeyFormat<number> = {
  name: "number",
  prepare(key) {
    if (typeof key !== "number") {
      throw new TypeError(
        `Cannot encode the key: it must be a number: ${received(key)}`,
      );
    }
    return key;
  },
  pack(prepared, into) {
    into.packNumber(prepared as number);
  },
  read(memory, ref) {
    return memory.floats[keyIndex(ref)];
  },
};

/** Bytes. */
export const bytesKeys: KeyFormat<Uint8Array> = {
  name: "bytes",
  prepare(key) {
    return unshared(key, WHAT);
  },
  pack(prepared, into) {
    packBytes(prepared as Uint8Array, into);
  },
  read: copyOfKey,
};

/** The caller's code may have run since the bytes were prepared. */
function packBytes(key: Uint8Array, into: EncodedKey): void {
  const length = lengthOf(key, WHAT);
  checkLength(length);
  into.reserve(length + 3);
  if (length > 0) into.words[(length - 1) >> 2] = 0; // the padding
  into.bytes.set(key);
  into.finish(length, false);
}

function copyOfKey(memory: Memory, ref: number): Uint8Array<ArrayBuffer> {
  const start = keyIndex(ref) * 8;
  const end = start + keyBytes(memory.words, ref);
  return new Uint8Array(memory.bytes.subarray(start, end));
}

/** Keys that the caller's codec turns into bytes. */
export function customKeys<K>(codec: Codec<K>): KeyFormat<K> {
  const { name } = codec;
  const what =
    `Cannot encode the key: what encode() of the codec "${name}" returns`;
  return {
    name,
    own: codec,
    prepare: (key) => copied(codec.encode(key), what),
    pack(prepared, into) {
      packBytes(prepared as Uint8Array, into);
    },
    read: (memory, ref) => codec.decode(copyOfKey(memory, ref)),
  };
}
