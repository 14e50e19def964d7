import type { Contender } from "./contender.ts";

/** The part of the package that is used here. */
interface LRUCache {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

// Loaded when it plays and not before: checks and tests need no registry.
const PACKAGE = "npm:lru-cache@11";

/** npm:lru-cache, in one thread: it cannot be shared. */
export async function lruCache(): Promise<Contender> {
  const { LRUCache }: { LRUCache: new (o: { max: number }) => LRUCache } =
    await import(PACKAGE);
  return {
    name: "npm:lru-cache",
    make(entries) {
      const cache = new LRUCache({ max: entries });
      return {
        access(key) {
          const text = `key:${key}`;
          if (cache.get(text) !== undefined) return true;
          cache.set(text, key);
          return false;
        },
      };
    },
  };
}
