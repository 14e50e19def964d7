/**
 * Reading versions as the caller's keys and values.
 *
 * @module
 */

import type { KeyFormat, ValueFormat } from "../codec/codec.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";

// Constants of its own: `layout.ts` says why.
const { LENGTH_MASK, TAG_SHIFT } = layout;
const { expiryOf, isTombstone, valueBytes, valueIndex, valueTag } = versions;

/** What is left to the pinned path. */
export const UNDECODED: unique symbol = Symbol("undecoded");

/** Decodes versions, for which the caller is pinned, and what looks copied. */
export class Reader<K, V> {
  readonly keys: KeyFormat<K>;
  readonly values: ValueFormat<V>;
  readonly #segment: Segment;

  constructor(segment: Segment, keys: KeyFormat<K>, values: ValueFormat<V>) {
    this.#segment = segment;
    this.keys = keys;
    this.values = values;
  }

  key(ref: number): K {
    return this.keys.read(this.#segment, ref);
  }

  value(ref: number): V {
    const segment = this.#segment;
    const words = segment.words;
    return this.values.read(
      segment,
      valueIndex(words, ref),
      valueBytes(words, ref),
      valueTag(words, ref),
    );
  }

  /** The value that a look copied to `at`, in units of 8 bytes; `UNDECODED` if it seems to have expired. */
  copied(at: number, info: number): V | typeof UNDECODED {
    if (this.seemsOver(at)) return UNDECODED;
    return this.values.read(
      this.#segment,
      at,
      info & LENGTH_MASK,
      info >>> TAG_SHIFT,
    );
  }

  /** Whether what a look found seems to have expired: the pinned path then looks again. */
  seemsOver(at: number): boolean {
    const expiry = this.#segment.floats[at - 1];
    return expiry !== Infinity && Math.abs(expiry) <= Date.now();
  }

  entry(ref: number): [K, V] {
    return [this.key(ref), this.value(ref)];
  }

  /** Until when there is an entry, as far as this version (0: none) says: `-Infinity` if it says that there is none. */
  endOf(ref: number): number {
    if (ref === 0 || isTombstone(this.#segment.words, ref)) return -Infinity;
    return expiryOf(this.#segment, ref);
  }
}
