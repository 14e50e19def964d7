import type { SharedMap } from "../../mod.ts";

const LARGE = "x".repeat(2000);
const SETS_PER_LOOK = 50;

/**
 * Fills a map that evicts until it has evicted an entry. It looks for that by iteration, as a read
 * keeps an entry from being evicted.
 */
export function fillUntilEvicted(
  map: SharedMap<string, string>,
  key: string,
): void {
  const isThere = () => map.keys().some((other) => other === key);
  for (let i = 0; isThere();) {
    const end = i + SETS_PER_LOOK;
    while (i < end) map.set(`other ${i++}`, LARGE);
  }
}
