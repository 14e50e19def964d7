/**
 * The store as its users see it: typed values, with the commands of Redis, in one shared map.
 *
 * @module
 */

import { present, sightOf } from "../api/display.ts";
import {
  openHold,
  partsOf,
  SharedMap,
  type SharedMapHandle,
} from "../api/shared_map.ts";
import { checkFunction, HandleError, received, theMap } from "../errors.ts";
import { Blocked } from "./blocked.ts";
import { AS_BYTES, AS_TEXT } from "./methods/caller.ts";
import { StoreView } from "./methods/blocking.ts";
import type { StoreOpenOptions, StoreOptions } from "./store_options.ts";
import { DirectSpace } from "./space.ts";
import {
  metricsOf,
  type StoreMetrics,
  type StoreStats,
  storeStatsOf,
} from "./stats.ts";
import { StoreTransaction } from "./transaction.ts";

const CODECS = { key: "string", value: "any" } as const;

/** What a store is made of, for the layers above. */
export interface StoreParts {
  readonly map: SharedMap<string, unknown>;
  readonly space: DirectSpace;
  /** Its commands that wait. */
  readonly blocked: Blocked;
}

/** The parts of a store. */
export let storePartsOf: (store: SharedStore) => StoreParts;

/**
 * Strings, lists, sets, hashes, sorted sets and streams in shared memory, with the commands of
 * Redis as methods: every worker of the process reads and writes them directly. It is a
 * {@linkcode SharedMap} underneath, with its expiry, eviction, snapshots on disk, and waiting.
 *
 * Every command is atomic and linearizable, also those on several keys, and lock-free: none waits
 * for another worker, except for memory in a full store, and a worker that dies harms no one. A
 * command on one key is one write, which is tried again if another worker was faster; one on
 * several keys is a transaction of the map.
 *
 * Keys and values are strings or bytes, and a string is its UTF-8: `"é"` is the same key as its two
 * bytes. Values come back as strings; by {@linkcode SharedStore.prototype.bytes} they come back as
 * bytes, also those that are not UTF-8, which strings show as U+FFFD.
 *
 * A command that cannot be done throws a {@linkcode StoreError}, which is worded as in Redis, and
 * changes nothing. Every command may throw a {@linkcode ClosedError}, and those that write a
 * {@linkcode MapFullError}.
 *
 * A small collection is one value, which a change copies, as it takes the least
 * memory. A large one is a tree of which a change copies the way to what it changes: so a push or a
 * pop at an end is O(1) amortised, and what is about one element, or its rank, is O(log n). The two
 * are told apart by their bytes, and become one another as they grow and shrink.
 *
 * @example Usage
 * ```ts
 * import { SharedStore } from "@epochmap/epochmap/store";
 * import { assertEquals } from "@std/assert";
 *
 * using store = await SharedStore.open("sessions"); // the same in every worker
 * store.set("session:1", "ada", { ex: 3600 });
 * store.lpush("recent", "session:1");
 * store.hset("user:ada", { name: "Ada", logins: 1 });
 * store.zadd("scores", [["ada", 120]]);
 * assertEquals(store.lrange("recent", 0, 9), ["session:1"]);
 * ```
 */
