/**
 * Codecs: JavaScript values to bytes and back.
 *
 * What this layer guarantees to the map: encoding has two parts. *Preparing* may run the
 * caller's code (a custom codec, a getter of a cloned object), which may use the map itself. It
 * leaves a copy of all that is to be written, so that nobody can change it or take its memory
 * away meanwhile. *Writing* runs none of the caller's code and does not throw, so nothing can
 * come between the lengths that were announced and the bytes that are written. Decoding copies
 * out of shared memory before it hands anything over. The caller's own `decode` gets such a
 * copy; call it only when nothing is pinned and nothing is half done, because it may use the
 * map, or never return.
 *
 * @module
 */

import type { EncodedKey } from "../table/key.ts";
import type { Segment } from "../segment/segment.ts";

/**
 * A codec of the caller's own, for keys or values.
 *
 * Two keys are the same if their bytes are equal. Expected values are compared as bytes, too.
 * So `encode` must give equal bytes for what is to count as equal.
 *
 * @typeParam T What it encodes.
 *
 * @example Usage
 * ```ts
 * import { type Codec, SharedMap } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * const dates: Codec<Date> = {
 *   name: "date",
 *   encode: (date) => new Uint8Array(new Float64Array([date.getTime()]).buffer),
 *   decode: (bytes) => new Date(new Float64Array(bytes.buffer)[0]),
 * };
 * using map = SharedMap.create<string, Date>({ value: dates });
 * map.set("epoch", new Date(0));
 * assertEquals(map.get("epoch"), new Date(0));
 * ```
 */
export interface Codec<T> {
  /**
   * Tells the codec from others: every worker that attaches must use a codec of the same
   * name. At most 124 bytes of UTF-8.
   */
  readonly name: string;
  /** The bytes of a value. They are copied at once. */
  encode(value: T): Uint8Array<ArrayBufferLike>;
  /** The value of some bytes. They are a copy in a buffer of their own, which `decode` may keep. */
  decode(bytes: Uint8Array<ArrayBuffer>): T;
}

/**
 * What codecs write to and read from: the memory of a segment, or memory that is laid out
 * like it.
 */
export type Memory = Pick<Segment, "words" | "floats" | "bytes">;

/** What a clone is read from: shared memory, or a scratch. */
export interface Readable {
  readonly words: Int32Array;
  readonly bytes: Memory["bytes"];
}

/** How keys are encoded, as the map uses it. */
export interface KeyFormat<K> {
  readonly name: string;
  /** The caller's codec, if it is one. */
  readonly own?: Codec<K>;
  /**
   * Checks a key and brings it into the form that `pack` takes. May run the caller's code.
   * Throws a `TypeError`.
   */
  prepare(key: K): unknown;
  /** Encodes what `prepare` returned. */
  pack(prepared: unknown, into: EncodedKey): void;
  /** The key of a version. */
  read(memory: Memory, ref: number): K;
}

/** How values are encoded, as the map uses it. */
export interface ValueFormat<V> {
  readonly name: string;
  /** The caller's codec, if it is one. */
  readonly own?: Codec<V> | undefined;
  /** The tag of the prepared value. */
  readonly tag: number;
  /** The length of the prepared value in bytes. */
  readonly byteLength: number;
  /** The prepared value, if its tag is that of numbers. */
  readonly number: number;
  /** What the prepared value weighs: written by what weighs it. */
  weight: number;
  /** Checks a value, fixes tag and length. May run the caller's code. Throws a `TypeError`. */
  prepare(value: V): void;
  /**
   * Copies what still belongs to the caller: for a prepared value that is written, or
   * compared, only after more of the caller's code has run.
   */
  keep(): void;
  /** Writes the prepared value. Here and below, `at` is an index in units of 8 bytes. */
  write(memory: Memory, at: number): void;
  /** Whether the prepared value is the one that stands there. */
  equals(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): boolean;
  /** The value that stands there. */
  read(memory: Memory, at: number, byteLength: number, tag: number): V;
}

/** Tags of values. 5 is the tombstone's, which is the table's own. */
export const TAG_CONSTANT_OR_BIGINT = 0;
export { TAG_LATIN1, TAG_NUMBER, TAG_UTF16 } from "../segment/layout.ts";
export const TAG_BYTES = 4;
export const TAG_CLONE = 6;
/** The tag of what a codec of the caller's own makes, which is never mixed with others. */
export const TAG_CUSTOM = 7;
export const TAG_UTF8 = 7;
