/**
 * Weighing records: files do not say what entries weigh, and the function that does may be another
 * one by now.
 *
 * @module
 */

import type { Memory, ValueFormat } from "../codec/codec.ts";
import { memoryOf } from "../map/private_memory.ts";
import { type Codecs, valueFormat } from "../map/codecs.ts";
import { Scale } from "../map/weighing.ts";
import type { Segment } from "../segment/segment.ts";
import { LENGTH_MASK, TAG_SHIFT } from "../segment/layout.ts";
import { copy, recordValue, wordsFor } from "./record.ts";

const FIRST_BYTES = 4096;

/** What weighs the entries that are restored into a map; undefined: they are not weighed. */
export function scaleFor(
  segment: Segment,
  { value, weigh }: Codecs,
): RecordScale<never> | undefined {
  if (weigh === undefined) return undefined;
  return new RecordScale(
    valueFormat(segment, value),
    new Scale(segment, weigh),
  );
}

/** Weighs the entries that are restored. */
export class RecordScale<V> {
  readonly #format: ValueFormat<V>;
  readonly #scale: Scale<V>;
  #memory = memoryOf(FIRST_BYTES);

  /**
   * @param format How the values are encoded.
   * @param scale Weighs them.
   */
  constructor(format: ValueFormat<V>, scale: Scale<V>) {
    this.#format = format;
    this.#scale = scale;
  }

  /** What the entry of the record at `at` weighs. As `Scale.weightOf`. */
  weightOf(words: Int32Array, at: number): number {
    const info = words[at + 1];
    const bytes = info & LENGTH_MASK;
    const memory = this.#reserve(bytes);
    copy(words, recordValue(words, at), memory.words, 0, wordsFor(bytes));
    const value = this.#format.read(memory, 0, bytes, info >>> TAG_SHIFT);
    return this.#scale.weightOf(value);
  }

  /** Memory of at least so many bytes, and of one more word. */
  #reserve(bytes: number): Memory {
    if (bytes + 8 > this.#memory.bytes.length) {
      this.#memory = memoryOf(2 ** Math.ceil(Math.log2(bytes + 8)));
    }
    return this.#memory;
  }
}
