/**
 * The map as its users see it.
 *
 * What it guarantees: every operation on one key is linearizable across all workers; none waits for
 * another worker, except for memory in a full map, and then not for long; bad input is refused
 * before anything changes. It checks arguments and documents; the work is done by `map/` and
 * `persist/`.
 *
 * @module
 */

import { Segment } from "../segment/segment.ts";
import {
  checkFunction,
  HandleError,
  received,
  SnapshotError,
  theMap,
} from "../errors.ts";
import { attachTo, createAttachment } from "../map/attach.ts";
import type { Attachment } from "../map/attachment.ts";
import { clearEntries } from "../map/clear.ts";
import type {
  AnyKeyCodec,
  AnyValueCodec,
  KeyOf,
  ValueOf,
  WithCodecs,
  WithKeys,
} from "../map/codec_types.ts";
import { checkCodecs, type Codecs } from "../map/codecs.ts";
import { liveEntries } from "../table/account.ts";
import { EntryAccess } from "../map/entry_access.ts";
import { EntryReader } from "../map/entry_reader.ts";
import { EntryUpdater } from "../map/entry_updater.ts";
import { EntryWaiter } from "../map/entry_waiter.ts";
import {
  type FetchOptions,
  fetchOptionsOf,
  type Load,
} from "../map/fetch_options.ts";
import { Loader } from "../map/loader.ts";
import { EntryWriter } from "../map/entry_writer.ts";
import {
  type EvictionListener,
  listenForEvictions,
} from "../map/eviction_listener.ts";
import { Hold } from "../map/hold.ts";
import type { KEEP } from "../map/keep.ts";
import {
  checkTtl,
  insertedLifetimeOf,
  type InsertOptions,
  isAtomicOf,
  lifetimeOf,
  type SetManyOptions,
  type SetOptions,
} from "../map/lifetime.ts";
import { checkBy } from "../map/numbers.ts";
import { MOST_MINUTES, type RecentCounts } from "../map/recent_counts.ts";
import { meet } from "../map/rendezvous.ts";
import {
  type SharedMapWatch,
  type WaitOptions,
  waitOptionsOf,
  type WatchOptions,
  watchOptionsOf,
  type WatchTarget,
} from "../map/wait_options.ts";
import { watchChanges } from "../map/watch.ts";
import { type SharedMapStats, sumStats } from "../map/stats.ts";
import {
  agesOf,
  type EntryAge,
  type HotKey,
  hottestOf,
  type SharedMapAccess,
} from "../map/tracked_uses.ts";
import type { SharedMapTransaction } from "../map/transaction.ts";
import { Transactor } from "../map/transactor.ts";
import type { Kept } from "../persist/candidate.ts";
import { PersistedMap } from "../persist/persisted_map.ts";
import { present, sightOf } from "./display.ts";
import {
  type AttachOptions,
  checkOptions,
  checkTimeout,
  type OpenOptions,
  type SharedMapOptions,
} from "./options.ts";
import { MapSnapshot, type SharedMapSnapshot } from "./snapshot.ts";

/**
 * What another worker needs to attach to a map: `postMessage` takes it as it is.
 */
export interface SharedMapHandle {
  /** The map's memory. */
  readonly buffer: SharedArrayBuffer;
  /**
   * The same as a WebAssembly memory, if it is one. Without it a worker reads and writes more
   * slowly.
   */
  readonly memory?: WebAssembly.Memory | undefined;
  /** The name by which the map was opened, if it was. */
  readonly name?: string | undefined;
}

/**
 * The hold of a map.
 */
let holdOf: <K, V>(map: SharedMap<K, V>) => Hold;

/** What reads and writes the entries of a map, for the layers above. */
export interface MapParts<K, V> {
  readonly access: EntryAccess<K, V>;
  readonly reader: EntryReader<K, V>;
  readonly writer: EntryWriter<K, V>;
  readonly updater: EntryUpdater<K, V>;
  readonly transactor: Transactor<K, V>;
}

/** The parts of a map. */
export let partsOf: <K, V>(map: SharedMap<K, V>) => MapParts<K, V>;

/** The attachment of a map: for tests. */
export function attachmentOf<K, V>(map: SharedMap<K, V>): Attachment {
  return holdOf(map).attachment;
}

/**
 * The hold of a map that is open, for the other files of this layer. Throws `TypeError` or
 * `ClosedError`.
 */
export function openHold<K, V>(
  map: SharedMap<K, V>,
  what: string,
): Hold {
  if (!(map instanceof SharedMap)) {
    throw new TypeError(
      `Cannot ${what}: expected a SharedMap: ${received(map)}`,
    );
  }
  const hold = holdOf(map);
  hold.checkOpen(what);
  return hold;
}

/**
 * A hash map in shared memory that every worker of the process reads and writes directly.
 *
 * All workers see one map; each has its own `SharedMap` object on it, from
 * {@linkcode SharedMap.create}, {@linkcode SharedMap.attach} or {@linkcode SharedMap.open}. Every
 * operation on one key is linearizable. Reads of a key are wait-free and writes lock-free: no
 * operation waits for another worker, and a worker that dies harms no one. The one exception is a
 * full map: there a write or a delete may wait, for half a second at most, for memory that an
 * interrupted worker still reads or has yet to give back.
 *
 * A read looks into one table, or into two while the table is moved to a larger or smaller one. For
 * each whole move that others complete meanwhile it looks into one more; `maxBytes` limits how many
 * of these there can be.
 *
 * Keys and values are copied in and out: a change to an object that was stored, or that `get`
 * returned, changes nothing in the map.
 *
 * `console.log` shows a map's size, codecs and memory, and its name if it has one. The object
 * itself stays in its worker: `structuredClone`, `postMessage` and `JSON.stringify` refuse it, and
 * say what to use instead.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 *
 * @example Usage
 * ```ts
 * import { SharedMap } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using map = SharedMap.create<string, number>({ value: "number" });
 * map.set("visits", 1);
 * assertEquals(map.increment("visits"), 2);
 * ```
 */
