/**
 * What a key holds, as far as the specification goes, and how long.
 *
 * Time enters a history only so far as it is decided without looking at a
 * clock. An entry that was given `DEAD_AT_ONCE` is expired from the start: the
 * map has a version of it, and every method must take the key for absent. One
 * that was given `LONG` outlives every test. Only one that was given `BRIEF`
 * may go at any moment, and is then gone for good.
 *
 * @module
 */

/** How long an entry stays. */
export type Life = "for good" | "long" | "brief";

/** What a key holds. */
export interface Entry {
  readonly value: number;
  readonly life: Life;
}

/** Undefined: nothing. */
export type Held = Entry | undefined;

/** Times to live in milliseconds. The least above 0 ends as it begins. */
export const DEAD_AT_ONCE: number = Number.MIN_VALUE;
export const BRIEF = 1;
export const LONG = 3_600_000;

/** An entry that lives `ttl` milliseconds. */
export function entryFor(value: number, ttl: number): Held {
  if (ttl === DEAD_AT_ONCE) return undefined;
  const life = ttl === BRIEF ? "brief" : ttl === LONG ? "long" : "for good";
  return { value, life };
}
