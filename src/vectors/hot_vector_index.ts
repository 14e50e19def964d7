/**
 * The index as its users see it: vectors with ids and metadata, in one shared map.
 *
 * @module
 */

import { present, type Sight, sightOf } from "../api/display.ts";
import {
  openHold,
  partsOf,
  SharedMap,
  type SharedMapHandle,
} from "../api/shared_map.ts";
import type { AttachOptions, OpenOptions } from "../api/options.ts";
import { HandleError, received, theMap } from "../errors.ts";
import type { Hold } from "../map/hold.ts";
import { StructureAccess } from "../map/structure_access.ts";
import { storedAt } from "../map/structure_maker.ts";
import { type Item, KEPT } from "./growth.ts";
import { idBytes, type VectorId } from "./id.ts";
import { MetadataCodec } from "./record.ts";
import { rowOf, type VectorLike } from "./row.ts";
import { type VectorIndexStats, vectorStatsOf } from "./stats.ts";
import {
  type AttachVectorIndexOptions,
  type CheckedShape,
  checkShape,
  mapOptions,
  type OpenVectorIndexOptions,
  type VectorIndexOptions,
  type VectorSearchOptions,
} from "./vector_options.ts";
import {
  type Look,
  type VectorEntry,
  type VectorMatch,
  VectorReader,
} from "./vector_reader.ts";
import { IndexSnapshot, type VectorSnapshot } from "./vector_snapshot.ts";
import { found, KEY, VectorWriter } from "./vector_writer.ts";

/** So many vectors are added by one write, at most. */
const MOST_TOGETHER = 64;

/**
 * A vector for {@linkcode HotVectorIndex.prototype.addMany}: its id, its components, and what is
 * stored with it.
 *
 * @typeParam M The type of the metadata.
 */
export type VectorItem<M> = readonly [
  id: VectorId,
  vector: VectorLike,
  metadata?: M,
];

/**
 * What {@linkcode HotVectorIndex.prototype.update} is to change.
 *
 * @typeParam M The type of the metadata.
 */
export interface VectorUpdate<M> {
  /**
   * The new vector.
   *
   * @default {the one that is there}
   */
  vector?: VectorLike | undefined;
  /**
   * The new metadata. If it is there and undefined, they are removed.
   *
   * @default {those that are there}
   */
  metadata?: M | undefined;
}

/**
 * Vectors in shared memory, with ids and metadata: every worker of the process adds, removes and
 * searches them directly. It lives in a {@linkcode SharedMap}, with its snapshots and its files.
 *
 * Every operation is atomic and linearizable. Reads and searches are wait-free: they look at one
 * version of the index, which never changes. Writes are lock-free: each copies the way to what it
 * changes, and takes effect by one compare-and-set; it is tried again only if another worker was
 * faster. A worker that dies in the middle has done all of it or nothing. The one exception is a
 * full index: there a write may wait, for half a second at most, for memory that others still read.
 *
 * A search is exact: it compares the vector with all others, in WebAssembly where that runs.
 *
 * Components are kept as 32-bit floats, and must lie between -2 ** 50 and 2 ** 50.
 *
 * @typeParam M The type of the metadata.
 *
 * @example Usage
 * ```ts
 * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
 * import { assertEquals } from "@std/assert";
 *
 * using index = HotVectorIndex.create({ dimensions: 2 });
 * index.add("east", [1, 0]);
 * index.add("north", [0, 1]);
 * const [closest] = index.search([3, 4], 1);
 * assertEquals(closest.id, "north");
 * assertEquals(closest.score.toFixed(3), "0.800"); // the cosine of the angle
 * ```
 */
