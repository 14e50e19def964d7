/**
 * Reading versions: from a version to the caller's key and value.
 *
 * That takes two steps, because a codec of the caller's own may do anything: use the map, close it,
 * or never return. While the map is pinned, a version is only *taken out*: decoded by a codec of
 * this module, or copied. Without a pin it is *finished*: what was copied is decoded.
 *
 * @module
 */

import type { Codec, KeyFormat, ValueFormat } from "../codec/codec.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";
import { structureError } from "./structure_error.ts";

// Constants of its own: `layout.ts` says why.
const { LENGTH_MASK, TAG_SHIFT } = layout;
const {
  isStructure,
  keyBytes,
  keyIndex,
  valueBytes,
  valueIndex,
  valueTag,
} = versions;

/** What was taken out of a version, and is to be finished without a pin. */
export type Taken<T> = { readonly [taken]: T };
declare const taken: unique symbol;

/** What an iterator gives of each version. */
export interface Part<T> {
  take(ref: number): Taken<T>;
  finish(taken: Taken<T>): T;
}

/** Decodes versions, and what fast lookups copied. */
export class VersionReader<K, V> {
  readonly keys: KeyFormat<K>;
  readonly values: ValueFormat<V>;
  readonly #segment: Segment;
  readonly #ownKeys: Codec<K> | undefined;
  readonly #ownValues: Codec<V> | undefined;

  constructor(segment: Segment, keys: KeyFormat<K>, values: ValueFormat<V>) {
    this.#segment = segment;
    this.keys = keys;
    this.values = values;
    this.#ownKeys = keys.own;
    this.#ownValues = values.own;
  }

  /** Takes out the key of a version; the caller is pinned. */
  takeKey(ref: number): Taken<K> {
    const segment = this.#segment;
    const key = this.#ownKeys === undefined
      ? this.keys.read(segment, ref)
      : this.#copy(keyIndex(ref), keyBytes(segment.words, ref));
    return key as Taken<K>;
  }

  /**
   * Takes out the value of a version; the caller is pinned. Throws a `TypeError` if it is not all
   * in the version.
   */
  takeValue(ref: number): Taken<V> {
    const segment = this.#segment;
    const { words } = segment;
    if (isStructure(words, ref)) throw structureError(segment.name);
    const at = valueIndex(words, ref);
    const length = valueBytes(words, ref);
    const value = this.#ownValues === undefined
      ? this.values.read(segment, at, length, valueTag(words, ref))
      : this.#copy(at, length);
    return value as Taken<V>;
  }

  /** Takes out both. */
  takeEntry(ref: number): Taken<[K, V]> {
    const entry: unknown = [this.takeKey(ref), this.takeValue(ref)];
    return entry as Taken<[K, V]>;
  }

  #copy(at: number, length: number): Uint8Array<ArrayBuffer> {
    const { bytes } = this.#segment;
    return new Uint8Array(bytes.subarray(at * 8, at * 8 + length));
  }

  /** Finishes a key. Runs the caller's codec, if the key has one. */
  key(taken: Taken<K>): K {
    const key: unknown = taken;
    return this.#ownKeys === undefined
      ? key as K
      : this.#ownKeys.decode(key as Uint8Array<ArrayBuffer>);
  }

  /** Finishes a value, in the same way. */
  value(taken: Taken<V>): V {
    const value: unknown = taken;
    return this.#ownValues === undefined
      ? value as V
      : this.#ownValues.decode(value as Uint8Array<ArrayBuffer>);
  }

  /** Finishes an entry, in the same way. */
  entry(taken: Taken<[K, V]>): [K, V] {
    const entry: unknown = taken;
    if (this.#ownKeys === undefined && this.#ownValues === undefined) {
      return entry as [K, V];
    }
    const [key, value] = entry as [Taken<K>, Taken<V>];
    return [this.key(key), this.value(value)];
  }

  /** The value that a fast lookup copied to `at`, in units of 8 bytes. */
  copied(at: number, info: number): V {
    return this.values.read(
      this.#segment,
      at,
      info & LENGTH_MASK,
      info >>> TAG_SHIFT,
    );
  }

  readonly keyPart: Part<K> = {
    take: (ref) => this.takeKey(ref),
    finish: (taken) => this.key(taken),
  };
  readonly valuePart: Part<V> = {
    take: (ref) => this.takeValue(ref),
    finish: (taken) => this.value(taken),
  };
  readonly entryPart: Part<[K, V]> = {
    take: (ref) => this.takeEntry(ref),
    finish: (taken) => this.entry(taken),
  };
}
