import type { Cache } from "./contender.ts";

/** Plays a trace; the share of its accesses that were hits. */
export function play(cache: Cache, accesses: Uint32Array): number {
  let hits = 0;
  for (const access of accesses) if (cache.access(access)) hits++;
  cache.close?.();
  return hits / accesses.length;
}
