/**
 * The map as its users see it.
 *
 * What this room guarantees: every operation on one key is linearizable across all workers; none waits for another
 * worker, except for memory in a full map, and then not for long; bad input is refused before anything changes.
 *
 * @module
 */

import { Segment } from "../segment/segment.ts";
import type { Participant } from "../reclamation/participant.ts";
import {
  HandleError,
  MapFullError,
  received,
  SnapshotError,
  theMap,
} from "../errors.ts";
import * as layout from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import { EncodedKey } from "../table/key.ts";
import * as lookups from "../table/fast_lookup.ts";
import * as fastPath from "../table/fast_path.ts";
import type { Table } from "../table/table.ts";
import * as versions from "../table/version.ts";
import { Cursor } from "../table/cursor.ts";
import * as optimistic from "../table/optimistic_read.ts";
import type { KeyFormat, ValueFormat } from "../codec/codec.ts";
import { stringKeys } from "../codec/keys.ts";
import * as sums from "../map/counters.ts";
import { attachTo, createAttachment } from "../map/attach.ts";
import type { Attachment } from "../map/attachment.ts";
import { present, sightOf } from "./display.ts";
import { KEEP } from "../map/keep.ts";
import {
  checkTtl,
  insertedLifetimeOf,
  type InsertOptions,
  type Lifetime,
  lifetimeOf,
  type SetOptions,
} from "../map/lifetime.ts";
import { Watch } from "../map/own_changes.ts";
import type {
  AnyKeyCodec,
  AnyValueCodec,
  KeyOf,
  ValueOf,
  WithCodecs,
  WithKeys,
} from "../map/codec_types.ts";
import {
  type AttachOptions,
  checkOptions,
  checkTimeout,
  type OpenOptions,
  type SharedMapOptions,
} from "./options.ts";
import {
  checkCodecs,
  type Codecs,
  keyFormat,
  valueFormat,
} from "../map/codecs.ts";
import { type Part, Reader, type Taken, UNDECODED } from "../map/reader.ts";
import { Hold } from "../map/hold.ts";
import { type Kept, PersistedMap } from "../persist/persisted_map.ts";
import { Lookup } from "../map/lookup.ts";
import { meet } from "../map/rendezvous.ts";
import { Scan } from "../map/scan.ts";
import { Sighting } from "../map/sighting.ts";
import { MapSnapshot, type SharedMapSnapshot } from "./snapshot.ts";
import { type SharedMapStats, sumStats } from "../map/stats.ts";
import type { VersionMaker } from "../map/version_maker.ts";
import { LEAVE } from "../map/commit.ts";
import { purge } from "../map/purge.ts";
import type { Progress } from "../map/reclaim_strategies.ts";
import { Writer } from "../map/writer.ts";

// Constants of its own: `layout.ts` says why.
const { H_ERA, LENGTH_LIMIT, P_ENTRIES, P_RESULT, P_VALUE_INFO } = layout;
const { FOUND, LONG, NUMBER } = lookups;
const { ABSENT, DONE } = fastPath;
const { liveBytesOf, sumTally } = sums;
const { endOf, isTombstone, valueBytes, valueIndex, valueTag } = versions;
const { UNDECIDED } = optimistic;

/**
 * What another worker needs to attach to a map: `postMessage` takes it as it is.
 */
export interface SharedMapHandle {
  /** The map's memory. */
  readonly buffer: SharedArrayBuffer;
  /** The same as a WebAssembly memory, if it is one: without it a worker reads and writes more slowly. */
  readonly memory?: WebAssembly.Memory | undefined;
  /** The name that the map was opened by, if it was. */
  readonly name?: string | undefined;
}

/** Keys that are looked up together: as many as a processor waits for at a time, a few times over. */
const AHEAD = 64;

/** How many bytes of a value a look copies: as many as there is room for. */
const ANY = 0x7fffffff;

/** What came of a round in vain: something else is there by now. */
const CHANGED = Symbol("changed");

/** The hold of a map, for the other files of this layer; and its attachment. No part of what users see. */
let holdOf: <K, V>(map: SharedMap<K, V>) => Hold;
export function attachmentOf<K, V>(map: SharedMap<K, V>): Attachment {
  return holdOf(map).attachment;
}

