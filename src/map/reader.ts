/**
 * Reading versions as the caller's keys and values.
 *
 * @module
 */

import * as codec from "../codec/codec.ts";
import type { KeyFormat, ValueFormat } from "../codec/codec.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as glances from "../table/glance.ts";
import * as versions from "../table/version.ts";

// Constants of its own: `layout.ts` says why.
const { HAS_EXPIRY, LENGTH_MASK, TAG_SHIFT, TAG_TOMBSTONE, V_KEY, V_VALUE } =
  layout;
const { TAG_LATIN1, TAG_NUMBER } = codec;
const {
  expiryOf,
  isTombstone,
  valueBytes,
  valueIndex,
  valueIndexOf,
  valueTag,
} = versions;
const { confirms } = glances;

/** What {@linkcode Reader.glance} leaves to the pinned path: what it may not decode, and what seems to have expired. */
export const UNDECODED: unique symbol = Symbol("undecoded");

/** Decodes versions; the caller is pinned. */
export class Reader<K, V> {
  readonly keys: KeyFormat<K>;
  readonly values: ValueFormat<V>;
  readonly #segment: Segment;
  /** Whether a stored string is the value, and not its JSON. */
  readonly #plainStrings: boolean;

  constructor(segment: Segment, keys: KeyFormat<K>, values: ValueFormat<V>) {
    this.#segment = segment;
    this.keys = keys;
    this.values = values;
    this.#plainStrings = values.name !== "json";
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

  /**
   * The value of a version (0: none), after a glance that began at the epoch `before` and is not confirmed yet. Lengths are believed only once
   * they are confirmed; the bytes may still be reused while they are read, and the caller then throws the result away. So
   * only what is harmless to decode from any bytes is decoded: numbers, and Latin-1 strings as such.
   */
  glance(
    ref: number,
    info: number,
    before: number,
  ): V | undefined | typeof UNDECODED {
    if (ref === 0) return undefined;
    const words = this.#segment.words;
    const keyInfo = words[ref * 4 + V_KEY];
    const valueInfo = words[ref * 4 + V_VALUE];
    const tag = valueInfo >>> TAG_SHIFT;
    if (tag === TAG_NUMBER && (keyInfo & HAS_EXPIRY) === 0) {
      // Whatever is there by now is a number, or nothing: no need to believe it first.
      return this.#segment.floats[valueIndexOf(ref, info)] as V;
    }
    if (!confirms(words, before)) return UNDECODED;
    if (tag === TAG_TOMBSTONE) return undefined;
    if (tag !== TAG_NUMBER && !(tag === TAG_LATIN1 && this.#plainStrings)) {
      return UNDECODED;
    }
    if (this.#seemsOver(ref, keyInfo)) return UNDECODED;
    const at = valueIndexOf(ref, keyInfo);
    return this.values.read(this.#segment, at, valueInfo & LENGTH_MASK, tag);
  }

  /** As {@linkcode glance}, but only whether there is an entry; `UNDECODED` where that is left to the pinned path. */
  glanceAt(ref: number, before: number): boolean | typeof UNDECODED {
    if (ref === 0) return false;
    const words = this.#segment.words;
    const keyInfo = words[ref * 4 + V_KEY];
    const valueInfo = words[ref * 4 + V_VALUE];
    if (!confirms(words, before)) return UNDECODED;
    if (valueInfo >>> TAG_SHIFT === TAG_TOMBSTONE) return false;
    return this.#seemsOver(ref, keyInfo) ? UNDECODED : true;
  }

  /** Whether an entry seems to have expired: the pinned path then looks again. */
  #seemsOver(ref: number, keyInfo: number): boolean {
    if ((keyInfo & HAS_EXPIRY) === 0) return false;
    const at = valueIndexOf(ref, keyInfo) - 1;
    return Math.abs(this.#segment.floats[at]) <= Date.now();
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
