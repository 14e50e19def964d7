/**
 * Preparing values: for the write at hand, or to be compared with those in the map.
 *
 * @module
 */

import type { ValueFormat } from "../codec/codec.ts";
import { MapFullError, theMap } from "../errors.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";
import { liveBytesOf } from "./counters.ts";
import type { Scale } from "./weighing.ts";

// Constants of its own: `layout.ts` says why.
const { LENGTH_LIMIT } = layout;
const { isStructure, valueBytes, valueIndex, valueTag } = versions;

/** Prepares the values of one map object's writes. */
export class ValuePacker<V> {
  /** Has the value that was prepared last. */
  readonly format: ValueFormat<V>;
  /** Whether values that are numbers are kept as such. */
  readonly keepsNumbers: boolean;
  /** Whether values that are strings are. */
  readonly keepsTexts: boolean;
  readonly #segment: Segment;
  readonly #makeFormat: () => ValueFormat<V>;
  readonly #scale: Scale<V> | undefined;
  /**
   * For values that are compared while another one is written, unless an operation has taken it.
   */
  #spare: ValueFormat<V> | undefined;

  /**
   * @param segment The segment.
   * @param makeFormat Makes a format: each has one prepared value.
   * @param scale Weighs values, in a map whose entries are weighed.
   */
  constructor(
    segment: Segment,
    makeFormat: () => ValueFormat<V>,
    scale?: Scale<V>,
  ) {
    this.format = makeFormat();
    const { name } = this.format;
    this.keepsNumbers = name === "number" || name === "any";
    this.keepsTexts = name === "string" || name === "any";
    this.#segment = segment;
    this.#makeFormat = makeFormat;
    this.#scale = scale;
  }

  /**
   * Prepares a value to be written, and weighs it. May run the caller's code. Throws `TypeError`,
   * `RangeError` or `MapFullError`.
   */
  prepare(value: V): void {
    const { format } = this;
    // Both may run the caller's code, which may prepare another value: so nothing is noted between.
    const weight = this.#scale?.weightOf(value) ?? 0;
    format.prepare(value);
    format.weight = weight;
    if (format.byteLength >= LENGTH_LIMIT) this.#refuse(format.byteLength);
  }

  #refuse(needed: number): never {
    const { buffer, name } = this.#segment;
    throw new MapFullError(
      `Cannot store the entry in ${
        theMap(name)
      }: a value must be shorter than ${LENGTH_LIMIT} bytes: received ${needed}: store it in parts`,
      {
        needed,
        maxBytes: buffer.byteLength,
        liveBytes: liveBytesOf(this.#segment),
        mapName: name,
      },
    );
  }

  /**
   * Prepares a value to be compared; may run the caller's code. Returns whether a version has it.
   *
   * The value is prepared in a format of its own: another one is prepared before it is compared,
   * and the caller's code may compare more, in an operation within this one.
   */
  comparison(value: V): (ref: number) => boolean {
    const segment = this.#segment;
    const { words } = segment;
    const format = this.#spare ?? this.#makeFormat();
    this.#spare = undefined;
    format.prepare(value);
    format.keep();
    return (ref) => {
      // From here on, none of the caller's code runs until the operation is over.
      this.#spare = format;
      return !isStructure(words, ref) && format.equals(
        segment,
        valueIndex(words, ref),
        valueBytes(words, ref),
        valueTag(words, ref),
      );
    };
  }
}
