/**
 * Weighing records: files do not say what entries weigh, and the function that does may be another
 * one by now.
 *
 * @module
 */

import type { ValueFormat } from "../codec/codec.ts";
import { type Codecs, valueFormat } from "../map/codecs.ts";
import { Scale } from "../map/weighing.ts";
import type { Segment } from "../segment/segment.ts";
import { LENGTH_MASK, TAG_SHIFT } from "../segment/layout.ts";
import { copy, recordValue, wordsFor } from "./record.ts";
import { ScratchMemory } from "./scratch_memory.ts";

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
  readonly #scratch = new ScratchMemory();

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
    const memory = this.#scratch.reserve(bytes);
    copy(words, recordValue(words, at), memory.words, 0, wordsFor(bytes));
    const value = this.#format.read(memory, 0, bytes, info >>> TAG_SHIFT);
    return this.#scale.weightOf(value);
  }
}
