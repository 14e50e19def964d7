/**
 * Sightings: what an operation saw of an entry before it let the caller's code run.
 *
 * That code runs without a pin, for it may use the map, or take for ever. So the memory of the version that was seen may have been
 * used again when it returns, for another version of the very same key. Therefore what is seen later is compared by its bytes: one
 * that has the same is as good as the same. Only as long as the epoch is the same, nothing that was there can have been freed, and
 * the ref tells.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/words.ts";
import * as versions from "../table/version.ts";
import type { Reader, Taken } from "./reader.ts";

// Constants of its own: `layout.ts` says why.
const { H_EPOCH, V_VALUE } = layout;
const { load } = access;
const { valueBytes, valueIndex } = versions;

/** One look at an entry. */
export class Sighting<V> {
  /** The value, to be finished; undefined: there was no entry. */
  readonly value: Taken<V> | undefined;
  readonly #segment: Segment;
  readonly #reader: Reader<unknown, V>;
  readonly #epoch: number;
  readonly #ref: number;
  /** What its version says of the value, and the value itself, or its bytes. */
  readonly #info: number;
  readonly #kept: unknown;

  /**
   * The caller is pinned.
   *
   * @param segment The segment.
   * @param reader Takes out the value.
   * @param epoch The epoch, as it was before the entry was looked for, and after the pin.
   * @param ref The live version; 0: there is none.
   */
  constructor(
    segment: Segment,
    reader: Reader<unknown, V>,
    epoch: number,
    ref: number,
  ) {
    this.#segment = segment;
    this.#reader = reader;
    this.#epoch = epoch;
    this.#ref = ref;
    this.#info = ref === 0 ? 0 : segment.words[ref * 4 + V_VALUE];
    this.value = ref === 0 ? undefined : reader.takeValue(ref);
    // The caller may change an object that it is given.
    this.#kept = typeof this.value === "object"
      ? new Uint8Array(this.#bytesOf(ref))
      : this.value;
  }

  /** Whether the live version of the key, or that there is none, is still what was seen. The caller is pinned, and was not since. */
  isStill(ref: number): boolean {
    return this.isSameEpoch ? ref === this.#ref : this.#isAlike(ref);
  }

  /** Whether nothing that was there can have been freed, nor will be during this pin. */
  get isSameEpoch(): boolean {
    return load(this.#segment.words, H_EPOCH) === this.#epoch;
  }

  /** The version that was seen; 0: there was none. Means something only while `isSameEpoch`. */
  get ref(): number {
    return this.#ref;
  }

  #isAlike(ref: number): boolean {
    if (ref === 0 || this.#ref === 0) return ref === this.#ref;
    if (this.#segment.words[ref * 4 + V_VALUE] !== this.#info) return false;
    return this.#kept instanceof Uint8Array
      ? this.#bytesOf(ref).equals(this.#kept)
      : Object.is(this.#reader.takeValue(ref), this.#kept);
  }

  #bytesOf(ref: number) {
    const { bytes, words } = this.#segment;
    const from = valueIndex(words, ref) * 8;
    return bytes.subarray(from, from + valueBytes(words, ref));
  }
}
