/**
 * Traces that are made up: which key each access asks for.
 *
 * @module
 */
import { Random } from "../measure/random.ts";
import type { Trace } from "./trace.ts";

/** Keys that are asked for again and again. */
export const KEYS = 100_000;
/** A tenth of them fits. */
const ENTRIES = 10_000;
/** Keys that are asked for once, between two stretches of the others. */
const SCANNED = 20_000;
const LARGE = 2 ** 24;

/** All of them, which are the same for the same seed. */
export function syntheticTraces(seed: number, length: number): Trace[] {
  const entries = ENTRIES;
  return [
    { name: "Zipf 1.0", accesses: zipf(seed, length, 1), entries },
    { name: "Zipf 0.8", accesses: zipf(seed, length, 0.8), entries },
    { name: "Zipf 1.0, scans", accesses: withScans(seed, length), entries },
    { name: "a loop", accesses: Uint32Array.from({ length }, loopOf), entries },
  ];
}

/** Every key is asked for, in the same order each time: half of them fit. */
function loopOf(_: unknown, i: number): number {
  return i % (2 * ENTRIES);
}

/** The key number k, from 1 on, is asked for in proportion to 1 / k ** exponent. */
export function zipf(
  seed: number,
  length: number,
  exponent: number,
): Uint32Array {
  const random = new Random(seed);
  const sums = new Float64Array(KEYS);
  for (let i = 0, sum = 0; i < KEYS; i++) {
    sum += 1 / (i + 1) ** exponent;
    sums[i] = sum;
  }
  const fraction = () =>
    (random.below(LARGE) + random.below(LARGE) / LARGE) / LARGE;
  return Uint32Array.from(
    { length },
    () => firstAbove(sums, fraction() * sums[KEYS - 1]),
  );
}

/** The index of the first of some growing sums that is above a number. */
function firstAbove(sums: Float64Array, wanted: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The same with stretches in between in which every key is a new one: a third of all. */
function withScans(seed: number, length: number): Uint32Array {
  const accesses = zipf(seed, length, 1);
  let next = KEYS;
  for (let i = 0; i < length; i++) {
    if (i % (3 * SCANNED) < SCANNED) accesses[i] = next++;
  }
  return accesses;
}
