/**
 * What a `set` of a new key takes: in a map that is at its most entries, and in one
 * that need not evict.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";
import { optionsFor } from "./epochmap.ts";

const ENTRIES = 50_000;
const COUNT = 50_000;
const VALUE = "x".repeat(100);

/** Microseconds, of the median and of the slowest hundredth. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

/** One round of both. */
export function measureSets(): { evicting: Times; roomy: Times } {
  const evicting = filled(ENTRIES);
  const roomy = filled(ENTRIES + COUNT);
  const times = { evicting: timesOf(evicting), roomy: timesOf(roomy) };
  evicting.close();
  roomy.close();
  return times;
}

type Texts = SharedMap<string, string>;

/** A map for so many entries, with the first of them. */
function filled(most: number): Texts {
  const map: Texts = SharedMap.create(optionsFor(most, "s3-fifo"));
  for (let i = 0; i < ENTRIES; i++) map.set(`key:${i}`, VALUE);
  return map;
}

function timesOf(map: Texts): Times {
  const keys = Array.from({ length: COUNT }, (_, i) => `key:${ENTRIES + i}`);
  const times = new Float64Array(COUNT);
  for (let i = 0; i < COUNT; i++) {
    const start = performance.now();
    map.set(keys[i], VALUE);
    times[i] = 1_000 * (performance.now() - start);
  }
  times.sort();
  return { p50: times[COUNT >> 1], p99: times[Math.floor(COUNT * 0.99)] };
}