export class SharedMap<K, V>
  implements Disposable, AsyncDisposable, Iterable<[K, V]> {
  static {
    holdOf = (map) => map.#hold;
    partsOf = (map) => ({
      access: map.#access,
      reader: map.#reader,
      writer: map.#writer,
      updater: map.#updater,
      transactor: map.#transactor,
    });
    present(SharedMap.prototype, {
      as: "SharedMap",
      see: (object) => #hold in object ? sightOf(object.#hold) : undefined,
      toClone:
        "Cannot clone a SharedMap: send `map.handle`, and attach to it with SharedMap.attach(handle) where it arrives",
      toJson:
        "Cannot make JSON of a SharedMap: use JSON.stringify([...map]), or JSON.stringify(Object.fromEntries(map)) if its keys are strings",
    });
  }

  readonly #hold: Hold;
  readonly #segment: Segment;
  readonly #access: EntryAccess<K, V>;
  readonly #reader: EntryReader<K, V>;
  readonly #writer: EntryWriter<K, V>;
  readonly #updater: EntryUpdater<K, V>;
  readonly #transactor: Transactor<K, V>;
  readonly #loader: Loader<K, V>;
  /** Its life on disk, if it was opened with `persist`. */
  #onDisk: Kept | undefined;

  private constructor(hold: Hold, codecs: Codecs) {
    if (!(hold instanceof Hold)) {
      throw new TypeError(
        "Cannot construct SharedMap: use SharedMap.create(options) for a map of its own, SharedMap.open(name, options) for one that workers find by its name, or SharedMap.attach(handle) for another worker's",
      );
    }
    this.#hold = hold;
    this.#segment = hold.attachment.segment;
    this.#access = new EntryAccess(hold, codecs);
    this.#reader = new EntryReader(this.#access);
    this.#updater = new EntryUpdater(this.#access);
    this.#writer = new EntryWriter(this.#access, this.#updater);
    this.#transactor = new Transactor(this.#access);
    this.#loader = new Loader(this.#access, this.#reader);
  }

  // ---- making and joining -----------------------------------------------------------------------

  /**
   * Makes a map.
   *
   * @typeParam K The type of the keys. Both types follow from the codecs; if you give them, they
   * must fit.
   * @typeParam V The type of the values.
   * @param options Codecs and sizes.
   * @returns The map, attached in this worker.
   * @throws {TypeError} If an option has the wrong type.
   * @throws {RangeError} If a size is out of range.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   *
   * using sessions = SharedMap.create<string, { user: string }>({
   *   maxBytes: 64 * 2 ** 20,
   * });
   * sessions.set("s1", { user: "ada" }, { ttl: 60_000 });
   * ```
   */
  static create<K extends string = string, V = unknown>(
    options?: SharedMapOptions<K, V>,
  ): SharedMap<K, V>;
  /** The same for keys that are not strings: their codec has to be given. */
  static create<K, V = unknown>(
    options: WithKeys<SharedMapOptions<K, V>, K>,
  ): SharedMap<K, V>;
  /** The same, where the codecs say what keys and values are. */
  static create<
    KC extends AnyKeyCodec = "string",
    VC extends AnyValueCodec = "any",
  >(
    options: WithCodecs<SharedMapOptions<unknown, unknown>, KC, VC>,
  ): SharedMap<KeyOf<KC>, ValueOf<VC>>;
  static create<K, V>(
    options: SharedMapOptions<K, V> = {},
  ): SharedMap<K, V> {
    const attachment = createAttachment(checkOptions(options));
    return SharedMap.#over(Hold.whole(attachment), options);
  }

  /**
   * The map of a hold. Closes the hold if the codecs in the options have changed since they were
   * checked.
   */
  static #over<K, V>(
    hold: Hold,
    codecs: Codecs,
  ): SharedMap<K, V> {
    try {
      return new SharedMap(hold, codecs);
    } catch (error) {
      hold.close();
      throw error;
    }
  }

  /**
   * Attaches to a map that another worker made, by the handle that `postMessage` brought.
   *
   * @typeParam K The type of the keys.
   * @typeParam V The type of the values.
   * @param handle The other worker's {@linkcode SharedMap.prototype.handle}.
   * @param options The codecs, if they are of your own.
   * @returns The map, attached in this worker.
   * @throws {HandleError} If it is not the handle of a map, or the layout or the codecs differ.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * using same = SharedMap.attach<string, number>(map.handle); // usually in a worker
   * same.set("a", 1);
   * assertEquals(map.get("a"), 1);
   * ```
   */
  static attach<K = string, V = unknown>(
    handle: SharedMapHandle,
    options?: AttachOptions<K, V>,
  ): SharedMap<K, V>;
  /** The same, where the codecs say what keys and values are. */
  static attach<
    KC extends AnyKeyCodec = "string",
    VC extends AnyValueCodec = "any",
  >(
    handle: SharedMapHandle,
    options: WithCodecs<AttachOptions<unknown, unknown>, KC, VC>,
  ): SharedMap<KeyOf<KC>, ValueOf<VC>>;
  static attach<K, V>(
    handle: SharedMapHandle,
    options: AttachOptions<K, V> = {},
  ): SharedMap<K, V> {
    if (handle === null || typeof handle !== "object") {
      throw new HandleError(
        `Cannot attach to the map: expected the \`handle\` of a SharedMap: ${
          received(handle)
        }`,
      );
    }
    const segment = Segment.attach(handle);
    checkCodecs(segment, options); // before a place is taken
    return SharedMap.#over(
      Hold.whole(attachTo(segment)),
      options,
    );
  }

  /**
   * Opens a map by its name: joins it if any worker of the process has it open, else makes it.
   *
   * A map that no worker has open any more is gone, and the next `open` makes a new one.
   *
   * All objects that a thread opens by one name share one attachment, and so one of the map's
   * places: a server may open the map for each request. Each of them is closed by itself, with its
   * snapshots and pins. When the last one is closed, the thread leaves the map.
   *
   * O(1) if this thread has the map already. Else it may wait: for a thread that is creating the
   * map, as long as that takes; and for an answer from those that have it, as long as `timeout`
   * says.
   *
   * With `persist` the map survives on disk. The worker that makes it restores the newest whole
   * epoch of the directory first; those that join wait until that is done. From then on a
   * background worker writes an epoch in each interval in which something changed. One of the
   * workers that have the map open with `persist` runs it; when that one dies, another takes over
   * within about a second.
   *
   * An epoch that is on disk survives any crash. Changes since then are lost if the process is
   * killed or calls `Deno.exit`: those of one interval, and those made while the next epoch is
   * being written. To keep them, wait for {@linkcode SharedMap.prototype.flush}, or for the end of
   * an `await using`. A program that ends by itself writes a last epoch first.
   *
   * @typeParam K The type of the keys.
   * @typeParam V The type of the values.
   * @param name The name, the same in all workers.
   * @param options Codecs, sizes, how long to wait, and where to keep the map on disk. Only the
   * worker that makes the map uses the sizes.
   * @returns The map, attached in this worker.
   * @throws {TypeError} If the name is not a string, or an option has the wrong type.
   * @throws {RangeError} If a size is out of range.
   * @throws {HandleError} If the map has other codecs, or the worker that has it does not answer:
   * the message names it.
   * @throws {SnapshotError} If the directory cannot be used, or another map or process has it; if
   * its contents cannot be read, or come from a map with other codecs or from a newer version of
   * this module; or if it holds epochs, but the map is already open without `persist`. Nothing in
   * the directory is changed then.
   * @throws {MapFullError} If the entries in the directory do not fit: the message says how much
   * they need, and a `maxBytes` that is enough.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using here = await SharedMap.open<string, number>("hits");
   * using there = await SharedMap.open<string, number>("hits"); // here, or in a worker
   * here.increment("/");
   * assertEquals(there.get("/"), 1);
   * ```
   */
  static open<K extends string = string, V = unknown>(
    name: string,
    options?: OpenOptions<K, V>,
  ): Promise<SharedMap<K, V>>;
  /** The same for keys that are not strings: their codec has to be given. */
  static open<K, V = unknown>(
    name: string,
    options: WithKeys<OpenOptions<K, V>, K>,
  ): Promise<SharedMap<K, V>>;
  /** The same, where the codecs say what keys and values are. */
  static open<
    KC extends AnyKeyCodec = "string",
    VC extends AnyValueCodec = "any",
  >(
    name: string,
    options: WithCodecs<OpenOptions<unknown, unknown>, KC, VC>,
  ): Promise<SharedMap<KeyOf<KC>, ValueOf<VC>>>;
  static async open<K, V>(
    name: string,
    options: OpenOptions<K, V> = {},
  ): Promise<SharedMap<K, V>> {
    if (typeof name !== "string") {
      throw new TypeError(
        `Cannot open SharedMap: the name must be a string: ${received(name)}`,
      );
    }
    const checked = { ...checkOptions(options), name };
    const { persist } = options;
    const persisted = persist === undefined
      ? undefined
      : new PersistedMap(persist);
    const timeout = checkTimeout(options.timeout);
    const codecs = withDefaults(options);
    const hold = await meet(name, {
      create: async () =>
        await persisted?.restore(checked, codecs) ?? createAttachment(checked),
      check: (segment) => checkCodecs(segment, codecs),
      timeout,
    });
    const result = SharedMap.#over<K, V>(hold, codecs);
    try {
      result.#onDisk = await persisted?.keepWriting(hold);
    } catch (error) {
      result.close();
      throw error;
    }
    return result;
  }

  /**
   * What another worker needs to attach. It can be cloned, and so sent by `postMessage`.
   *
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create();
   * const { port1, port2 } = new MessageChannel();
   * port1.postMessage(map.handle);
   * assertEquals(map.handle.buffer.byteLength, 2 ** 30);
   * port1.close();
   * port2.close();
   * ```
   */
  get handle(): SharedMapHandle {
    this.#hold.checkOpen("hand out the handle");
    return this.#segment.handle;
  }

  /**
   * The number of entries. Exact while nobody writes; expired entries count until they are swept.
   * O(participants).
   *
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1).set("b", 2);
   * assertEquals(map.size, 2);
   * ```
   */
  get size(): number {
    this.#hold.checkOpen("count the entries");
    return liveEntries(this.#segment.words);
  }

  // ---- reading ----------------------------------------------------------------------------------

  /**
   * The value of a key, or undefined. Wait-free, except for an entry that expires at this moment:
   * then lock-free. O(1) expected, and as much again for each move of the whole table that others
   * complete meanwhile.
   *
   * @param key The key.
   * @returns A copy of the value, or undefined if there is no entry.
   * @throws {TypeError} If the key has the wrong type.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, string[]>();
   * map.set("a", ["x"]);
   * assertEquals(map.get("a"), ["x"]);
   * assertEquals(map.get("b"), undefined);
   * ```
   */
  get(key: K): V | undefined {
    return this.#reader.get(key);
  }

  /**
   * Whether there is an entry with this key. Makes progress as
   * {@linkcode SharedMap.prototype.get} does, and is as fast.
   *
   * @param key The key.
   * @returns Whether there is an entry.
   * @throws {TypeError} If the key has the wrong type.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assert(map.has("a"));
   * ```
   */
  has(key: K): boolean {
    return this.#reader.has(key);
  }

  /**
   * The values of many keys, in their order. Each is read on its own: for a consistent view, open a
   * snapshot.
   *
   * @param keys The keys.
   * @returns A value, or undefined, for each key.
   * @throws {TypeError} If a key has the wrong type.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assertEquals(map.getMany(["a", "b"]), [1, undefined]);
   * ```
   */
  getMany(keys: Iterable<K>): (V | undefined)[] {
    const what = "get entries";
    this.#hold.checkOpen(what);
    checkIterable(keys, what, "keys");
    return this.#reader.getMany([...keys]);
  }

  /**
   * How long an entry still lives, in milliseconds.
   *
   * @param key The key.
   * @returns The time left; `Infinity` if the entry does not expire, undefined if there is no
   * entry.
   * @throws {TypeError} If the key has the wrong type.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert, assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1, { ttl: 60_000 }).set("b", 2);
   * assert(map.ttl("a")! <= 60_000);
   * assertEquals(map.ttl("b"), Infinity);
   * ```
   */
  ttl(key: K): number | undefined {
    return this.#reader.ttl(key);
  }

  /**
   * How often, and when last, the entry of a key was used: what eviction knows of it. To ask is no
   * use itself. O(1) expected; wait-free, as {@linkcode SharedMap.prototype.get}.
   *
   * With the option `track`, uses are the reads and writes of callers, where a write of what was
   * read, as by {@linkcode SharedMap.prototype.update}, is both. (Snapshots and iteration do not
   * count.) What is known is a hint: it may be lost to a key that is used more, or be shared with
   * another key, once in some hundred times. It belongs to the key: when an entry is set after it
   * was deleted, it has what the one before had.
   *
   * @param key The key.
   * @returns What is known, or undefined if there is no entry.
   * @throws {TypeError} If the key has the wrong type, or the map keeps nothing of this: it neither
   * tracks uses nor evicts.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert, assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>({ track: true });
   * map.set("a", 1).set("b", 2);
   * for (let i = 0; i < 10_000; i++) map.get("a");
   * assert(map.access("a")!.frequency > map.access("b")!.frequency);
   * assert(map.access("a")!.idle! <= 60_000);
   * assertEquals(map.access("c"), undefined);
   * ```
   */
  access(key: K): SharedMapAccess | undefined {
    if (!this.#segment.keepsHeat) {
      throw notTracked("read how an entry is used", this.#segment);
    }
    return this.#reader.access(key);
  }

  /**
   * The keys that all workers use most, in a map with the option `track`, the hottest first.
   *
   * Each worker counts one of 64 uses, by chance, in two windows of a minute; this call sums up
   * the windows of this minute and of the one before. So it takes some hundred uses until a key is
   * seen. The counts are estimates, more often too high than too low; what is used much more often
   * than the rest is among the first. (Metwally and others, "Efficient Computation of Frequent and
   * Top-k Elements in Data Streams", ICDT 2005.) Keys without an entry are left out.
   * O(participants), wait-free.
   *
   * @param n How many keys at most, an integer above 0. There may be fewer: each worker keeps up to
   * 104 keys of each minute.
   * @returns The keys, with about how often each was used.
   * @throws {TypeError} If it is not a number, or the map does not track uses.
   * @throws {RangeError} If it is not an integer above 0.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using pages = SharedMap.create<string, string>({ track: true });
   * pages.set("/", "…").set("/rare", "…");
   * for (let i = 0; i < 10_000; i++) pages.get("/");
   * const [first] = pages.hottest(3);
   * assertEquals(first.key, "/");
   * ```
   */
  hottest(n: number): HotKey<K>[] {
    const what = "list the hottest keys";
    this.#hold.checkOpen(what);
    if (!this.#segment.keepsUses) throw notTracked(what, this.#segment);
    if (typeof n !== "number") {
      throw new TypeError(`Cannot ${what}: n must be a number: ${received(n)}`);
    }
    if (!Number.isInteger(n) || n < 1) {
      throw new RangeError(
        `Cannot ${what}: n must be an integer above 0: received ${n}`,
      );
    }
    return hottestOf(this.#access, n);
  }

  /**
   * How many entries were used last how long ago, in a map with the option `track`: from those of
   * this minute to those of more than a day, or of which nothing is known. Goes by about a thousand
   * entries, met by chance; the numbers add up to about all entries. O(1).
   *
   * @returns The number of entries by age, the youngest first.
   * @throws {TypeError} If the map does not track uses.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example How much of the cache is in use?
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using pages = SharedMap.create<string, string>({ track: true });
   * for (let i = 0; i < 1_000; i++) pages.set(`/${i}`, "…");
   * const young = pages.ages().filter(({ within }) => within <= 300_000);
   * const sum = young.reduce((sum, { entries }) => sum + entries, 0);
   * assertEquals(sum, 1_000);
   * ```
   */
  ages(): EntryAge[] {
    const what = "list the ages of entries";
    this.#hold.checkOpen(what);
    if (!this.#segment.keepsUses) throw notTracked(what, this.#segment);
    return agesOf(this.#hold.attachment);
  }

  // ---- writing ----------------------------------------------------------------------------------

  /**
   * Sets the value of a key. The entry does not expire, unless the options say so. Lock-free; O(1)
   * expected.
   *
   * @param key The key.
   * @param value The value; not undefined.
   * @param options How long the entry lives; see {@linkcode SetOptions}.
   * @returns The map.
   * @throws {TypeError} If key, value, options or time to live have the wrong type.
   * @throws {RangeError} If the time to live is not above 0.
   * @throws {MapFullError} If the entry does not fit.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1).set("a", 2);
   * assertEquals(map.get("a"), 2);
   * ```
   */
  set(key: K, value: V, options?: SetOptions): this {
    const what = "set an entry";
    if (options === undefined) this.#writer.set(key, value, what);
    else {
      const life = lifetimeOf(options, what, false);
      this.#writer.setFor(key, value, life, what);
    }
    return this;
  }

  /**
   * Sets many entries, one after the other, as {@linkcode SharedMap.prototype.set} does.
   *
   * With `atomic` they are set at one moment, as by a {@linkcode SharedMap.prototype.transaction},
   * or none of them is.
   *
   * @param entries Keys and values.
   * @param options How long each entry lives, and whether all are set at one moment; see
   * {@linkcode SetManyOptions}.
   * @throws {TypeError} If the options or the time to live have the wrong type; or if a key or a
   * value does: the entries before it are set then, unless all are set at one moment.
   * @throws {RangeError} If the time to live is not above 0; or if more than 65,535 keys are to be
   * set at one moment.
   * @throws {MapFullError} If an entry does not fit: the entries before it are set then, unless all
   * are set at one moment.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.setMany([["a", 1], ["b", 2]]);
   * assertEquals(map.size, 2);
   * ```
   *
   * @example All at one moment
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using config = SharedMap.create<string, string>();
   * config.setMany([["host", "a.example"], ["port", "80"]], { atomic: true });
   * assertEquals(config.size, 2);
   * ```
   */
  setMany(entries: Iterable<readonly [K, V]>, options?: SetManyOptions): void {
    const what = "set entries";
    const life = lifetimeOf(options, what, false);
    const isAtomic = isAtomicOf(options, what);
    this.#hold.checkOpen(what);
    checkIterable(entries, what, "entries");
    if (isAtomic) {
      const all = [...entries]; // once, though the transaction may run again
      all.forEach((entry) => checkPair(entry, what));
      return this.#transactor.run((tx) => {
        for (const [key, value] of all) tx.set(key, value, options);
      }, what);
    }
    this.#hold.checkWritable(what);
    for (const entry of entries) {
      checkPair(entry, what);
      this.#writer.setFor(entry[0], entry[1], life, "set an entry");
    }
  }

  /**
   * Deletes the entry of a key. Lock-free; O(1) expected. It works when the map is full, too.
   *
   * @param key The key.
   * @returns Whether there was an entry, and this call deleted it.
   * @throws {TypeError} If the key has the wrong type.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert, assertFalse } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assert(map.delete("a"));
   * assertFalse(map.delete("a"));
   * ```
   */
  delete(key: K): boolean {
    return this.#writer.delete(key, "delete an entry");
  }

  /**
   * Deletes the entries of many keys at one moment, as by a
   * {@linkcode SharedMap.prototype.transaction}. Lock-free.
   *
   * @param keys The keys, at most 65,535 of which have an entry.
   * @returns How many entries were deleted.
   * @throws {TypeError} If the keys are not iterable, or one has the wrong type: then nothing is
   * deleted.
   * @throws {RangeError} If more of them have an entry.
   * @throws {MapFullError} If there is no memory for what it takes to delete them together: then
   * nothing is deleted. They can still be deleted one after the other.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.setMany([["a", 1], ["b", 2]]);
   * assertEquals(map.deleteMany(["a", "b", "c"]), 2);
   * ```
   */
  deleteMany(keys: Iterable<K>): number {
    const what = "delete entries";
    this.#hold.checkOpen(what);
    checkIterable(keys, what, "keys");
    const all = [...keys];
    return this.#transactor.run(
      (tx) => all.reduce((sum, key) => sum + (tx.delete(key) ? 1 : 0), 0),
      what,
    );
  }

  /**
   * Moves an entry to another key at one moment, with its value and its expiry. If there is an
   * entry under that key, it is replaced. Lock-free; the value is copied.
   *
   * @param from Its key.
   * @param to The key that it gets.
   * @returns Whether there was an entry under `from`; if not, nothing has changed.
   * @throws {TypeError} If a key has the wrong type.
   * @throws {MapFullError} If there is no memory for it.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert, assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("draft", 1);
   * assert(map.rename("draft", "page"));
   * assertEquals([...map], [["page", 1]]);
   * ```
   */
  rename(from: K, to: K): boolean {
    const what = "rename an entry";
    return this.#transactor.run((tx) => tx.rename(from, to, what), what);
  }

  /**
   * Exchanges the entries of two keys at one moment, with their values and expiries. If only one of
   * them has an entry, it moves to the other. Lock-free; the values are copied.
   *
   * @param one A key.
   * @param other Another one.
   * @returns Whether at least one of them had an entry; if not, nothing has changed.
   * @throws {TypeError} If a key has the wrong type.
   * @throws {MapFullError} If there is no memory for it.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert, assertEquals } from "@std/assert";
   *
   * using servers = SharedMap.create<string, string>();
   * servers.setMany([["live", "blue"], ["idle", "green"]]);
   * assert(servers.swapKeys("live", "idle"));
   * assertEquals(servers.get("live"), "green");
   * ```
   */
  swapKeys(one: K, other: K): boolean {
    const what = "exchange entries";
    return this.#transactor.run((tx) => tx.swapKeys(one, other, what), what);
  }

  /**
   * Reads and writes any number of keys at one moment. `fn` sees the map as it is at one moment,
   * and what it writes takes effect at one moment, for all workers and in all snapshots, in memory
   * and on disk; or not at all, if it throws. Transactions are strictly serializable, together with
   * all operations on single keys.
   *
   * If another worker changes what `fn` has read before that, `fn` runs again; so it should have no
   * side effects. `stats().conflicts` counts these runs. A transaction that only reads does not run
   * again once it has read 32 keys. Lock-free: of all transactions that are in each other's way,
   * one takes effect. A worker that meets the writes of another one helps it to its end; those who
   * read neither help nor wait. Takes O(n log n) steps for n keys.
   *
   * While `fn` runs, no memory that anybody frees is reused: so it should be short. It must not be
   * async. A direct write to this map throws; a direct read shows what is there now. If `fn` calls
   * this method again, or another one that is a transaction, that joins this transaction; if it
   * throws, what it wrote is undone, and `fn` may go on.
   *
   * If what `fn` has read does not hold any more, an error is thrown through it. It says that the
   * transaction runs again: let it pass.
   *
   * @typeParam R What `fn` returns.
   * @param fn Gets the transaction; it may write to at most 65,535 keys.
   * @returns What `fn` returned when its writes took effect.
   * @throws {TypeError} If `fn` is no function, or returns a promise: then nothing is written.
   * @throws {RangeError} If it writes to more keys: then nothing is written.
   * @throws {MapFullError} If there is no memory for its writes: then nothing is written.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using accounts = SharedMap.create<string, number>({ value: "number" });
   * accounts.setMany([["ada", 100], ["bob", 0]]);
   * const isPaid = accounts.transaction((tx) => {
   *   if ((tx.get("ada") ?? 0) < 30) return false;
   *   tx.increment("ada", -30);
   *   tx.increment("bob", 30);
   *   return true;
   * });
   * assertEquals([isPaid, accounts.get("ada"), accounts.get("bob")], [true, 70, 30]);
   * ```
   */
  transaction<R>(fn: (transaction: SharedMapTransaction<K, V>) => R): R {
    checkFunction(fn, "fn");
    return this.#transactor.run(fn, "run a transaction");
  }

  /**
   * Deletes all entries, one after the other. Not atomic: entries that others set meanwhile may
   * stay. O(capacity).
   *
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * map.clear();
   * assertEquals(map.size, 0);
   * ```
   */
  clear(): void {
    this.#hold.checkWritable("delete the entries");
    clearEntries(this.#access);
  }

  /**
   * The value of a key, after setting it if there was none. Of many callers at the same time one
   * wins, and all get its value. An entry that is there keeps its expiry; one that is inserted does
   * not expire, unless the options say so. Lock-free.
   *
   * @param key The key.
   * @param value The value to set if there is none.
   * @param options How long the entry lives if it is inserted.
   * @returns The value that the map holds.
   * @throws {TypeError} If key, value, options or time to live have the wrong type.
   * @throws {RangeError} If the time to live is not above 0.
   * @throws {MapFullError} If the entry does not fit.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * assertEquals(map.getOrInsert("a", 1), 1);
   * assertEquals(map.getOrInsert("a", 2), 1);
   * ```
   */
  getOrInsert(key: K, value: V, options?: InsertOptions): V {
    const what = "get or insert an entry";
    const life = insertedLifetimeOf(options, what);
    return this.#writer.getOrInsert(key, value, life, what);
  }

  /**
   * The value of a key, after computing and setting it if there was none. `compute` runs in this
   * worker, at most once per call. If another worker, or `compute` itself, inserts the key
   * meanwhile, the result is the value that the map holds. Entries expire as with
   * {@linkcode SharedMap.prototype.getOrInsert}; the time to live begins when `compute` has
   * returned.
   *
   * @param key The key.
   * @param compute Computes the value.
   * @param options How long the entry lives if it is inserted.
   * @returns The value that the map holds.
   * @throws {TypeError} If the key, the computed value, the options or the time to live have the
   * wrong type.
   * @throws {RangeError} If the time to live is not above 0.
   * @throws {MapFullError} If the entry does not fit.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * assertEquals(map.getOrInsertComputed("abc", (key) => key.length), 3);
   * ```
   */
  getOrInsertComputed(
    key: K,
    compute: (key: K) => V,
    options?: InsertOptions,
  ): V {
    checkFunction(compute, "compute");
    const what = "get or insert an entry";
    const life = insertedLifetimeOf(options, what);
    return this.#writer.getOrInsertComputed(key, compute, life, what);
  }

  /**
   * Sets the value of a key, and returns the one that it replaced. The entry does not expire,
   * unless the options say so. Lock-free.
   *
   * @param key The key.
   * @param value The value; not undefined.
   * @param options How long the entry lives; see {@linkcode SetOptions}.
   * @returns The value replaced, or undefined if there was none.
   * @throws {TypeError} If key, value, options or time to live have the wrong type.
   * @throws {RangeError} If the time to live is not above 0.
   * @throws {MapFullError} If the entry does not fit.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * assertEquals(map.swap("a", 1), undefined);
   * assertEquals(map.swap("a", 2), 1);
   * ```
   */
  swap(key: K, value: V, options?: SetOptions): V | undefined {
    const what = "swap an entry";
    const life = lifetimeOf(options, what, false);
    return this.#writer.swap(key, value, life, what);
  }

  /**
   * Deletes the entry of a key, and returns its value. Of many callers at the same time one gets
   * it. Lock-free.
   *
   * @param key The key.
   * @returns The value deleted, or undefined if there was none.
   * @throws {TypeError} If the key has the wrong type.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assertEquals(map.take("a"), 1);
   * assertEquals(map.take("a"), undefined);
   * ```
   */
  take(key: K): V | undefined {
    return this.#writer.take(key, "take an entry");
  }

  /**
   * Sets the value of a key if the present one is as expected. The entry keeps its expiry, unless
   * the options give another: so one step takes a lease, or renews it. Lock-free.
   *
   * Values are compared by content: primitives as by `Object.is`, except that 0 and -0 are equal,
   * as they are for the keys of a `Map`. Objects are equal if they are of the same kind and their
   * parts are equal; the order of keys, entries or members does not matter. With the codec
   * `"json"`, and with your own, the bytes are compared.
   *
   * @param key The key.
   * @param expected The value that must be there; undefined if there must be none.
   * @param value The value to set; not undefined.
   * @param options How long the entry lives; see {@linkcode SetOptions}.
   * @returns Whether it was set.
   * @throws {TypeError} If key, values, options or time to live have the wrong type.
   * @throws {RangeError} If the time to live is not above 0.
   * @throws {MapFullError} If the entry does not fit.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert, assertFalse } from "@std/assert";
   *
   * using map = SharedMap.create<string, string>();
   * assert(map.compareAndSet("lock", undefined, "me"));
   * assertFalse(map.compareAndSet("lock", undefined, "you"));
   * assert(map.compareAndSet("lock", "me", "you"));
   * ```
   */
  compareAndSet(
    key: K,
    expected: V | undefined,
    value: V,
    options?: SetOptions,
  ): boolean {
    const what = "compare and set an entry";
    const life = lifetimeOf(options, what, options?.ttl === undefined);
    return this.#writer.compareAndSet(key, expected, value, life, what);
  }

  /**
   * Deletes the entry of a key if its value is as expected. Lock-free.
   *
   * @param key The key.
   * @param expected The value that must be there; not undefined.
   * @returns Whether it was deleted.
   * @throws {TypeError} If key or value have the wrong type.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert, assertFalse } from "@std/assert";
   *
   * using map = SharedMap.create<string, string>();
   * map.set("lock", "me");
   * assertFalse(map.compareAndDelete("lock", "you"));
   * assert(map.compareAndDelete("lock", "me"));
   * ```
   */
  compareAndDelete(key: K, expected: V): boolean {
    const what = "compare and delete an entry";
    return this.#writer.compareAndDelete(key, expected, what);
  }

  /**
   * Replaces the value of a key by what `fn` makes of it. If the entry changes meanwhile, even from
   * inside `fn`, `fn` runs again; so it should have no side effects. It may use the map, and take
   * its time: nobody waits for it. The entry keeps its expiry, unless the options say otherwise.
   * Lock-free, if `fn` is.
   *
   * Nothing is written if `fn` returns {@linkcode KEEP}; nor if it returns the same primitive, by
   * `Object.is`, and the expiry stays. An object is always written, since `fn` may have changed the
   * one that it got.
   *
   * @param key The key.
   * @param fn Gets the present value, or undefined if there is none, and returns the new one;
   * undefined deletes the entry, `KEEP` leaves it as it is.
   * @param options How long the entry lives if there was none; with `keepTtl: false`, in any case.
   * @returns The new value, or undefined; with `KEEP`, the value that `fn` got.
   * @throws {Error} If `fn` itself changes the entry again and again.
   * @throws {TypeError} If the key, the new value, options or time to live have the wrong type.
   * @throws {RangeError} If the time to live is not above 0.
   * @throws {MapFullError} If the entry does not fit.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, string[]>();
   * map.update("log", (lines = []) => [...lines, "hello"]);
   * assertEquals(map.get("log"), ["hello"]);
   * ```
   */
  update(
    key: K,
    fn: (current: V | undefined) => V | undefined | typeof KEEP,
    options?: SetOptions,
  ): V | undefined {
    checkFunction(fn, "fn");
    const what = "update an entry";
    const life = lifetimeOf(options, what, true);
    return this.#updater.update(key, fn, life, what);
  }

  /**
   * Adds to the number of a key; if there is no entry, to 0. The entry keeps its expiry, unless the
   * options say otherwise: so one step counts against a limit per span of time. Lock-free.
   *
   * No counter becomes NaN: neither `by` nor the value may be NaN, and `Infinity` and `-Infinity`,
   * which have no sum, are not added to each other.
   *
   * @param key The key.
   * @param by What to add.
   * @param options How long the entry lives if there was none; with `keepTtl: false`, in any case.
   * @returns The new number.
   * @throws {TypeError} If key, options or time to live have the wrong type, or if the value or
   * `by` is not a number, or NaN.
   * @throws {RangeError} If the value and `by` have no sum, or the time to live is not above 0.
   * @throws {MapFullError} If the entry does not fit.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.increment("visits");
   * assertEquals(map.increment("visits", 10), 11);
   * ```
   */
  increment(
    this: SharedMap<K, number extends V ? V : never>,
    key: K,
    by = 1,
    options?: SetOptions,
  ): number {
    checkBy(by);
    const what = "increment a number";
    const life = lifetimeOf(options, what, true);
    return this.#writer.increment(key, by, life, what);
  }

  /**
   * Sets how long the entry of a key still lives.
   *
   * @param key The key.
   * @param ttl The time in milliseconds; `Infinity` if it shall not expire.
   * @returns Whether there is an entry.
   * @throws {TypeError} If key or time have the wrong type.
   * @throws {RangeError} If the time is not above 0.
   * @throws {MapFullError} If the map is full: the entry is written again, with its new expiry.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assert(map.expire("a", 60_000));
   * assert(map.ttl("a")! <= 60_000);
   * ```
   */
  expire(key: K, ttl: number): boolean {
    const what = "set the time left to an entry";
    checkTtl(ttl, what);
    return this.#writer.expire(key, ttl, what);
  }

  // ---- iterating --------------------------------------------------------------------------------

  /**
   * All keys, in no particular order. Weakly consistent: a key that is there all the time comes
   * exactly once; one that is inserted or deleted meanwhile comes once or not at all. For a
   * consistent view, iterate over a snapshot.
   *
   * @returns An iterator.
   * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assertEquals([...map.keys()], ["a"]);
   * ```
   */
  keys(): MapIterator<K> {
    return this.#reader.keys();
  }

  /**
   * All values, in the same order as {@linkcode SharedMap.prototype.keys}, and as consistent.
   *
   * @returns An iterator.
   * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assertEquals([...map.values()], [1]);
   * ```
   */
  values(): MapIterator<V> {
    return this.#reader.values();
  }

  /**
   * All entries, in the same order as {@linkcode SharedMap.prototype.keys}, and as consistent.
   *
   * @returns An iterator.
   * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assertEquals([...map.entries()], [["a", 1]]);
   * ```
   */
  entries(): MapIterator<[K, V]> {
    return this.#reader.entries();
  }

  /**
   * The same as {@linkcode SharedMap.prototype.entries}.
   *
   * @returns An iterator.
   * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   *
   * using map = SharedMap.create<string, number>();
   * for (const [key, value] of map) console.log(key, value);
   * ```
   */
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  /**
   * Calls `fn` for every entry; as consistent as {@linkcode SharedMap.prototype.keys}.
   *
   * @param fn Called with value, key and map.
   * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   *
   * using map = SharedMap.create<string, number>();
   * map.forEach((value, key) => console.log(key, value));
   * ```
   */
  forEach(fn: (value: V, key: K, map: this) => void): void {
    checkFunction(fn, "fn");
    for (const [key, value] of this) fn(value, key, this);
  }

  // ---- loading ----------------------------------------------------------------------------------

  /**
   * Returns the value of a key; if there is none, loads it, keeps it, and returns it. Of all
   * workers, one loads at a time, and the others wait for it, without polling. If a load fails,
   * its caller is told, and the next one who waits loads; also if the worker that loads ends, or is
   * terminated.
   *
   * What is loaded is not kept if the key was written, or deleted, after the load began: it may be
   * older than that. So the map never keeps an old value, if whoever changes the original deletes
   * the key, or sets it, after that. Such a call returns what was set meanwhile, or else what it
   * has loaded.
   *
   * With `staleWhileRevalidate` a value is given out for some time after it is no longer fresh,
   * while one worker loads it anew in the background. `ttl(key)` tells the sum of both times. If
   * such a load fails, it is counted in `stats().loadFailures`, and the old value stays until it
   * expires.
   *
   * `load` must not fetch the same key, which would wait for itself. It runs without a pin; a
   * lookup that finds the key is one of `get`. O(1) besides the load.
   *
   * @param key The key.
   * @param load Loads the value. What it throws rejects the promise. If it returns undefined,
   * nothing is kept; those of the same worker who wait for it get undefined, too.
   * @param options How long the value is fresh, and how long to wait for it.
   * @returns The value; undefined only if `load` returned that.
   * @throws {TypeError} If the key, the loaded value, `load` or an option has the wrong type; if
   * `staleWhileRevalidate` is given for a map with `idle`, where an entry's end does not tell its
   * age.
   * @throws {RangeError} If `ttl` is not above 0, or another time is below 0.
   * @throws {DOMException} A `TimeoutError` after the `timeout`; the `reason` of the `signal`, if
   * that is aborted.
   * @throws {MapFullError} If the loaded value does not fit; also for those in this worker who wait
   * for it.
   * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
   *
   * @example A cache in front of something slow
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using pages = SharedMap.create<string, string>({ onFull: "evict" });
   * let loads = 0;
   * const render = (path: string) => {
   *   loads++;
   *   return Promise.resolve(`<h1>${path}</h1>`);
   * };
   * const page = () => pages.fetch("/", render, { ttl: 60_000 });
   * assertEquals(await Promise.all([page(), page()]), ["<h1>/</h1>", "<h1>/</h1>"]);
   * assertEquals(loads, 1);
   * ```
   */
  fetch(
    key: K,
    load: Load<K, V>,
    options?: FetchOptions,
  ): Promise<V>;
  /** The same, where `load` may find that there is none. */
  fetch(
    key: K,
    load: Load<K, V | undefined>,
    options?: FetchOptions,
  ): Promise<V | undefined>;
  async fetch(
    key: K,
    load: Load<K, V | undefined>,
    options?: FetchOptions,
  ): Promise<V | undefined> {
    checkFunction(load, "load");
    const checked = fetchOptionsOf(options, "fetch an entry");
    return await this.#loader.fetch(key, load, checked);
  }

  // ---- waiting ----------------------------------------------------------------------------------

  /**
   * Waits until the entry of a key is there, or is what you want it to be, and returns its value.
   * It does not poll: the writer that changes the key wakes this worker. An entry that expires, or
   * is evicted, has changed, too.
   *
   * Values that come and go between two looks are not seen: it resolves with one that was there
   * when this worker looked. Many may wait for one key, in one worker or in several.
   *
   * If a writer dies in the middle of a change, the change is seen when another worker has cleared
   * up after it: after about a second while somebody writes, otherwise within some ten seconds.
   *
   * @param key The key.
   * @param options What to wait for, how long, and what ends it.
   * @returns The value, as `until` accepted it.
   * @throws {TypeError} If the key or an option has the wrong type, or `until` returns anything but
   * true or false.
   * @throws {RangeError} If `timeout` is below 0.
   * @throws {DOMException} A `TimeoutError` after the `timeout`; the `reason` of the `signal`, if
   * that is aborted.
   * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
   *
   * @example A result that another worker makes
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * setTimeout(() => map.set("result", 42), 10); // usually in a worker
   * assertEquals(await map.waitFor("result"), 42);
   * ```
   *
   * @example Until an entry is gone
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using locks = SharedMap.create<string, string>();
   * locks.set("job", "worker 7", { ttl: 20 });
   * await locks.waitFor("job", { until: (owner) => owner === undefined });
   * assertEquals(locks.get("job"), undefined);
   * ```
   */
  waitFor(
    key: K,
    options?: WaitOptions<V> & { until?: undefined },
  ): Promise<V>;
  /** The same, where `until` says what is waited for. */
  waitFor(key: K, options: WaitOptions<V>): Promise<V | undefined>;
  async waitFor(
    key: K,
    options: WaitOptions<V> = {},
  ): Promise<V | undefined> {
    const what = "wait for an entry";
    this.#hold.checkOpen(what);
    const checked = waitOptionsOf(options, what);
    return await EntryWaiter.wait(this.#access, key, checked);
  }

  /**
   * Watches a key, all keys that begin alike, or the whole map: gives each change from this call
   * on, for `for await`. It does not poll, and keeps no queue: a loop that is slow gets the newest
   * value of each key when it asks, and how many writes it missed. What was written again with the
   * same value is no change, nor is another expiry. An entry that is deleted, cleared, evicted or
   * expires is a change to undefined. Changes of several keys come in no particular order.
   *
   * With `initial: true` the first changes are the entries that are there already, each once, with
   * the value that it has when the loop asks. So a mirror that is made of the changes alone ends up
   * with what is there. Do not fill a mirror by reading the map beside the watch: a value that you
   * read may have gone when the watch looks, and if the key is then as it was when `watch` was
   * called, there is nothing to tell.
   *
   * For one key it takes the time and the memory of a look. For several keys the call reads all
   * entries of the map, O(entries), and the watch remembers each key that it watches, some 200
   * bytes; after that, each look takes the time to read what lies beside a key that changed, at
   * most 1/4096 of the map, for each such key. To writers it is the same how many keys are watched.
   *
   * @param target The key, or `{ prefix }` if keys are strings or bytes, or `"all"`. The key
   * `"all"`, or one that is itself an object, is written as `{ key }`.
   * @param options What ends it, and what it begins with.
   * @returns The changes. A loop ends the watch when it ends; without a loop, `return()` or `using`
   * does.
   * @throws {TypeError} If target or options have the wrong type.
   * @throws {DOMException} The `reason` of the `signal`, if it is aborted; meanwhile, the loop
   * throws it.
   * @throws {ClosedError} If the map was closed in this worker; meanwhile, the loop throws it.
   *
   * @example Configuration that is there at once in all workers
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * setTimeout(() => map.set("config:limit", 100)); // usually in a worker
   * for await (const { key, value } of map.watch({ prefix: "config:" })) {
   *   assertEquals([key, value], ["config:limit", 100]);
   *   break; // ends the watch
   * }
   * ```
   *
   * @example A loop that is slow misses writes, and knows how many
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * using changes = map.watch("a");
   * for (let i = 1; i <= 10; i++) map.set("a", i);
   * const { value } = await changes.next();
   * assertEquals(value, { key: "a", value: 10, missed: 9 });
   * ```
   *
   * @example A mirror: what the entries mean, worked out once for each change
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, string>();
   * map.set("route:home", "^/$");
   * const routes = new Map<string, RegExp>();
   * const changes = map.watch({ prefix: "route:" }, { initial: true });
   * for await (const { key, value } of changes) {
   *   if (value === undefined) routes.delete(key);
   *   else routes.set(key, new RegExp(value));
   *   if (changes.pending === 0) break; // all are there; usually the loop goes on
   * }
   * assertEquals(routes, new Map([["route:home", /^\/$/]]));
   * ```
   */
  watch(
    target: WatchTarget<K>,
    options: WatchOptions = {},
  ): SharedMapWatch<K, V> {
    const what = "watch the map";
    this.#hold.checkOpen(what);
    const checked = watchOptionsOf(options, what);
    return watchChanges(this.#access, target, checked);
  }

  /**
   * Calls a listener for each entry that this worker removes without being asked to: one that is
   * evicted for another one, or that had expired and is swept. Of entries that are deleted,
   * replaced or cleared it does not hear, nor of expired ones that a write replaces.
   *
   * The listener hears of what this worker removes, whichever of them wrote it. So where each
   * worker has a listener, it is called once for each entry, but perhaps not for what a worker
   * removes right before it ends. It is called soon after the entry was removed, in a microtask, so
   * it may use the map; by then there may be a newer entry of the key. What it throws is reported
   * as an error that nobody caught, and the other listeners are called all the same.
   *
   * While there are listeners, an eviction copies the entry; without them it costs nothing.
   *
   * @param listener Is called with the key, the value that was removed, and the cause: `"evicted"`
   * or `"expired"`.
   * @returns An object that ends the calls when it is disposed of. They end with the map, too. What
   * was removed before is told all the same.
   * @throws {TypeError} If the listener is not a function.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Counting what a cache loses
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using pages = SharedMap.create<string, string>({
   *   maxEntries: 100,
   *   onFull: "evict",
   * });
   * let bytes = 0;
   * using _ = pages.onEvicted((_path, page) => bytes += page.length);
   * for (let i = 0; i < 200; i++) pages.set(`/${i}`, "0123456789");
   * await Promise.resolve();
   * assertEquals(bytes, 10 * pages.stats().evicted);
   * ```
   */
  onEvicted(listener: EvictionListener<K, V>): Disposable {
    const what = "listen for evictions";
    this.#hold.checkOpen(what);
    if (typeof listener !== "function") {
      throw new TypeError(
        `Cannot ${what}: the listener must be a function: ${
          received(listener)
        }`,
      );
    }
    return { [Symbol.dispose]: listenForEvictions(this.#access, listener) };
  }

  // ---- the whole map ----------------------------------------------------------------------------

  /**
   * Pins the map for a run of operations, which saves each of them two atomic writes. Memory that
   * is freed while the map is pinned cannot be reused, unless this worker goes on writing: so keep
   * it short.
   *
   * A worker that blocks, and does not come back to its event loop, holds up nobody unless it is
   * pinned. But as long as it lives and does not write either, nobody else can use the memory that
   * it has freed or has ready for its own writes: up to 1/32 of `maxBytes`, and a chunk (64 KiB at
   * most) for each size of entries. `close()` gives all of that back.
   *
   * @returns An object that ends the pin when it is disposed of.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   *
   * using map = SharedMap.create<string, number>();
   * {
   *   using _ = map.pin();
   *   for (let i = 0; i < 1000; i++) map.get(`key ${i}`);
   * }
   * ```
   */
  pin(): Disposable {
    this.#hold.checkOpen("pin the map");
    return { [Symbol.dispose]: this.#hold.keepPin() };
  }

  /**
   * Opens a snapshot: the map as it is at this moment. O(1), however large the map is; writers
   * hardly notice it. Up to 32 may be open in one attachment. All maps that a worker opened by one
   * name share an attachment.
   *
   * @returns The snapshot; close it when you are done with it.
   * @throws {SnapshotError} If too many are open.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * using before = map.snapshot();
   * map.clear();
   * assertEquals(before.size, 1);
   * ```
   */
  snapshot(): SharedMapSnapshot<K, V> {
    this.#hold.checkOpen("open a snapshot");
    return new MapSnapshot(this.#hold, this.#access.versions);
  }

  /**
   * Counters and sizes of the whole map, the same in every worker: a plain object of numbers.
   * O(participants).
   *
   * Counters begin when the map is made, and only grow, also when workers die. For a span of time,
   * take the difference of two calls, as a monitoring system does, or see
   * {@linkcode SharedMap.prototype.recent}. With `persist`, or a
   * {@linkcode SnapshotWriter}, `persistence` tells about the epochs on disk, also in workers that
   * do not write them: watch `behindMs` and `failuresInARow`.
   *
   * @returns The statistics of this moment.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * map.set("a", 1);
   * assertEquals(map.stats().entries, 1);
   *
   * const before = map.stats();
   * map.get("a");
   * assertEquals(map.stats().hits - before.hits, 1); // of this while
   * ```
   */
  stats(): SharedMapStats {
    this.#hold.checkOpen("read the statistics");
    return sumStats(this.#segment);
  }

  /**
   * What all workers counted in the last minutes: how much of what was asked for was there, and
   * how many entries the map removed by itself, by cause.
   *
   * Each worker notes the counters every few seconds, from when it attaches. So the span is a few
   * seconds longer than asked for, and shorter in a worker that has not had the map for so long;
   * `span` says how long it is. A worker that does not come back to its event loop notes nothing
   * meanwhile, and the span begins with its last note before. O(participants).
   *
   * @param minutes How many minutes, above 0 and up to 15.
   * @returns The counts of that span.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is out of range.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example How good is the cache?
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using pages = SharedMap.create<string, string>({ onFull: "evict" });
   * pages.set("/", "…");
   * pages.get("/");
   * pages.get("/missing");
   * assertEquals(pages.recent(5).hitRatio, 0.5);
   * ```
   */
  recent(minutes: number): RecentCounts {
    const what = "read what was counted";
    this.#hold.checkOpen(what);
    if (typeof minutes !== "number") {
      throw new TypeError(
        `Cannot ${what}: minutes must be a number: ${received(minutes)}`,
      );
    }
    if (!(minutes > 0 && minutes <= MOST_MINUTES)) {
      throw new RangeError(
        `Cannot ${what}: minutes must be above 0, and ${MOST_MINUTES} at most: received ${minutes}`,
      );
    }
    return this.#hold.attachment.countHistory.since(minutes);
  }

  /**
   * Has an epoch of a persisted map written now, by the worker that writes it, and waits until it
   * is durable. It has all that this worker wrote before the call, or knows that others wrote. If
   * nothing has changed since the last epoch, nothing is written. Calls that come while an epoch is
   * being written share the next one.
   *
   * O(entries) in the worker that writes; the map stays as fast as before.
   *
   * @throws {SnapshotError} If the epoch cannot be written, or the map was opened without
   * `persist`: use `writeSnapshot` then.
   * @throws {ClosedError} If the map was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { listSnapshots, SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * const directory = await Deno.makeTempDir();
   * {
   *   await using orders = await SharedMap.open<string, number>("orders", {
   *     persist: { directory, interval: 60_000 },
   *   });
   *   orders.set("a", 1);
   *   await orders.flush(); // from here on it survives a crash
   *   assertEquals((await listSnapshots(directory))[0].entries, 1);
   * }
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  async flush(): Promise<void> {
    this.#hold.checkOpen("flush the map");
    if (this.#onDisk === undefined) throw this.#notKept();
    await this.#onDisk.flush();
  }

  #notKept(): SnapshotError {
    const { name } = this.#segment;
    return new SnapshotError(
      `Cannot flush ${
        theMap(name)
      }: it was opened without persist: open it with persist, or use writeSnapshot(map, directory)`,
      { reason: "the map is not persisted", mapName: name },
    );
  }

  /**
   * Closes this map object; a second call does nothing. Its snapshots are closed with it, and its
   * open iterators throw. The worker leaves the map, unless it has opened it by other
   * {@linkcode SharedMap.open} calls with the same name. The map lives on in other workers.
   *
   * It does not wait. If this worker has a persisted map written, a last epoch is written in the
   * background, and then others take over; errors go to `onError`. A program that ends by itself
   * waits for that epoch, but `Deno.exit` does not: use `await using`, or call
   * {@linkcode SharedMap.prototype.flush} before.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   *
   * const map = SharedMap.create<string, number>();
   * map.close();
   * ```
   */
  close(): void {
    this.#hold.close();
  }

  /**
   * The same as {@linkcode SharedMap.prototype.close}, for `using`.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   *
   * using map = SharedMap.create<string, number>();
   * ```
   */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * As {@linkcode SharedMap.prototype.close}, for `await using`. It also waits until all that this
   * worker wrote to a persisted map is durable, and this worker is done with the directory; if the
   * map was closed before, until that close has ended.
   *
   * @throws {SnapshotError} If the epoch cannot be written; the map is closed nevertheless.
   *
   * @example Usage
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   *
   * const directory = await Deno.makeTempDir();
   * {
   *   await using map = await SharedMap.open<string, number>("jobs", {
   *     persist: { directory, interval: 60_000 },
   *   });
   *   map.set("a", 1);
   * } // here it is on disk
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const flushed = this.#hold.isOpen ? this.#onDisk?.flush() : undefined;
    this.close();
    try {
      await flushed;
    } finally {
      await this.#onDisk?.ended;
    }
  }
}

function notTracked(what: string, { name }: Segment): TypeError {
  return new TypeError(
    `Cannot ${what} of ${
      theMap(name)
    }: it does not track uses: create it with track: true`,
  );
}

function checkIterable(values: unknown, what: string, name: string): void {
  if (values !== null && values !== undefined) {
    if (typeof Object(values)[Symbol.iterator] === "function") return;
  }
  throw new TypeError(
    `Cannot ${what}: ${name} must be iterable, such as an array: ${
      received(values)
    }`,
  );
}

function checkPair(entry: unknown, what: string): void {
  if (typeof entry === "object" && entry !== null) return;
  throw new TypeError(
    `Cannot ${what}: each entry must be a pair of key and value: ${
      received(entry)
    }`,
  );
}

function withDefaults(
  { key = "string", value = "any", weigh }: Codecs,
): Codecs {
  return { key, value, weigh };
}
