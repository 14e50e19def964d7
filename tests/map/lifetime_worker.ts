/// <reference lib="deno.worker" />
/**
 * A worker that writes entries with an expiry, each in one call, and is gone right after.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";

const options = { ttl: 3_600_000 };

self.onmessage = ({ data }) => {
  const map = SharedMap.attach<string, number>(data);
  map.set("set", 1, options);
  map.setMany([["setMany", 1]], options);
  map.swap("swap", 1, options);
  map.compareAndSet("compareAndSet", undefined, 1, options);
  map.update("update", () => 1, options);
  map.increment("increment", 1, options);
  map.getOrInsert("getOrInsert", 1, options);
  map.getOrInsertComputed("getOrInsertComputed", () => 1, options);
  self.postMessage([...map.keys()]);
  self.close();
};
