/**
 * The options of a store: those of a map, but for its codecs.
 *
 * @module
 */

import type { PersistOptions } from "../persist/persist_options.ts";

/** Options of {@linkcode SharedStore.create}: they mean what they mean for a map. */
export interface StoreOptions {
  /**
   * The size of the store's memory in bytes, from 1 MiB to 16 GiB. It is reserved, not resident.
   *
   * @default {1073741824}
   */
  maxBytes?: number | undefined;
  /**
   * How many keys are expected: the table is made for them at once.
   *
   * @default {0}
   */
  capacity?: number | undefined;
  /**
   * What a write does when the store is full: throw a `MapFullError`, or evict other keys.
   *
   * @default {"throw"}
   */
  onFull?: "throw" | "evict" | undefined;
  /**
   * The most keys, with `onFull: "evict"`.
   *
   * @default {as many as fit}
   */
  maxEntries?: number | undefined;
  /**
   * Which keys go, with `onFull: "evict"`.
   *
   * @default {"s3-fifo"}
   */
  policy?: "s3-fifo" | "lru" | "random" | undefined;
  /**
   * Whether it is tracked how often, and when last, each key is used: for `object("freq", key)` and
   * `object("idletime", key)`. It takes 1/16 of the memory at most, and 216 KiB.
   *
   * @default {false}
   */
  track?: boolean | undefined;
}

/** Options of {@linkcode SharedStore.open}, likewise. */
export interface StoreOpenOptions extends StoreOptions {
  /** Keeps the store on disk. */
  persist?: PersistOptions | undefined;
  /**
   * How long to wait, in milliseconds, for other threads that have the store and give no sign of
   * life.
   *
   * @default {10000}
   */
  timeout?: number | undefined;
}