/** What a map that is open holds of its attachment. Throws `TypeError` or `ClosedError`. */
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
 * All workers see one map; each has its own `SharedMap` object on it, from {@linkcode SharedMap.create},
 * {@linkcode SharedMap.attach} or {@linkcode SharedMap.open}. Every operation on one key is linearizable. Reads of a key are
 * wait-free and writes lock-free: no operation waits for another worker, and a worker that dies harms no one. The one exception
 * is a full map: there a write, or a delete, may wait, half a second at most, for memory that an interrupted worker still reads,
 * or has yet to give back.
 *
 * A read looks into one table; into two while the table is moved to a larger or smaller one; and into one more for each whole
 * move that others complete meanwhile, of which as many are possible as fit into `maxBytes`.
 *
 * Keys and values are copied in and out: if you change an object that was stored, or that `get` returned, nothing changes in
 * the map.
 *
 * `console.log` shows a map's size, codecs and memory, and the name that it was opened by. The object itself stays in its worker:
 * `structuredClone`, `postMessage` and `JSON.stringify` refuse it, and say what to use.
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
  readonly #attachment: Attachment;
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #lookup: Lookup;
  readonly #writer: Writer;
  readonly #maker: VersionMaker;
  readonly #key: EncodedKey;
  readonly #reader: Reader<K, V>;
  readonly #values: ValueFormat<V>;
  readonly #floats: Float64Array;
  readonly #hits: number;
  readonly #misses: number;
  readonly #sets: number;
  readonly #deletes: number;
  readonly #result: number;
  readonly #valueInfo: number;
  /** Whether values that are numbers are kept as such. */
  readonly #keepsNumbers: boolean;
  /** Whether reading a value cannot fail, whatever is stored. */
  readonly #readsSafely: boolean;
  /** For a value that is compared while another is being written, unless an operation has taken it. */
  #spareValues: ValueFormat<V> | undefined;
  readonly #valueCodec: AnyValueCodec | undefined;
  /** Whether keys are strings, for which there are looks. */
  readonly #hasTextKeys: boolean;
  /** Whether encoding and decoding keys runs the caller's code. */
  readonly #hasOwnKeys: boolean;
  /** Whether encoding and decoding values runs the caller's code. */
  readonly #hasOwnValues: boolean;
  /** Its life on disk, if it was opened with `persist`. */
  #onDisk: Kept | undefined;

  private constructor(hold: Hold, codecs: Codecs) {
    if (!(hold instanceof Hold)) {
      throw new TypeError(
        "Cannot construct SharedMap: use SharedMap.create(options) for a map of its own, SharedMap.open(name, options) for one that workers find by its name, or SharedMap.attach(handle) for another worker's",
      );
    }
    const { attachment } = hold;
    const { participant, segment } = attachment;
    this.#hold = hold;
    this.#attachment = attachment;
    this.#participant = participant;
    this.#segment = segment;
    this.#table = attachment.table;
    this.#lookup = new Lookup(attachment);
    this.#writer = new Writer(attachment);
    this.#maker = this.#writer.maker;
    this.#key = attachment.key;
    this.#valueCodec = codecs.value;
    this.#values = valueFormat(segment, codecs.value);
    this.#reader = new Reader(
      segment,
      keyFormat(segment, codecs.key),
      this.#values,
    );
    this.#hasTextKeys = (this.#reader.keys as unknown) === stringKeys;
    this.#hasOwnKeys = this.#reader.keys.own !== undefined;
    this.#hasOwnValues = this.#values.own !== undefined;
    this.#floats = segment.floats;
    this.#hits = participant.counterIndex("hits");
    this.#misses = participant.counterIndex("misses");
    this.#sets = participant.counterIndex("sets");
    this.#deletes = participant.counterIndex("deletes");
    this.#result = (participant.base + P_RESULT) / 2;
    this.#valueInfo = participant.base + P_VALUE_INFO;
    this.#keepsNumbers = this.#values.name === "number" ||
      this.#values.name === "any";
    this.#readsSafely = this.#values.name === "number" ||
      this.#values.name === "string";
  }

  // ---- making and joining -------------------------------------------------------------------------------------------

  /**
   * Makes a map.
   *
   * @typeParam K The type of the keys. It and the next follow from the codecs; if they are said, they must not contradict them.
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
  /** The same for keys that are no strings: their codec has to be given. */
  static create<K, V = unknown>(
    options: WithKeys<SharedMapOptions<K, V>, K>,
  ): SharedMap<K, V>;
  /** The same where the codecs say what keys and values are. */
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

  /** The map of a hold, which is closed if the options, or the codecs in them, have become others since they were checked. */
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
   * Attaches to a map that another worker made, from the handle that `postMessage` brought.
   *
   * @typeParam K The type of the keys.
   * @typeParam V The type of the values.
   * @param handle The other worker's {@linkcode SharedMap.prototype.handle}.
   * @param options The codecs, if they are of your own.
   * @returns The map, attached in this worker.
   * @throws {HandleError} If the handle is not that of a map, or the layout or the codecs differ.
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
  /** The same where the codecs say what keys and values are. */
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
   * Opens the map of a name: joins it if any worker of the process holds it, else makes it.
   *
   * A map whose holders are all gone is gone, and the next `open` makes a new one.
   *
   * All that one thread opens by a name shares one attachment, and so one of the map's places: a server may open the map for each
   * request. Each of these `SharedMap` objects is closed by itself, with its snapshots and pins; the last one that is closed leaves the map.
   *
   * O(1) if this thread has the map already. Else it waits for others: for the one that is creating the map as long as that takes,
   * and for an answer of those who have it as long as `timeout` says.
   *
   * With `persist` it survives its holders. Whoever makes the map first restores the newest whole epoch of the directory; those who
   * join wait until that is done. From then on a worker of its own writes an epoch in each interval in which something
   * changed. Of all workers that have the map open with `persist`, one has that worker; when it dies, another takes over within
   * a second or so.
   *
   * An epoch that was written survives whatever happens. What was written to the map since is lost if the process is
   * killed, or calls `Deno.exit`: up to an interval of changes, and those made while the next epoch is being written, unless
   * you wait for {@linkcode SharedMap.prototype.flush}, or for the end of an `await using`. A program that ends by itself writes a last epoch first.
   *
   * @typeParam K The type of the keys.
   * @typeParam V The type of the values.
   * @param name The name, the same in all workers.
   * @param options Codecs, sizes, how long to wait, and where to keep the map on disk. Sizes count only for the worker that makes the map.
   * @returns The map, attached in this worker.
   * @throws {TypeError} If the name is not a string, or an option has the wrong type.
   * @throws {RangeError} If a size is out of range.
   * @throws {HandleError} If the map has other codecs, or who has it does not answer: the message says who that is.
   * @throws {SnapshotError} If the directory cannot be used; if another map or process has it; if what it holds cannot be read, is from a map with other codecs, or from
   * a newer version of this module; or if it holds epochs while the map is open already, without `persist`. Nothing in it is changed then.
   * @throws {MapFullError} If what the directory holds does not fit: the message says what it needs, and a `maxBytes` that does.
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
  /** The same for keys that are no strings: their codec has to be given. */
  static open<K, V = unknown>(
    name: string,
    options: WithKeys<OpenOptions<K, V>, K>,
  ): Promise<SharedMap<K, V>>;
  /** The same where the codecs say what keys and values are. */
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
        await persisted?.restore(checked) ?? createAttachment(checked),
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
   * What another worker needs to attach: structured-cloneable.
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
   * The number of entries: exact when nobody writes, and counting expired entries until they are swept. O(participants).
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
    return sumTally(this.#segment, P_ENTRIES);
  }

  // ---- reading ------------------------------------------------------------------------------------------------------

  /**
   * The value of a key, or undefined. Wait-free, but for an entry that expires at this moment:
   * lock-free; O(1) expected, and as much again for each move of the whole table that others
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
    if (!this.#hasTextKeys || typeof key !== "string") {
      this.#pack(key, "get an entry");
      return this.#getPacked();
    }
    this.#hold.checkReadable("get an entry");
    const seen = this.#lookupFast(key, ANY, "get an entry");
    if (seen === NUMBER) {
      this.#floats[this.#hits]++;
      return this.#floats[this.#result] as V;
    }
    if (seen === 0) {
      this.#floats[this.#misses]++;
      return undefined;
    }
    return this.#getSeen(seen);
  }

  #getPacked(): V | undefined {
    const seen = this.#lookup.lookupPacked(ANY);
    if (seen === NUMBER) {
      this.#floats[this.#hits]++;
      return this.#floats[this.#result] as V;
    }
    if (seen === 0) {
      this.#floats[this.#misses]++;
      return undefined;
    }
    return this.#getSeen(seen);
  }

  /** The value of a key, after a look for it that found no plain number. */
  #getSeen(seen: number): V | undefined {
    if (seen === FOUND) {
      const info = this.#segment.words[this.#valueInfo];
      const value = this.#reader.copied(this.#lookup.copiedTo, info);
      if (value !== UNDECODED) {
        this.#floats[value === undefined ? this.#misses : this.#hits]++;
        return value;
      }
    }
    if (seen !== UNDECIDED) this.#lookup.adoptKey();
    return this.#getPinned();
  }

  /** Looks for a string. The key is in the scratch then if nothing is decided, else it is none until it is adopted. */
  #lookupFast(key: K & string, most: number, what: string): number {
    const seen = this.#lookup.tryFast(key, most);
    if (seen === UNDECIDED) this.#pack(key, what);
    return seen;
  }

  #getPinned(): V | undefined {
    const found = this.#readPacked((ref) =>
      ref === 0 ? undefined : this.#reader.takeValue(ref)
    );
    return found === undefined ? undefined : this.#reader.value(found);
  }

  /**
   * Whether there is an entry with this key. As free of waiting, and as fast, as {@linkcode SharedMap.prototype.get}.
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
    this.#hold.checkReadable("look for an entry");
    let seen: number;
    if (this.#hasTextKeys && typeof key === "string") {
      seen = this.#lookupFast(key, 0, "look for an entry");
    } else {
      this.#pack(key, "look for an entry");
      seen = this.#lookup.lookupPacked(0);
    }
    const isFound = seen === FOUND || seen === LONG;
    if (isFound && this.#reader.seemsOver(this.#lookup.copiedTo)) {
      this.#lookup.adoptKey();
      seen = UNDECIDED;
    }
    if (seen === UNDECIDED) return this.#readPacked((ref) => ref !== 0);
    const isThere = seen !== 0;
    this.#floats[isThere ? this.#hits : this.#misses]++;
    return isThere;
  }

  /**
   * The values of many keys, in their order. Each is read on its own: for a consistent view take a snapshot.
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
    this.#hold.checkOpen("get entries");
    checkIterable(keys, "get entries", "keys");
    const wanted = [...keys];
    this.#hold.checkOpen("get entries");
    // The caller's own code may use the map itself, and so nothing can be kept over a call of it.
    if (this.#hasOwnKeys || this.#hasOwnValues) {
      return wanted.map((key) => this.get(key));
    }
    this.#participant.pin();
    try {
      return this.#getAhead(wanted);
    } finally {
      this.#participant.unpin();
    }
  }

  #getAhead(wanted: readonly K[]): (V | undefined)[] {
    const values: (V | undefined)[] = [];
    for (let from = 0; from < wanted.length; from += AHEAD) {
      const count = Math.min(AHEAD, wanted.length - from);
      this.#lookAhead(wanted, from, count);
      for (let i = 0; i < count; i++) {
        this.#key.take(this.#ahead[i]);
        values.push(this.#getPacked());
      }
    }
    return values;
  }

  /** Packs keys, and brings what they lead to into the cache, for all of them at the same time. The map is pinned. */
  #lookAhead(keys: readonly K[], from: number, count: number): void {
    const ahead = this.#ahead;
    const format = this.#reader.keys;
    for (let i = 0; i < count; i++) {
      ahead[i] ??= new EncodedKey(this.#segment.seed, this.#attachment.memo);
      format.pack(format.prepare(keys[from + i]), ahead[i]);
      this.#hashes[i] = ahead[i].hash;
    }
    this.#table.touchVersions(this.#hashes, count);
  }
  readonly #ahead: EncodedKey[] = [];
  readonly #hashes = new Int32Array(AHEAD);

  /**
   * How long an entry still lives, in milliseconds.
   *
   * @param key The key.
   * @returns The time left; `Infinity` if the entry does not expire, undefined if there is none.
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
    this.#pack(key, "read the time left to an entry");
    return this.#readPacked((ref) =>
      ref === 0
        ? undefined
        : Math.max(0, endOf(this.#segment, ref) - Date.now())
    );
  }

  /** Calls `read` with the live version of the packed key, or 0, and counts a hit or a miss. */
  #readPacked<T>(read: (ref: number) => T): T {
    return this.#lookup.visit((ref) => {
      this.#floats[ref === 0 ? this.#misses : this.#hits]++;
      return read(ref);
    });
  }

  // ---- writing ------------------------------------------------------------------------------------------------------

  /**
   * Sets the value of a key. Leaves no expiry unless told otherwise. Lock-free; O(1) expected.
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
    if (options !== undefined) {
      return this.#setFor(key, value, lifetimeOf(options, what, false));
    }
    this.#packWithValue(key, value, what);
    this.#writer.put(this.#values, Infinity);
    this.#floats[this.#sets]++;
    return this;
  }

  #setFor(key: K, value: V, life: Lifetime): this {
    this.#packWithValue(key, value, "set an entry");
    if (life.keeps) {
      this.#writer.commit(
        true,
        (current, live) => this.#makeOver(current, live, life),
      );
    } else this.#writer.put(this.#values, this.#maker.endAfter(life.ttl));
    this.#floats[this.#sets]++;
    return this;
  }

  /**
   * Sets many entries, one after the other, as {@linkcode SharedMap.prototype.set} does.
   *
   * @param entries Keys and values.
   * @param options How long each entry lives; see {@linkcode SetOptions}.
   * @throws {TypeError} If options or time to live have the wrong type, or a key or value does; entries before it are set.
   * @throws {RangeError} If the time to live is not above 0.
   * @throws {MapFullError} If an entry does not fit; entries before it are set.
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
   */
  setMany(entries: Iterable<readonly [K, V]>, options?: SetOptions): void {
    const what = "set entries";
    this.#hold.checkOpen(what);
    const life = lifetimeOf(options, what, false);
    checkIterable(entries, what, "entries");
    for (const entry of entries) {
      if (typeof entry !== "object" || entry === null) {
        throw new TypeError(
          `Cannot ${what}: each entry must be a pair of key and value: ${
            received(entry)
          }`,
        );
      }
      this.#setFor(entry[0], entry[1], life);
    }
  }

  /**
   * Deletes the entry of a key. Lock-free; O(1) expected; works when the map is full.
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
    this.#pack(key, "delete an entry");
    switch (this.#writer.removeFast()) {
      case DONE:
        this.#participant.collectSometimes();
        return true;
      case ABSENT:
        return false;
      default:
        return this.#writer.remove(() => true, true) ?? false;
    }
  }

  /**
   * Deletes all entries that are there when it comes to them. Not atomic: what others set meanwhile may stay. O(capacity).
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
    this.#hold.checkOpen("delete the entries");
    const migration = this.#table.migration;
    let cursor = new Cursor(this.#segment, migration);
    for (let progress: Progress | undefined; !cursor.done;) {
      const start = cursor.position;
      const deletes = this.#floats[this.#deletes];
      const cleared = this.#clearRange(cursor);
      if (cleared || this.#floats[this.#deletes] > deletes) {
        progress = undefined;
      }
      this.#participant.collectSometimes();
      if (cleared) continue;
      // Memory can be freed only between pins; the range is done again then.
      progress = this.#writer.reclaim(progress);
      cursor = new Cursor(this.#segment, migration, start);
    }
    // So that the table can grow again, and large values find whole stretches: as in a fresh map.
    this.#participant.collectAll();
    this.#participant.allocator.consolidate(true);
    purge(this.#attachment, 1);
  }

  /** Deletes what is in the cursor's next range, expired or not; false if there is no memory for a tombstone. */
  #clearRange(cursor: Cursor): boolean {
    const { words } = this.#segment;
    const refs: number[] = [];
    this.#participant.pin();
    try {
      cursor.next(refs);
      return refs.every((ref) => {
        if (isTombstone(words, ref)) return true;
        this.#key.copyFrom(words, ref);
        return this.#clearPacked();
      });
    } finally {
      this.#participant.unpin();
    }
  }

  /** Deletes what is there under the packed key; false if there is no memory for a tombstone. */
  #clearPacked(): boolean {
    const { words } = this.#segment;
    const outcome = this.#writer.tryCommit(
      false,
      (current) =>
        current === 0 || isTombstone(words, current)
          ? LEAVE
          : this.#maker.tombstone(),
    );
    if (outcome === "done") this.#floats[this.#deletes]++;
    return outcome !== "full";
  }

  /**
   * The value of a key, after setting it if there was none. Among many callers one wins, and all get its value. An entry that is
   * there keeps its expiry; one that is inserted has none unless given one. Lock-free.
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
    return this.#getOrInsert(key, value, insertedLifetimeOf(options, what));
  }

  #getOrInsert(key: K, value: V, { ttl }: Lifetime): V {
    this.#packWithValue(key, value, "get or insert an entry");
    let existing: { value: Taken<V> } | undefined;
    const inserted = this.#writer.commit(true, (current, live) => {
      if (live) {
        existing = { value: this.#reader.takeValue(current) };
        return LEAVE;
      }
      return this.#maker.make(this.#values, this.#maker.endAfter(ttl));
    });
    if (inserted) {
      this.#floats[this.#misses]++;
      this.#floats[this.#sets]++;
      return value;
    }
    this.#floats[this.#hits]++;
    return this.#reader.value(existing!.value);
  }

  /**
   * The value of a key, after computing and setting it if there was none. `compute` runs in this worker, at most once a call;
   * if another worker, or `compute` itself, inserts the key meanwhile, the result is what the map holds. Expiry is as in
   * {@linkcode SharedMap.prototype.getOrInsert}; the time to live begins when `compute` is done.
   *
   * @param key The key.
   * @param compute Computes the value.
   * @param options How long the entry lives if it is inserted.
   * @returns The value that the map holds.
   * @throws {TypeError} If the key, the computed value, options or time to live have the wrong type.
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
    this.#pack(key, what);
    const found = this.#lookup.visit((ref) =>
      ref === 0 ? undefined : { value: this.#reader.takeValue(ref) }
    );
    if (found === undefined) return this.#getOrInsert(key, compute(key), life);
    this.#floats[this.#hits]++;
    return this.#reader.value(found.value);
  }

  /**
   * Sets the value of a key and returns the one it replaced. Leaves no expiry unless told otherwise. Lock-free.
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
    if (this.#hasOwnValues) return this.#swapByCodec(key, value, life, what);
    this.#packWithValue(key, value, what);
    let before: Taken<V> | undefined;
    this.#writer.commit(true, (current, live) => {
      before = live ? this.#reader.takeValue(current) : undefined; // first: should it fail, nothing is lost
      return this.#makeOver(current, live, life);
    });
    this.#floats[this.#sets]++;
    return before === undefined ? undefined : this.#reader.value(before);
  }

  /** The same where to decode runs the caller's code: the value is decoded first, and then replaced if it is still there. */
  #swapByCodec(
    key: K,
    value: V,
    life: Lifetime,
    what: string,
  ): V | undefined {
    const prepared = this.#pack(key, what);
    return this.#replaceBy(prepared, what, (before) => {
      this.#prepare(value);
      return before;
    }, (seen, before) => {
      const outcome = this.#replaceSeen(
        seen,
        (current, live) => this.#makeOver(current, live, life),
      );
      if (outcome !== "done") return CHANGED;
      this.#floats[this.#sets]++;
      return before;
    });
  }

  /**
   * Deletes the entry of a key and returns its value. Among many callers one gets it. Lock-free.
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
    const what = "take an entry";
    const prepared = this.#pack(key, what);
    if (this.#hasOwnValues) return this.#takeByCodec(prepared, what);
    const taken = this.#writer.remove(
      (ref) => ({ value: this.#reader.takeValue(ref) }),
      this.#readsSafely,
    );
    return taken && this.#reader.value(taken.value);
  }

  /** The same where to decode runs the caller's code: the value is decoded first, and then deleted if it is still there. */
  #takeByCodec(prepared: unknown, what: string): V | undefined {
    return this.#replaceBy(prepared, what, (value) => value, (seen, value) => {
      if (seen.value === undefined) return undefined;
      const outcome = this.#replaceSeen(seen, () => this.#maker.tombstone());
      if (outcome !== "done") return CHANGED;
      this.#floats[this.#deletes]++;
      return value;
    });
  }

  /**
   * Sets the value of a key if the present one is as expected. Keeps the expiry that is there unless given another: so a lease is
   * taken, and renewed, in one step. Lock-free.
   *
   * Values are compared by content, as `Object.is` compares primitives, but for 0 and -0, which are
   * equal as they are for the keys of a `Map`. Objects are equal if they are of one kind and their
   * parts are, in whatever order their keys, entries or members come. Under the codecs `"json"` and
   * of your own, bytes are compared.
   *
   * @param key The key.
   * @param expected What the value must be; undefined: there must be none.
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
    const isExpected = expected === undefined
      ? undefined
      : this.#comparison(expected);
    this.#packWithValue(key, value, what);
    const set = this.#writer.commit(true, (current, live) => {
      if (live ? !isExpected?.(current) : isExpected !== undefined) {
        return LEAVE;
      }
      return this.#makeOver(current, live, life);
    });
    if (set) this.#floats[this.#sets]++;
    return set;
  }

  /**
   * Deletes the entry of a key if its value is as expected. Lock-free.
   *
   * @param key The key.
   * @param expected What the value must be; not undefined.
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
    const isExpected = this.#comparison(expected);
    this.#pack(key, "compare and delete an entry");
    const deleted = this.#writer.commit(
      false,
      (current, live) =>
        live && isExpected(current) ? this.#maker.tombstone() : LEAVE,
    );
    if (deleted) this.#floats[this.#deletes]++;
    return deleted;
  }

  /**
   * Replaces the value of a key by what `fn` makes of it. `fn` runs again if the key changed meanwhile, even from inside `fn`;
   * so it must not have effects of its own. It may use the map, and take its time: nobody waits for it. Keeps the expiry that is
   * there unless told otherwise. Lock-free, as far as `fn` is.
   *
   * Nothing is written if `fn` returns {@linkcode KEEP}; nor if it returns the primitive that is there, by `Object.is`, and the
   * expiry stays. An object is always written, for `fn` may have changed the one that it was given.
   *
   * @param key The key.
   * @param fn From the present value (undefined: none) to the new one; undefined deletes the entry, `KEEP` leaves it as it is.
   * @param options How long the entry lives if there was none; with `keepTtl: false`, in any case.
   * @returns The new value, or undefined; with `KEEP` what `fn` was given.
   * @throws {Error} If `fn` itself changes the entry, time and again.
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
    return this.#update(key, fn, lifetimeOf(options, what, true), what);
  }

  #update(
    key: K,
    fn: (current: V | undefined) => V | undefined | typeof KEEP,
    life: Lifetime,
    what: string,
  ): V | undefined {
    const prepared = this.#pack(key, what);
    if (this.#lookup.lookupPacked(0) === NUMBER) {
      const next = this.#updateNumber(prepared, what, fn, life);
      if (next !== CHANGED) return next;
      this.#packAgain(prepared, what);
    }
    return this.#replaceBy(prepared, what, (current) => {
      const next = fn(current);
      const isKept = next === KEEP;
      const isSame = life.keeps && isPrimitive(next) &&
        Object.is(next, current);
      if (!isKept && !isSame && next !== undefined) this.#prepare(next);
      return { isKept, isSame, next: isKept ? current : next };
    }, (seen, { isKept, isSame, next }) => {
      if (isKept) return next; // as if it had only read
      return this.#updateSeen(seen, next, isSame, life);
    });
  }

  /** The first round of an update, where a look found a number. */
  #updateNumber(
    prepared: unknown,
    what: string,
    fn: (current: V | undefined) => V | undefined | typeof KEEP,
    life: Lifetime,
  ): V | undefined | typeof CHANGED {
    const number = this.#floats[this.#result] as V & number;
    const watch = this.#watch(prepared);
    const next = watch.during(fn, number as V | undefined);
    this.#spareWatch = watch;
    this.#packAgain(prepared, what);
    if (next === KEEP) return number;
    if (watch.hasSeenChange) return CHANGED;
    const isSame = life.keeps && Object.is(next, number);
    if (!isSame) {
      const staysForGood = life.keeps || life.ttl === Infinity;
      if (
        staysForGood && this.#keepsNumbers &&
        this.#writer.exchangeFast(number, next)
      ) {
        this.#floats[this.#sets]++;
        return next;
      }
      if (next !== undefined) this.#prepare(next);
      this.#packAgain(prepared, what);
    }
    const seen = Sighting.ofNumber(this.#segment, this.#reader, number);
    return this.#updateSeen(seen, next, isSame, life);
  }

  #updateSeen(
    seen: Sighting<V>,
    next: V | undefined,
    isSame: boolean,
    life: Lifetime,
  ): V | undefined | typeof CHANGED {
    const outcome = this.#replaceSeen(seen, (current, live) => {
      if (isSame) return LEAVE;
      if (next === undefined) return live ? this.#maker.tombstone() : LEAVE;
      return this.#makeOver(current, live, life);
    });
    if (outcome === "changed") return CHANGED;
    if (outcome === "done") {
      this.#floats[next === undefined ? this.#deletes : this.#sets]++;
    }
    return next;
  }

  /**
   * Adds to the number of a key; no entry counts as 0. Keeps the expiry that is there unless told otherwise: so a limit for a
   * stretch of time is kept in one step. Lock-free.
   *
   * No counter becomes NaN: neither `by` nor the value may be, and the sum is refused where there
   * is none (`Infinity` and `-Infinity`).
   *
   * @param key The key.
   * @param by What to add.
   * @param options How long the entry lives if there was none; with `keepTtl: false`, in any case.
   * @returns The new number.
   * @throws {TypeError} If key, options or time to live have the wrong type, or the value or `by` is not a number, or is NaN.
   * @throws {RangeError} If value and `by` have no sum, or the time to live is not above 0.
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
    if (typeof by !== "number" || by !== by) {
      throw new TypeError(
        `Cannot increment: by must be a number: ${received(by)}`,
      );
    }
    const what = "increment a number";
    const life = lifetimeOf(options, what, true);
    let sum = 0;
    if (this.#hasOwnValues) {
      const add = (current: unknown) => sum = sumOf(current ?? 0, by);
      this.#update(key, add as never, life, what); // numbers are among the values
      return sum;
    }
    this.#pack(key, what);
    // Of finite numbers there always is a sum. What was NaN is NaN still.
    const isPlain = Number.isFinite(by) && life.ttl === Infinity;
    if (isPlain && this.#keepsNumbers && this.#writer.incrementFast(by)) {
      this.#floats[this.#sets]++;
      return numberOf(this.#floats[this.#result]);
    }
    this.#writer.commit(true, (current, live) => {
      sum = sumOf(live ? this.#reader.takeValue(current) : 0, by);
      this.#prepare(sum as never);
      return this.#makeOver(current, live, life);
    });
    this.#floats[this.#sets]++;
    return sum;
  }

  /**
   * Sets how long the entry of a key still lives.
   *
   * @param key The key.
   * @param ttl The time in milliseconds; `Infinity`: until it is deleted.
   * @returns Whether there is an entry.
   * @throws {TypeError} If key or time have the wrong type.
   * @throws {RangeError} If the time is not above 0.
   * @throws {MapFullError} If the map is full: the entry is written anew.
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
    const life = { ttl, keeps: false };
    this.#pack(key, what);
    return this.#writer.commit(
      false,
      (current, live) =>
        live
          ? this.#maker.copy(current, this.#maker.endOver(current, live, life))
          : LEAVE,
    );
  }

  // ---- iterating ----------------------------------------------------------------------------------------------------

  /**
   * All keys, in no particular order. Weakly consistent: a key that is there throughout comes exactly once; one that comes
   * or goes meanwhile may or may not. For a consistent view iterate over a snapshot.
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
    return this.#scan(this.#reader.keyPart);
  }

  /**
   * All values, in the order of {@linkcode SharedMap.prototype.keys}, and as consistent.
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
    return this.#scan(this.#reader.valuePart);
  }

  /**
   * All entries, in the order of {@linkcode SharedMap.prototype.keys}, and as consistent.
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
    return this.#scan(this.#reader.entryPart);
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
   * Calls back for every entry, as consistent as {@linkcode SharedMap.prototype.keys}.
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

  #scan<T>(part: Part<T>): MapIterator<T> {
    const checkOpen = () => this.#hold.checkOpen("iterate over the entries");
    checkOpen();
    return new Scan(
      this.#attachment,
      (newest, now) => endOf(this.#segment, newest) > now ? newest : 0,
      part,
      checkOpen,
    );
  }

  // ---- the whole map ------------------------------------------------------------------------------------------------

  /**
   * Pins the map for a run of operations, which saves each of them two atomic writes. While it is pinned, memory that is freed
   * meanwhile cannot be reused unless this worker goes on writing: so keep it short.
   *
   * A worker that blocks outside of its event loop does not keep others from anything, unless it is
   * pinned. But what it has retired itself, and the free blocks that it has at hand, nobody else
   * can use as long as it lives and neither writes nor comes back to its event loop: up to 1/32 of
   * `maxBytes` and a chunk (64 KiB at most) for each size of entries. `close()` gives all of that
   * back.
   *
   * @returns What ends the pin when it is disposed of.
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
   * Opens a snapshot: the map as it is at this moment. O(1), whatever the size; writers hardly notice. Up to 32 may be open in
   * one attachment, which all maps share that a worker opened by one name.
   *
   * @returns The snapshot; close it when it is done with.
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
    return new MapSnapshot(this.#hold, this.#reader);
  }

  /**
   * Counters and sizes of the whole map, the same in each worker: a plain object of numbers. O(participants).
   *
   * Counters only grow, from the making of the map on, also when workers die: for a span of time, take the difference of two calls; or hand
   * them to a monitoring system as they are, which does that. With `persist`, or a {@linkcode SnapshotWriter}, `persistence` tells
   * about the epochs on disk, also in workers that do not write: watch `behindMs` and `failuresInARow`.
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
   * Has an epoch of a persisted map written now, by whichever worker writes it, and waits until it is durable: with all that this
   * worker wrote before the call, or knows that others did, it is there after whatever happens. Where nothing has changed since the last
   * epoch, nothing is written. Calls that come while an epoch is being written have one together.
   *
   * O(entries) in the worker that writes; the map stays as fast as it is.
   *
   * @throws {SnapshotError} If the epoch cannot be written, or the map was opened without `persist`: then `writeSnapshot` writes it once.
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
   * Closes this map object; a second call does nothing. Its snapshots are closed with it, and its open iterators throw. Unless the worker has
   * the map by other objects of the same {@linkcode SharedMap.open} name, it leaves the map, which lives on in other workers.
   *
   * It does not wait. If it is this worker that has a persisted map written, a last epoch is written behind it, then others take
   * over; what goes wrong goes to `onError`. A program that ends by itself waits for that epoch, but `Deno.exit` does not: to wait for it,
   * use `await using`, or {@linkcode SharedMap.prototype.flush} before.
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
   * As {@linkcode SharedMap.prototype.close}, for `await using`; and waits until all that this worker wrote to a persisted map is
   * durable, and this worker has no more to do with the directory. If the map was closed before, it waits for the end of that.
   *
   * @throws {SnapshotError} If the epoch cannot be written; the map is closed all the same.
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

  // ---- parts of operations ------------------------------------------------------------------------------------------

  // The caller's code, which may be a callback, a codec, or the getters of a value, runs in these only, and where an operation says so:
  // without a pin of this module's, and never between a block's being taken and its being linked or freed. It may use this map, so
  // the scratch for keys and what is prepared are lost; close it; throw; or never return.

  /** Puts a key into the scratch; returns what to do that again with. May run a codec of the caller's. */
  #pack(key: K, what: string): unknown {
    this.#hold.checkOpen(what);
    const { keys } = this.#reader;
    const prepared = keys.prepare(key);
    if (this.#hasOwnKeys) this.#hold.checkOpen(what);
    keys.pack(prepared, this.#key);
    return prepared;
  }

  /** Puts a prepared key into the scratch again, after the caller's code ran. */
  #packAgain(prepared: unknown, what: string): void {
    this.#hold.checkOpen(what);
    this.#reader.keys.pack(prepared, this.#key);
  }

  /** Prepares a value and puts a key into the scratch; whatever runs the caller's code comes first. */
  #packWithValue(key: K, value: V, what: string): void {
    this.#hold.checkOpen(what);
    const { keys } = this.#reader;
    const prepared = keys.prepare(key);
    this.#prepare(value);
    this.#hold.checkOpen(what); // the caller's code may have closed it
    keys.pack(prepared, this.#key);
  }

  #prepare(value: V): void {
    this.#values.prepare(value);
    if (this.#values.byteLength >= LENGTH_LIMIT) {
      this.#tooLarge(this.#values.byteLength);
    }
  }

  #tooLarge(needed: number): never {
    const { buffer, name } = this.#segment;
    throw new MapFullError(
      `Cannot store the entry in ${
        theMap(name)
      }: a value must be shorter than ${LENGTH_LIMIT} bytes: received ${needed}: store it in parts`,
      {
        needed,
        maxBytes: buffer.byteLength,
        liveBytes: liveBytesOf(this.#segment),
        mapName: name,
      },
    );
  }

  /** A version of the packed key with the prepared value, to take the place of its newest. */
  #makeOver(current: number, live: boolean, life: Lifetime): number {
    const end = this.#maker.endOver(current, live, life);
    return this.#maker.make(this.#values, end);
  }

  /** Whether a version has this value. An operation within the operation, by a codec of the caller's, gets a format of its own. */
  #comparison(value: V): (ref: number) => boolean {
    const segment = this.#segment;
    const { words } = segment;
    const values = this.#spareValues ??
      valueFormat<V>(segment, this.#valueCodec);
    this.#spareValues = undefined;
    values.prepare(value);
    values.keep();
    return (ref) => {
      this.#spareValues = values; // from here on, none of the caller's code runs until the operation is over
      return values.equals(
        segment,
        valueIndex(words, ref),
        valueBytes(words, ref),
        valueTag(words, ref),
      );
    };
  }

  /**
   * Replaces the entry of the packed key by what the caller's code makes of its value, again and again until nobody comes in between.
   *
   * @param prepared The key, for when that code has used the map.
   * @param what What is done, for an error.
   * @param call Runs the caller's code.
   * @param replace From what was seen, and what `call` returned, to the result; `CHANGED` if something else is there now.
   */
  #replaceBy<N, R>(
    prepared: unknown,
    what: string,
    call: (current: V | undefined) => N,
    replace: (seen: Sighting<V>, made: N) => R | typeof CHANGED,
  ): R {
    const watch = this.#watch(prepared);
    const round = (seen: Sighting<V>) => call(this.#valueSeen(seen));
    for (;;) {
      const seen = this.#see();
      const made = watch.during(round, seen);
      this.#packAgain(prepared, what);
      const result = replace(seen, made);
      if (result !== CHANGED) {
        this.#spareWatch = watch;
        return result;
      }
      watch.endRound(what);
    }
  }

  /** A watch over the packed key's entry. Whoever is done with it leaves it for the next. */
  #watch(prepared: unknown): Watch {
    const watch = this.#spareWatch ??
      new Watch(this.#segment, this.#reader.keys as KeyFormat<unknown>);
    this.#spareWatch = undefined;
    watch.begin(prepared, this.#key.hash);
    return watch;
  }
  #spareWatch: Watch | undefined;

  /** Looks at the entry of the packed key, for the caller's code to see. */
  #see(): Sighting<V> {
    const participant = this.#participant;
    const segment = this.#segment;
    participant.pin();
    try {
      const epoch = load(segment.words, H_ERA);
      const ref = this.#lookup.findLive();
      return Sighting.of(segment, this.#reader, epoch, ref);
    } finally {
      participant.unpin();
    }
  }

  /** The value that was seen. May run a codec of the caller's. */
  #valueSeen({ value }: Sighting<V>): V | undefined {
    return value === undefined ? undefined : this.#reader.value(value);
  }

  /**
   * Publishes what `make` makes in the place of what was seen under the packed key.
   *
   * @param seen What was seen.
   * @param make From the newest version, and whether it is live, to the one to publish, or to `LEAVE` or `NO_MEMORY`.
   * @returns What came of it: "changed" if something else is there now.
   */
  #replaceSeen(
    seen: Sighting<V>,
    make: (current: number, live: boolean) => number,
  ): "done" | "left" | "changed" {
    let isStill = true;
    const done = this.#writer.commit(true, (current, live) => {
      isStill = seen.isStill(live ? current : 0);
      return isStill ? make(current, live) : LEAVE;
    });
    return done ? "done" : isStill ? "left" : "changed";
  }
}

/** Whether a value cannot have been changed by who had it. */
function isPrimitive(value: unknown): boolean {
  return value === null ||
    typeof value !== "object" && typeof value !== "function";
}

function sumOf(value: unknown, by: number): number {
  const sum = numberOf(value) + by;
  if (sum === sum) return sum;
  throw new RangeError(
    `Cannot increment: ${value} and ${by} have no sum: set the value anew`,
  );
}

function numberOf(value: unknown): number {
  if (typeof value === "number" && value === value) return value;
  throw new TypeError(
    `Cannot increment: the value must be a number: ${received(value)}`,
  );
}

function checkFunction(fn: unknown, name: string): void {
  if (typeof fn === "function") return;
  throw new TypeError(
    `Cannot use ${name}: it must be a function: ${received(fn)}`,
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

function withDefaults({ key = "string", value = "any" }: Codecs): Codecs {
  return { key, value };
}
