/// <reference lib="deno.worker" />
/**
 * npm:lru-cache in a worker of its own, which all others ask by a port each: how a
 * cache of one thread is shared.
 *
 * @module
 */

const PACKAGE = "npm:lru-cache@11";

/** The part of the package that is used here. */
interface LRUCache {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

self.onmessage = async ({ data, ports }: MessageEvent<number>) => {
  const { LRUCache }: { LRUCache: new (o: { max: number }) => LRUCache } =
    await import(PACKAGE);
  const cache = new LRUCache({ max: data });
  for (const port of ports) {
    port.onmessage = ({ data: [key, value] }) => {
      if (value === undefined) port.postMessage(cache.get(key));
      else port.postMessage(void cache.set(key, value));
    };
  }
  self.postMessage("ready");
};