export class SharedStore extends StoreView<string>
  implements Disposable, AsyncDisposable {
  static {
    storePartsOf = (store) => ({
      map: store.#map,
      space: store.#space,
      blocked: store.#blocked,
    });
    present(SharedStore.prototype, {
      as: "SharedStore",
      see: (object) =>
        #map in object ? sightOf(partsOf(object.#map).access.hold) : undefined,
      toClone:
        "Cannot clone a SharedStore: send `store.handle`, and attach to it with SharedStore.attach(handle) where it arrives",
      toJson:
        "Cannot make JSON of a SharedStore: use store.stats() or store.metrics(), or read what you want of it",
    });
  }

  readonly #map: SharedMap<string, unknown>;
  readonly #space: DirectSpace;
  readonly #blocked: Blocked;
  /** The same commands, whose values come back as bytes. */
  readonly bytes: StoreView<Uint8Array>;

  private constructor(map: SharedMap<string, unknown>) {
    if (!(map instanceof SharedMap)) {
      throw new TypeError(
        "Cannot construct SharedStore: use SharedStore.create(options) for a store of its own, SharedStore.open(name, options) for one that workers find by its name, or SharedStore.attach(handle) for another worker's",
      );
    }
    const parts = partsOf(map);
    const { hold } = parts.access;
    const space = new DirectSpace(parts);
    const blocked = new Blocked(parts, space);
    super(space, AS_TEXT, blocked, hold);
    this.#map = map;
    this.#space = space;
    this.#blocked = blocked;
    this.bytes = new StoreView<Uint8Array>(space, AS_BYTES, blocked, hold);
  }

  /**
   * Makes a store.
   *
   * @param options Sizes, and what happens when it is full.
   * @returns The store, attached in this worker.
   * @throws {TypeError} If an option has the wrong type.
   * @throws {RangeError} If a size is out of range.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   *
   * using store = SharedStore.create({ maxBytes: 64 * 2 ** 20 });
   * store.set("a", 1);
   * ```
   */
  static create(options: StoreOptions = {}): SharedStore {
    return new SharedStore(
      SharedMap.create<string, unknown>(withCodecs(options, "create")),
    );
  }

  /**
   * Attaches to a store that another worker made, by the handle that `postMessage` brought.
   *
   * @param handle The other worker's {@linkcode SharedStore.prototype.handle}.
   * @returns The store, attached in this worker.
   * @throws {HandleError} If it is not the handle of a store.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * using same = SharedStore.attach(store.handle); // usually in a worker
   * same.set("a", 1);
   * assertEquals(store.get("a"), "1");
   * ```
   */
  static attach(handle: SharedMapHandle): SharedStore {
    const map = SharedMap.attach<string, unknown>(handle, CODECS);
    return new SharedStore(checked(map));
  }

  /**
   * Opens a store by its name: joins it if any worker of the process has it open, else makes it. It
   * is found by the same names as maps. With `persist` it survives on disk, as
   * {@linkcode SharedMap.open} says.
   *
   * @param name The name, the same in all workers.
   * @param options Sizes, how long to wait, and where to keep the store on disk.
   * @returns The store, attached in this worker.
   * @throws {TypeError} If the name is not a string, or an option has the wrong type.
   * @throws {RangeError} If a size is out of range.
   * @throws {HandleError} If there is a map by that name that is no store, or the worker that has
   * it does not answer.
   * @throws {SnapshotError} If the directory cannot be used.
   * @throws {MapFullError} If what is in the directory does not fit.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * const directory = await Deno.makeTempDir();
   * const options = { persist: { directory, interval: 60_000 } };
   * {
   *   await using store = await SharedStore.open("jobs", options);
   *   store.rpush("queue", "a", "b");
   * } // here it is on disk
   * {
   *   await using store = await SharedStore.open("jobs", options);
   *   assertEquals(store.lrange("queue", 0, -1), ["a", "b"]);
   * }
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  static async open(
    name: string,
    options: StoreOpenOptions = {},
  ): Promise<SharedStore> {
    const map = await SharedMap.open<string, unknown>(
      name,
      withCodecs(options, "open"),
    );
    return new SharedStore(checked(map));
  }

  /**
   * What another worker needs to attach to the store.
   *
   * @throws {ClosedError} If the store was closed in this worker.
   */
  get handle(): SharedMapHandle {
    return this.#map.handle;
  }

  /**
   * Runs a transaction: all commands that `fn` calls on what it is given happen at one moment, or
   * none does. If what they have read was changed meanwhile, `fn` runs again: so it must have no
   * other effects. Lock-free: it runs again only because somebody else has got on.
   *
   * What a command throws goes through `fn`, and if `fn` does not catch it, nothing is written.
   *
   * @param fn Is given the commands; must not be async, nor use the store itself to write.
   * @returns What `fn` returned when its writes took effect.
   * @throws {TypeError} If `fn` is no function, or returns a promise: then nothing is written.
   * @throws {MapFullError} If there is no memory for its writes: then nothing is written.
   * @throws {ClosedError} If the store was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.mset([["ada", 100], ["bob", 0]]);
   * const isPaid = store.transaction((tx) => {
   *   if (Number(tx.get("ada")) < 30) return false;
   *   tx.decrby("ada", 30);
   *   tx.incrby("bob", 30);
   *   tx.rpush("payments", "ada → bob: 30");
   *   return true;
   * });
   * assertEquals(isPaid, true);
   * assertEquals(store.mget("ada", "bob"), ["70", "30"]);
   * ```
   */
  transaction<R>(fn: (transaction: StoreTransaction) => R): R {
    checkFunction(fn, "fn");
    const { transactor } = partsOf(this.#map);
    return transactor.run(
      (one) => fn(new StoreTransaction(this.#space.within(one))),
      "run a transaction",
    );
  }

  /**
   * How much there is in the store. O(participants).
   *
   * @returns A plain object of numbers.
   * @throws {ClosedError} If the store was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.set("a", 1);
   * assertEquals(store.stats().total, 1);
   * ```
   */
  stats(): StoreStats {
    return storeStatsOf(this.#map.stats());
  }

  /**
   * What all workers did with the store since it was made: counters, which only grow.
   * O(participants).
   *
   * @returns A plain object of numbers, for `JSON.stringify`.
   * @throws {ClosedError} If the store was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.set("a", 1);
   * store.get("a");
   * store.get("b");
   * assertEquals(store.metrics().hitRate, 0.5);
   * ```
   */
  metrics(): StoreMetrics {
    return metricsOf(this.#map.stats());
  }

  /**
   * Has an epoch of a persisted store written now, and waits until it is durable.
   *
   * @throws {SnapshotError} If it cannot be written, or the store was opened without `persist`.
   * @throws {ClosedError} If the store was closed in this worker.
   */
  async flush(): Promise<void> {
    await this.#map.flush();
  }

  /**
   * Closes this object; a second call does nothing. Commands that wait are rejected. The store
   * lives on in other workers. As {@linkcode SharedMap.prototype.close}.
   */
  close(): void {
    this.#map.close();
  }

  /** The same as {@linkcode SharedStore.prototype.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * The same for `await using`: it also waits until all that this worker wrote to a persisted store
   * is durable.
   *
   * @throws {SnapshotError} If the epoch cannot be written; the store is closed nevertheless.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#map[Symbol.asyncDispose]();
  }
}

function withCodecs<O>(options: O, what: string): O & typeof CODECS {
  if (typeof options === "object" && options !== null) {
    return { ...options, ...CODECS };
  }
  throw new TypeError(
    `Cannot ${what} SharedStore: the options must be an object: ${
      received(options)
    }`,
  );
}

/** A map that may be a store's, by its codecs; it is closed if it is none. */
function checked(map: SharedMap<string, unknown>): SharedMap<string, unknown> {
  const { segment } = openHold(map, "attach to the store").attachment;
  const { keyCodec, name, valueCodec } = segment;
  if (keyCodec === CODECS.key && valueCodec === CODECS.value) return map;
  map.close();
  throw new HandleError(
    `Cannot attach to the store: ${
      theMap(name)
    } has other codecs than a store: expected "string" and "any": ${
      received(`${keyCodec}, ${valueCodec}`)
    }`,
    { mapName: name },
  );
}