export class HotVectorIndex<M = unknown>
  implements Disposable, AsyncDisposable {
  static {
    present(HotVectorIndex.prototype, {
      as: "HotVectorIndex",
      see: (object) =>
        #hold in object
          ? (object as HotVectorIndex<unknown>).#sight
          : undefined,
      toClone:
        "Cannot clone a HotVectorIndex: send `index.handle`, and attach to it with HotVectorIndex.attach(handle) where it arrives",
      toJson:
        "Cannot make JSON of a HotVectorIndex: use index.stats(), or search it",
    });
  }

  readonly #map: SharedMap<string, M>;
  readonly #hold: Hold;
  readonly #access: StructureAccess<string>;
  readonly #codec: MetadataCodec<M>;
  readonly #reader: VectorReader<M>;
  readonly #writer: VectorWriter;

  private constructor(map: SharedMap<string, M>, hold: Hold) {
    if (!(map instanceof SharedMap)) {
      throw new TypeError(
        "Cannot construct HotVectorIndex: use HotVectorIndex.create(options) for an index of its own, HotVectorIndex.open(name, options) for one that workers find by its name, or HotVectorIndex.attach(handle) for another worker's",
      );
    }
    const { access } = partsOf(map);
    this.#map = map;
    this.#hold = hold;
    this.#access = new StructureAccess(access);
    this.#codec = new MetadataCodec(access.values);
    this.#writer = new VectorWriter(access);
    const { segment } = hold.attachment;
    const look: Look = (read, what) => {
      hold.checkReadable(what);
      access.keys.packFast(KEY, what);
      return access.lookup.visit((ref) =>
        read(storedAt(segment, ref), segment)
      );
    };
    this.#reader = new VectorReader(hold, this.#codec, look, access.counts);
  }

  /** The index in a map, which is closed if there is none, or not the one that is wanted. */
  static #over<M>(
    map: SharedMap<string, M>,
    wanted: CheckedShape | undefined,
  ): HotVectorIndex<M> {
    try {
      const hold = openHold(map, "open an index");
      if (wanted !== undefined) found(partsOf(map).access, wanted);
      const index = new HotVectorIndex(map, hold);
      if (wanted !== undefined) index.#checkShape(wanted);
      return index;
    } catch (error) {
      map.close();
      throw error;
    }
  }

  /** What there is to see. */
  get #sight(): Sight {
    const { isOpen } = this.#hold;
    const { details, name } = sightOf(this.#hold);
    const { dimensions, metric, quantize } = this.#reader.shape;
    return {
      name,
      size: isOpen ? this.size : undefined,
      details: {
        dimensions,
        metric,
        quantize,
        ...(isOpen ? { memory: details.memory } : { closed: true }),
      },
    };
  }

  #checkShape(wanted: CheckedShape): void {
    const { shape } = this.#reader;
    for (const part of ["dimensions", "metric", "quantize"] as const) {
      if (shape[part] === wanted[part]) continue;
      throw new HandleError(
        `Cannot open HotVectorIndex: ${
          theMap(this.#hold.attachment.segment.name)
        } has an index whose ${part} is ${
          JSON.stringify(shape[part])
        }: received ${JSON.stringify(wanted[part])}`,
      );
    }
  }

  /**
   * Makes an index.
   *
   * @typeParam M The type of the metadata.
   * @param options What vectors it takes, how they are compared, and how large it is.
   * @returns The index, attached in this worker.
   * @throws {TypeError} If an option has the wrong type.
   * @throws {RangeError} If a size is out of range.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   *
   * using index = HotVectorIndex.create<{ page: number }>({
   *   dimensions: 4,
   *   metric: "euclidean",
   *   maxBytes: 64 * 2 ** 20,
   * });
   * index.add("a", [1, 2, 3, 4], { page: 7 });
   * ```
   */
  static create<M = unknown>(
    options: VectorIndexOptions<M>,
  ): HotVectorIndex<M> {
    const shape = checkShape(options, "create");
    const { dimensions: _, metric: __, quantize: ___, ...rest } = options;
    const map = SharedMap.create<string, M>(
      mapOptions(rest) as OpenOptions<string, M>,
    );
    return HotVectorIndex.#over(map, shape);
  }

  /**
   * Attaches to an index that another worker made, by the handle that `postMessage` brought.
   *
   * @typeParam M The type of the metadata.
   * @param handle The other worker's {@linkcode HotVectorIndex.prototype.handle}.
   * @param options The codec of the metadata, if it is of your own.
   * @returns The index, attached in this worker.
   * @throws {HandleError} If it is not the handle of an index, or its codec is another one.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create({ dimensions: 2 });
   * using same = HotVectorIndex.attach(index.handle); // usually in a worker
   * same.add("a", [1, 2]);
   * assertEquals(index.has("a"), true);
   * ```
   */
  static attach<M = unknown>(
    handle: SharedMapHandle,
    options: AttachVectorIndexOptions<M> = {},
  ): HotVectorIndex<M> {
    const codecs = { value: options.metadata } as AttachOptions<string, M>;
    const map = SharedMap.attach<string, M>(handle, codecs);
    return HotVectorIndex.#over(map, undefined);
  }

  /**
   * Opens an index by its name: joins it if any worker of the process has it open, else makes it.
   * It is found by the same names as maps. With `persist` it survives on disk, as
   * {@linkcode SharedMap.open} says.
   *
   * @typeParam M The type of the metadata.
   * @param name The name, the same in all workers.
   * @param options What vectors it takes, how large it is, how long to wait, and where to keep it
   * on disk.
   * @returns The index, attached in this worker.
   * @throws {TypeError} If the name is not a string, or an option has the wrong type.
   * @throws {RangeError} If a size is out of range.
   * @throws {HandleError} If what has that name has other dimensions, another metric or other
   * codecs, or the worker that has it does not answer.
   * @throws {SnapshotError} If the directory cannot be used.
   * @throws {MapFullError} If what is in the directory does not fit.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * const directory = await Deno.makeTempDir();
   * const options = {
   *   dimensions: 2,
   *   persist: { directory, interval: 60_000 },
   * };
   * {
   *   await using index = await HotVectorIndex.open("pages", options);
   *   index.add("a", [1, 2]);
   * } // here it is on disk
   * {
   *   await using index = await HotVectorIndex.open("pages", options);
   *   assertEquals(index.get("a")?.vector, new Float32Array([1, 2]));
   * }
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  static async open<M = unknown>(
    name: string,
    options: OpenVectorIndexOptions<M>,
  ): Promise<HotVectorIndex<M>> {
    const shape = checkShape(options, "open");
    const { dimensions: _, metric: __, quantize: ___, ...rest } = options;
    const map = await SharedMap.open<string, M>(
      name,
      mapOptions(rest) as OpenOptions<string, M>,
    );
    return HotVectorIndex.#over(map, shape);
  }

  /**
   * What another worker needs to attach to the index.
   *
   * @throws {ClosedError} If the index was closed in this worker.
   */
  get handle(): SharedMapHandle {
    return this.#map.handle;
  }

  /**
   * The number of vectors, at one moment. O(1), wait-free.
   *
   * @throws {ClosedError} If the index was closed in this worker.
   */
  get size(): number {
    return this.#reader.size("count the vectors");
  }

  /**
   * Adds a vector. If there is one with that id, it is replaced, with its metadata. O(log n), and
   * what it takes to copy two blocks of 16 KiB at most; lock-free.
   *
   * @param id What it is found by.
   * @param vector As many numbers as the index has dimensions.
   * @param metadata What is stored with it: anything that the codec takes.
   * @returns Whether the id is new.
   * @throws {TypeError} If the id, the vector or the metadata have the wrong type.
   * @throws {RangeError} If the vector has another length, a component is NaN or too large, or, by
   * the metric `cosine`, it has no direction.
   * @throws {MapFullError} If there is no memory for it.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create({ dimensions: 2 });
   * assertEquals(index.add("a", [1, 2]), true);
   * assertEquals(index.add("a", [3, 4]), false); // replaced
   * assertEquals(index.size, 1);
   * ```
   */
  add(id: VectorId, vector: VectorLike, metadata?: M): boolean {
    const what = "add a vector";
    const item = this.#item(id, vector, metadata, what);
    return this.#writer.put([item], what) === 1;
  }

  /**
   * Adds many vectors, a few dozen by one write: so it takes less time than to add one after the
   * other. Each of these writes is atomic, all of them together are not. If an item is refused,
   * those before it may be there, and those after it are not.
   *
   * @param items Ids, vectors, and metadata.
   * @returns How many of the ids are new.
   * @throws {TypeError} As `add`, and if the items are not iterable.
   * @throws {RangeError} As `add`.
   * @throws {MapFullError} If there is no memory for the next ones.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create({ dimensions: 2 });
   * const added = index.addMany([
   *   [1, [1, 0], "east"],
   *   [2, [0, 1], "north"],
   * ]);
   * assertEquals(added, 2);
   * ```
   */
  addMany(items: Iterable<VectorItem<M>>): number {
    const what = "add vectors";
    checkIterable(items, what);
    let added = 0;
    const together: Item[] = [];
    const flush = () => {
      added += this.#writer.put(together, what);
      together.length = 0;
    };
    for (const item of items) {
      if (!Array.isArray(item)) {
        throw new TypeError(
          `Cannot ${what}: each item must be an array of an id, a vector, and metadata: ${
            received(item)
          }`,
        );
      }
      const [id, vector, metadata] = item as VectorItem<M>;
      together.push(this.#item(id, vector, metadata, what));
      if (together.length === MOST_TOGETHER) flush();
    }
    if (together.length > 0) flush();
    return added;
  }

  #item(
    id: VectorId,
    vector: VectorLike,
    metadata: M | undefined,
    what: string,
  ): Item {
    return {
      id: idBytes(id, what),
      row: rowOf(this.#reader.shape, vector, what),
      metadata: this.#codec.pack(metadata),
    };
  }

  /**
   * The vector of an id, and its metadata. O(log n), wait-free.
   *
   * @returns Copies of both; undefined if there is no vector with that id.
   * @throws {TypeError} If the id is neither a string nor a number.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create<string>({ dimensions: 2 });
   * index.add(7, [1, 2], "seven");
   * assertEquals(index.get(7), {
   *   vector: new Float32Array([1, 2]),
   *   metadata: "seven",
   * });
   * assertEquals(index.get("7"), undefined);
   * ```
   */
  get(id: VectorId): VectorEntry<M> | undefined {
    return this.#reader.get(id, "get a vector");
  }

  /**
   * Whether there is a vector with an id. O(log n), wait-free.
   *
   * @throws {TypeError} If the id is neither a string nor a number.
   * @throws {ClosedError} If the index was closed in this worker.
   */
  has(id: VectorId): boolean {
    return this.#reader.has(id, "look for a vector");
  }

  /**
   * Changes the vector of an id, its metadata, or both, in one step. As `add`, but it does nothing
   * if there is no vector with that id.
   *
   * @param id What it is found by.
   * @param changes What is to be changed; the rest stays.
   * @returns Whether it is there.
   * @throws {TypeError} As `add`.
   * @throws {RangeError} As `add`.
   * @throws {MapFullError} If there is no memory for the change.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create<string>({ dimensions: 2 });
   * index.add("a", [1, 2], "old");
   * assertEquals(index.update("a", { metadata: "new" }), true);
   * assertEquals(index.get("a")?.vector, new Float32Array([1, 2]));
   * assertEquals(index.update("b", { vector: [3, 4] }), false);
   * ```
   */
  update(id: VectorId, changes: VectorUpdate<M>): boolean {
    const what = "update a vector";
    const bytes = idBytes(id, what);
    if (typeof changes !== "object" || changes === null) {
      throw new TypeError(
        `Cannot ${what}: the changes must be an object: ${received(changes)}`,
      );
    }
    const row = changes.vector === undefined
      ? undefined
      : rowOf(this.#reader.shape, changes.vector, what);
    const metadata = "metadata" in changes
      ? this.#codec.pack(changes.metadata)
      : KEPT;
    return this.#writer.update(bytes, row, metadata, what);
  }

  /**
   * Removes a vector, with its metadata. Its memory is free as soon as no worker reads it any more.
   * O(log n), and what it takes to copy four blocks of 16 KiB at most; lock-free.
   *
   * @returns Whether it was there.
   * @throws {TypeError} If the id is neither a string nor a number.
   * @throws {MapFullError} If there is no memory for the change.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create({ dimensions: 2 });
   * index.add("a", [1, 2]);
   * assertEquals(index.remove("a"), true);
   * assertEquals(index.remove("a"), false);
   * ```
   */
  remove(id: VectorId): boolean {
    const what = "remove a vector";
    const bytes = idBytes(id, what);
    return this.#writer.remove(bytes, what);
  }

  /**
   * The vectors that are closest to one, the closest first. It sees one moment of the index.
   * O(vectors × dimensions), wait-free.
   *
   * @param query The vector: as many numbers as the index has dimensions.
   * @param k How many are wanted, an integer above 0. There are fewer results only if there are not
   * so many vectors, or not so many pass the filter.
   * @param options Which vectors may be among them.
   * @returns Ids, scores and metadata. Vectors with one score come in an order of the index's own.
   * @throws {TypeError} If the query or an option has the wrong type.
   * @throws {RangeError} If the query has another length, a component is NaN or too large, or, by
   * the metric `cosine`, it has no direction; or if `k` is no integer above 0.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Only some of them
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create<{ language: string }>({
   *   dimensions: 2,
   *   metric: "euclidean",
   * });
   * index.add("un", [1, 1], { language: "fr" });
   * index.add("deux", [2, 2], { language: "fr" });
   * index.add("two", [2, 2], { language: "en" });
   * const found = index.search([2, 2], 2, {
   *   filter: (_, metadata) => metadata?.language === "fr",
   * });
   * assertEquals(found.map(({ id }) => id), ["deux", "un"]);
   * assertEquals(found[0].score, 0); // the distance
   * ```
   */
  search(
    query: VectorLike,
    k: number,
    options: VectorSearchOptions<M> = {},
  ): VectorMatch<M>[] {
    return this.#reader.search(query, k, options);
  }

  /**
   * Opens a snapshot: the index as it is now, which does not change while it is open.
   *
   * @throws {SnapshotError} If too many snapshots are open in this attachment.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create({ dimensions: 2 });
   * index.add("a", [1, 2]);
   * using before = index.snapshot();
   * index.remove("a");
   * assertEquals([before.size, index.size], [1, 0]);
   * ```
   */
  snapshot(): VectorSnapshot<M> {
    const moment = this.#map.snapshot();
    const at = { tick: moment.tick, time: 0 }; // no index expires
    try {
      const reader = new VectorReader<M>(
        this.#hold,
        this.#codec,
        (read, what) => {
          this.#hold.checkReadable(what);
          moment.has(KEY); // throws if the snapshot was closed
          return this.#access.readAt(KEY, at, read, what);
        },
      );
      return new IndexSnapshot(reader, moment);
    } catch (error) {
      moment.close();
      throw error;
    }
  }

  /**
   * How much there is in the index, how it is used by all workers, and what this object has
   * searched. O(participants).
   *
   * @returns A plain object.
   * @throws {ClosedError} If the index was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
   * import { assertEquals } from "@std/assert";
   *
   * using index = HotVectorIndex.create({ dimensions: 2 });
   * index.add("a", [1, 2]);
   * index.search([3, 4], 1);
   * const { own, size } = index.stats();
   * assertEquals([size, own.searches, own.comparisons], [1, 1, 1]);
   * ```
   */
  stats(): VectorIndexStats {
    const stats = this.#map.stats();
    const { searches, shape } = this.#reader;
    return vectorStatsOf(shape, this.size, stats, searches);
  }

  /**
   * Has an epoch of a persisted index written now, and waits until it is durable.
   *
   * @throws {SnapshotError} If it cannot be written, or the index was opened without `persist`.
   * @throws {ClosedError} If the index was closed in this worker.
   */
  async flush(): Promise<void> {
    await this.#map.flush();
  }

  /**
   * Closes this object, and its snapshots; a second call does nothing. The index lives on in other
   * workers. As {@linkcode SharedMap.prototype.close}.
   */
  close(): void {
    this.#map.close();
  }

  /** The same as {@linkcode HotVectorIndex.prototype.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * The same for `await using`: it also waits until all that this worker wrote to a persisted index
   * is durable.
   *
   * @throws {SnapshotError} If the epoch cannot be written; the index is closed nevertheless.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#map[Symbol.asyncDispose]();
  }
}

function checkIterable(items: unknown, what: string): void {
  if (items !== null && items !== undefined) {
    if (typeof Object(items)[Symbol.iterator] === "function") return;
  }
  throw new TypeError(
    `Cannot ${what}: the items must be iterable, such as an array: ${
      received(items)
    }`,
  );
}
