/**
 * Snapshots in memory: the map as it was at one moment, as long as the snapshot is open.
 *
 * @module
 */

import { ClosedError, SnapshotError, theMap } from "../errors.ts";
import { REGISTRY_WORDS } from "../segment/layout.ts";
import { versionAt } from "../table/clock.ts";
import { endOf } from "../table/version.ts";
import type { Attachment, View } from "../map/attachment.ts";
import { present, type Sight } from "./display.ts";
import type { Hold } from "../map/hold.ts";
import type { Part, Taken, VersionReader } from "../map/version_reader.ts";
import { Scan } from "../map/scan.ts";

/**
 * The map as it was at one moment: what {@linkcode SharedMap.prototype.snapshot} opens.
 *
 * It never changes, whatever the workers write meanwhile. While it is open, the map keeps the
 * versions that it shows: so close it when you are done with it. In a full map, writes throw a
 * {@linkcode MapFullError} that names the snapshot once there is nothing younger left to reuse.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 *
 * @example Usage
 * ```ts
 * import { SharedMap } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using map = SharedMap.create<string, number>();
 * map.set("a", 1);
 * using before = map.snapshot();
 * map.set("a", 2);
 * assertEquals([before.get("a"), map.get("a")], [1, 2]);
 * ```
 */
export interface SharedMapSnapshot<K, V> extends Disposable, Iterable<[K, V]> {
  /**
   * The tick of the map's clock that it shows. Later snapshots have the same tick or a greater one:
   * the same if nothing was written in between, and perhaps if they were opened at the same time.
   */
  readonly tick: number;
  /**
   * The same as `tick`.
   *
   * @deprecated Use `tick`: an epoch is what is written to disk.
   */
  readonly epoch: number;
  /** The number of entries. Counted on first use: O(entries). */
  readonly size: number;
  /**
   * The value of a key, or undefined. Wait-free, as in the map; O(1), and a step for each later
   * version of the key that is kept.
   */
  get(key: K): V | undefined;
  /** Whether there is an entry with this key. */
  has(key: K): boolean;
  /** All keys, in no particular order. */
  keys(): MapIterator<K>;
  /** All values. */
  values(): MapIterator<V>;
  /** All entries. */
  entries(): MapIterator<[K, V]>;
  /** The same as `entries`. */
  [Symbol.iterator](): MapIterator<[K, V]>;
  /** Calls `fn` for every entry. */
  forEach(
    fn: (value: V, key: K, snapshot: SharedMapSnapshot<K, V>) => void,
  ): void;
  /**
   * Closes the snapshot, so that the map need not keep its versions any longer; a second call does
   * nothing. The map closes its snapshots when it is closed.
   */
  close(): void;
}

/** For counting: nothing is read of the entries. */
const NOTHING: Part<unknown> = {
  take: () => 0 as unknown as Taken<unknown>,
  finish: () => 0,
};

/** The one implementation. */
export class MapSnapshot<K, V> implements SharedMapSnapshot<K, V>, View {
  static {
    present(MapSnapshot.prototype, {
      as: "SharedMapSnapshot",
      see: (object) =>
        #attachment in object
          ? (object as MapSnapshot<unknown, unknown>).#sight
          : undefined,
      toClone:
        "Cannot clone a SharedMapSnapshot: it is open in one worker: send its entries, `[...snapshot]`, or have the other worker open one of its own",
      toJson:
        "Cannot make JSON of a SharedMapSnapshot: use JSON.stringify([...snapshot]), or JSON.stringify(Object.fromEntries(snapshot)) if its keys are strings",
    });
  }

  readonly tick: number;
  readonly owner: Hold;
  readonly #attachment: Attachment;
  readonly #reader: VersionReader<K, V>;
  readonly registryWord: number;
  readonly #openedAt: number;
  isOpen = true;
  #size: number | undefined;

  constructor(owner: Hold, reader: VersionReader<K, V>) {
    const { attachment } = owner;
    const { participant, segment: { name: mapName } } = attachment;
    this.owner = owner;
    this.#attachment = attachment;
    this.#reader = reader;
    this.registryWord = participant.freeRegistryWord();
    if (this.registryWord === 0) {
      throw new SnapshotError(
        `Cannot open a snapshot of ${
          theMap(mapName)
        }: ${REGISTRY_WORDS} snapshots are open in this attachment: close one`,
        { reason: "too many open snapshots", mapName },
      );
    }
    const moment = attachment.openMomentFor(this);
    if (moment === undefined) {
      throw new SnapshotError(
        `Cannot open a snapshot of ${
          theMap(mapName)
        }: its clock has run out after a billion snapshots with something written between them: create the map anew`,
        { reason: "the clock has run out", mapName },
      );
    }
    this.tick = moment.tick;
    this.#openedAt = moment.time;
  }

  get epoch(): number {
    return this.tick;
  }

  get size(): number {
    this.#checkOpen("count the entries");
    if (this.#size === undefined) {
      let size = 0;
      for (const _ of this.#scan(NOTHING)) size++;
      this.#size = size;
    }
    return this.#size;
  }

  get(key: K): V | undefined {
    const found = this.#look("get an entry", key, (ref) => ({
      value: this.#reader.takeValue(ref),
    }));
    return found && this.#reader.value(found.value);
  }

  has(key: K): boolean {
    return this.#look("look for an entry", key, () => true) ?? false;
  }

  #look<T>(what: string, key: K, then: (ref: number) => T): T | undefined {
    this.#checkOpen(what);
    const { key: scratch, participant, table } = this.#attachment;
    const { keys } = this.#reader;
    const prepared = keys.prepare(key);
    this.#checkOpen(what); // the caller's code may have closed it
    keys.pack(prepared, scratch);
    participant.pin();
    try {
      const ref = this.#select(table.find(scratch));
      return ref === 0 ? undefined : then(ref);
    } finally {
      participant.unpin();
    }
  }

  /** The version that this snapshot shows of a key, from its newest; 0: none. */
  #select(newest: number): number {
    const words = this.#attachment.segment.words;
    const ref = versionAt(words, newest, this.tick);
    return endOf(this.#attachment.segment, ref) > this.#openedAt ? ref : 0;
  }

  keys(): MapIterator<K> {
    return this.#scan(this.#reader.keyPart);
  }

  values(): MapIterator<V> {
    return this.#scan(this.#reader.valuePart);
  }

  entries(): MapIterator<[K, V]> {
    return this.#scan(this.#reader.entryPart);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  #scan<T>(part: Part<T>): MapIterator<T> {
    const checkOpen = () => this.#checkOpen("iterate over the entries");
    checkOpen();
    return new Scan(
      this.#attachment,
      (newest) => this.#select(newest),
      part,
      checkOpen,
    );
  }

  forEach(
    fn: (value: V, key: K, snapshot: SharedMapSnapshot<K, V>) => void,
  ): void {
    for (const [key, value] of this) fn(value, key, this);
  }

  #checkOpen(what: string): void {
    if (this.isOpen) return;
    const mapName = this.#attachment.segment.name;
    throw new ClosedError(
      `Cannot ${what}: the snapshot of ${
        theMap(mapName)
      } was closed: open another one with snapshot()`,
      { mapName },
    );
  }

  /** What there is to see. The size is shown once it is known: counting takes time. */
  get #sight(): Sight {
    const { name, keyCodec: key, valueCodec: value } = this.#attachment.segment;
    const { isOpen, tick } = this;
    const details = { tick, key, value, ...(isOpen ? {} : { closed: true }) };
    return { name, size: this.#size, details };
  }

  close(): void {
    this.#attachment.closeMomentOf(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
