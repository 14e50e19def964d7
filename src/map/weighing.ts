/**
 * Weighing: what an entry weighs is what the caller's function says of its value, at the time when
 * that is written. It stands in the entry's version, so whoever replaces or evicts the entry need
 * not call the function.
 *
 * @module
 */

import { checkFunction, HandleError, received, theMap } from "../errors.ts";
import type { Segment } from "../segment/segment.ts";

/**
 * The highest limit. Each of `MAX_PARTICIPANTS` workers may be ahead by a write that weighs as much
 * as all entries may: the sum of all that still fits a word.
 */
export const MOST_WEIGHT = 16_000_000;

/** What a value weighs. */
export type Weigh<V> = (value: V) => number;

/** Checks that a map is weighed if, and only if, there is a function for that. */
export function checkWeigh(
  { mostWeight, name }: Pick<Segment, "mostWeight" | "name">,
  weigh: unknown,
): void {
  if (weigh !== undefined) checkFunction(weigh, "weigh");
  const isWeighed = mostWeight > 0;
  if (isWeighed === (weigh !== undefined)) return;
  const what = isWeighed
    ? "it was made with maxWeight, so every worker must give the same `weigh`"
    : "it was made without maxWeight, so it takes no `weigh`";
  throw new HandleError(`Cannot attach to ${theMap(name)}: ${what}`, {
    mapName: name,
  });
}

/** Weighs the values of one map. */
export class Scale<V> {
  readonly #weigh: Weigh<never>;
  readonly #most: number;
  readonly #name: string | undefined;

  constructor({ mostWeight, name }: Segment, weigh: Weigh<never>) {
    this.#weigh = weigh;
    this.#most = mostWeight;
    this.#name = name;
  }

  /**
   * What a value weighs. Runs the caller's code. Throws `TypeError` or `RangeError` if that gives
   * no weight, or one that does not fit.
   */
  weightOf(value: V): number {
    const weight: unknown = (this.#weigh as Weigh<V>)(value);
    if (typeof weight !== "number") {
      throw new TypeError(
        `Cannot store the entry in ${
          theMap(this.#name)
        }: weigh must return a number: ${received(weight)}`,
      );
    }
    if (Number.isInteger(weight) && weight >= 0 && weight <= this.#most) {
      return weight;
    }
    throw new RangeError(
      `Cannot store the entry in ${
        theMap(this.#name)
      }: weigh must return an integer from 0 to maxWeight, which is ${this.#most}: received ${weight}`,
    );
  }
}
