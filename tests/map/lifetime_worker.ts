/**
 * A worker that writes entries with an expiry, each in one call.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";

const options = { ttl: 3_600_000 };

/** Writes them; returns their keys. */
export function obey(handle: SharedMapHandle): string[] {
  const map = SharedMap.attach<string, number>(handle);
  map.set("set", 1, options);
  map.setMany([["setMany", 1]], options);
  map.swap("swap", 1, options);
  map.compareAndSet("compareAndSet", undefined, 1, options);
  map.update("update", () => 1, options);
  map.increment("increment", 1, options);
  map.getOrInsert("getOrInsert", 1, options);
  map.getOrInsertComputed("getOrInsertComputed", () => 1, options);
  return [...map.keys()];
}
