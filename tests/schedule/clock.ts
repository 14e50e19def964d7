/**
 * The wall clock of a search: a word of the segment, so that time stands still until
 * a worker moves it, and reading it is a step like any other.
 *
 * @module
 */
import { add, load } from "../../src/segment/atomics.ts";
import type { Segment } from "../../src/segment/segment.ts";

/** A word of the header that the layout leaves free; 0 at the beginning. */
const CLOCK = 250;

/** From here on the worker's clock is that of the segment. */
export function tellTime({ words }: Segment): void {
  Date.now = () => load(words, CLOCK);
}

/** Moves the clock. */
export function passTime({ words }: Segment, by: number): void {
  add(words, CLOCK, by);
}
