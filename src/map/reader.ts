/**
 * Reading versions as the caller's keys and values.
 *
 * @module
 */

import type { KeyFormat, ValueFormat } from "../codec/codec.ts";
import type { Segment } from "../segment/segment.ts";
import {
  expiryOf,
  isTombstone,
  valueBytes,
  valueOffset,
  valueTag,
} from "../table/version.ts";

/** Decodes versions; the caller is pinned. */
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
      valueOffset(words, ref),
      valueBytes(words, ref),
      valueTag(words, ref),
    );
  }

  entry(ref: number): [K, V] {
    return [this.key(ref), this.value(ref)];
  }

  /** Whether a version (0: none) is a value that has not expired at `now`, by default at this moment. */
  isLive(ref: number, now?: number): boolean {
    if (ref === 0 || isTombstone(this.#segment.words, ref)) return false;
    const expiry = expiryOf(this.#segment, ref);
    return expiry === Infinity || expiry > (now ?? Date.now());
  }
}
