/**
 * Sightings: what an operation saw of an entry before it let the caller's code run.
 *
 * That code runs without a pin, as it may use the map, or take long. So when it returns, the memory
 * of the version that was seen may hold another version of the very same key. Therefore versions
 * are compared by their bytes: one with the same bytes is as good as the same one. Only while the
 * era is still the same, nothing that was there can have been freed, and comparing refs is enough.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/atomics.ts";
import * as lookups from "../table/fast_lookup.ts";
import * as versions from "../table/version.ts";
import type { Taken, VersionReader } from "./version_reader.ts";

// Constants of its own: `layout.ts` says why.
const { H_ERA, V_VALUE } = layout;
const { load } = access;
const { NUMBER_INFO } = lookups;
const { valueBytes, valueIndex } = versions;

/** No version has this ref, nor is it 0. */
const UNKNOWN = -1;

/** What was seen of an entry. */
export class Sighting<V> {
  /** The value, to be finished; undefined if there was no entry. */
  readonly value: Taken<V> | undefined;
  readonly #segment: Segment;
  readonly #reader: VersionReader<unknown, V>;
  /** The era; undefined: it was not read under a pin, and matches none. */
  readonly #era: number | undefined;
  readonly #ref: number;
  /** What its version says of the value, and the value itself, or its bytes. */
  readonly #info: number;
  readonly #kept: unknown;

  private constructor(
    segment: Segment,
    reader: VersionReader<unknown, V>,
    era: number | undefined,
    ref: number,
    info: number,
    value: Taken<V> | undefined,
    kept: unknown,
  ) {
    this.#segment = segment;
    this.#reader = reader;
    this.#era = era;
    this.#ref = ref;
    this.#info = info;
    this.value = value;
    this.#kept = kept;
  }

  /**
   * Of a version. The caller is pinned.
   *
   * @param segment The segment.
   * @param reader Takes out the value.
   * @param era The era, read after the pin began, and before the entry was looked for.
   * @param ref The live version; 0: there is none.
   */
  static of<V>(
    segment: Segment,
    reader: VersionReader<unknown, V>,
    era: number,
    ref: number,
  ): Sighting<V> {
    if (ref === 0) {
      return new Sighting(segment, reader, era, 0, 0, undefined, undefined);
    }
    const { words } = segment;
    const value = reader.takeValue(ref);
    // The caller may change an object that it is given.
    const kept = typeof value === "object"
      ? new Uint8Array(bytesOf(segment, ref))
      : value;
    const info = words[ref * 4 + V_VALUE];
    return new Sighting(segment, reader, era, ref, info, value, kept);
  }

  /** Of nothing, where a fast lookup found none, without a pin. */
  static ofAbsence<V>(
    segment: Segment,
    reader: VersionReader<unknown, V>,
  ): Sighting<V> {
    const nothing = undefined;
    return new Sighting<V>(segment, reader, nothing, 0, 0, nothing, nothing);
  }

  /** Of a number that a fast lookup found, without a pin. */
  static ofNumber<V>(
    segment: Segment,
    reader: VersionReader<unknown, V>,
    number: number,
  ): Sighting<V> {
    const value: unknown = number;
    return new Sighting(
      segment,
      reader,
      undefined,
      UNKNOWN,
      NUMBER_INFO,
      value as Taken<V>,
      value,
    );
  }

  /**
   * Whether the live version of the key (0: none) is still what was seen. The caller is pinned;
   * this pin began after the sighting.
   */
  isStill(ref: number): boolean {
    // Nothing that was there can have been freed then, nor will be during this pin.
    const isSameEra = load(this.#segment.words, H_ERA) === this.#era;
    return isSameEra ? ref === this.#ref : this.#isAlike(ref);
  }

  #isAlike(ref: number): boolean {
    if (ref === 0 || this.#ref === 0) return ref === this.#ref;
    if (this.#segment.words[ref * 4 + V_VALUE] !== this.#info) return false;
    return this.#kept instanceof Uint8Array
      ? bytesOf(this.#segment, ref).equals(this.#kept)
      : Object.is(this.#reader.takeValue(ref), this.#kept);
  }
}

function bytesOf({ bytes, words }: Segment, ref: number) {
  const from = valueIndex(words, ref) * 8;
  return bytes.subarray(from, from + valueBytes(words, ref));
}
