/**
 * Methods for streams.
 *
 * @module
 */

import type { Reply } from "../commands/reply.ts";
import type { Key, Value } from "./caller.ts";
import { GeoMethods } from "./geo.ts";
import { type FieldsToSet, pairsIn } from "./hashes.ts";
import { wordsOf } from "./options.ts";
import {
  type Claimed,
  type ConsumerInfo,
  type GroupInfo,
  namedIn,
  numberIn,
  type PendingEntry,
  type PendingRange,
  type PendingSummary,
  type StreamEntry,
  type StreamInfo,
  type StreamRead,
  type TrimOptions,
  trimWordsOf,
  type XaddOptions,
  type XautoclaimOptions,
  type XclaimOptions,
  type XgroupCreateOptions,
  type XgroupOptions,
  type XrangeOptions,
  type XreadgroupOptions,
  type XreadOptions,
  type XsetidOptions,
} from "./stream_options.ts";

/** Streams, and for each an ID: an object, a `Map`, or pairs. */
export type StreamsToRead =
  | Readonly<Record<string, string>>
  | Iterable<readonly [Key, string]>;

/**
 * The commands on streams of n entries. What is about one entry, one that is pending, a group or a
 * consumer is O(log n), and O(log n + k) for k entries; trimming and removing a group is O(log n),
 * however many go. A stream is there until its key is deleted, also without an entry. All but those
 * that wait are lock-free. They throw a `StoreError` with the code `"WRONGTYPE"` if a key holds
 * something else, and with the code `"NOGROUP"` if there is no such group.
 *
 * An ID is a time in milliseconds and a number, as in `"1700000000000-0"`. As a bound of a range
 * `"-"` and `"+"` are the ends, a time alone stands for all its numbers, and `"("` before an ID
 * leaves that out.
 *
 * @typeParam T What values come back as.
 */
export abstract class StreamMethods<T> extends GeoMethods<T> {
  /**
   * Says that entries which were delivered to a consumer need not be delivered again.
   *
   * @returns How many of them were pending.
   */
  xack(key: Key, group: Value, ...ids: string[]): number {
    return ids.length === 0 ? 0 : this.count("XACK", key, group, ...ids);
  }

  /**
   * Adds an entry at the end of a stream, which is made if it is not there, and trims it if that is
   * wanted. O(log n).
   *
   * @param key The stream.
   * @param fields The fields of the entry: at least one.
   * @param options Its ID, and what is trimmed.
   * @returns Its ID; undefined: the stream is not there, and `nomkstream` was said.
   * @throws {StoreError} If the ID is not above all that there have been.
   * @throws {MapFullError} If there is no memory for it.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.xadd("orders", { item: "tea", pieces: 2 }, { id: "1-1" });
   * store.xadd("orders", { item: "cups" }, { id: "1-*", maxlen: 1000 });
   * assertEquals(store.xrange("orders", "-", "+", { count: 1 }), [
   *   { id: "1-1", fields: [["item", "tea"], ["pieces", "2"]] },
   * ]);
   * assertEquals(store.xlen("orders"), 2);
   * ```
   */
  xadd(
    key: Key,
    fields: FieldsToSet,
    options: XaddOptions = {},
  ): string | undefined {
    const { id = "*", nomkstream, ...trimming } = options;
    const words = [...pairsIn(fields, "add an entry of these fields")].flat();
    const reply = this.send(
      "XADD",
      key,
      ...(nomkstream ? ["NOMKSTREAM"] : []),
      ...trimWordsOf(trimming),
      id,
      ...words,
    );
    return reply === null ? undefined : reply as string;
  }

  /**
   * Gives a consumer what is pending for so long, and counts one more delivery of each: a step,
   * from an ID on.
   *
   * @param key The stream.
   * @param group The group.
   * @param consumer The consumer, which is made if it is not there.
   * @param idle For how many milliseconds it is pending at least.
   * @param start The ID to begin with, as in `xrange`.
   * @param options How many.
   */
  xautoclaim(
    key: Key,
    group: Value,
    consumer: Value,
    idle: number,
    start: string,
    options?: XautoclaimOptions & { justid?: false | undefined },
  ): Claimed<StreamEntry<T>>;
  /** The same; what comes back are the IDs, and no delivery is counted. */
  xautoclaim(
    key: Key,
    group: Value,
    consumer: Value,
    idle: number,
    start: string,
    options: XautoclaimOptions & { justid: true },
  ): Claimed<string>;
  xautoclaim(
    key: Key,
    group: Value,
    consumer: Value,
    idle: number,
    start: string,
    options: XautoclaimOptions & { justid?: boolean | undefined } = {},
  ): Claimed<StreamEntry<T>> | Claimed<string> {
    const words = wordsOf(options, "claim entries");
    const [cursor, claimed, deleted] = this.send(
      "XAUTOCLAIM",
      key,
      group,
      consumer,
      idle,
      start,
      ...words,
    ) as [string, string[], string[]];
    return options.justid
      ? { cursor, entries: [...claimed], deleted: [...deleted] }
      : { cursor, entries: this.#entriesOf(claimed), deleted: [...deleted] };
  }

  /**
   * Gives a consumer entries that are pending to others, or to itself, for so long.
   *
   * @param key The stream.
   * @param group The group.
   * @param consumer The consumer, which is made if it is not there.
   * @param idle For how many milliseconds they are pending at least.
   * @param ids The IDs of the entries.
   * @param options What is said of their delivery.
   * @returns Those that it was given.
   */
  xclaim(
    key: Key,
    group: Value,
    consumer: Value,
    idle: number,
    ids: readonly string[],
    options?: XclaimOptions & { justid?: false | undefined },
  ): StreamEntry<T>[];
  /** The same; what comes back are the IDs, and no delivery is counted. */
  xclaim(
    key: Key,
    group: Value,
    consumer: Value,
    idle: number,
    ids: readonly string[],
    options: XclaimOptions & { justid: true },
  ): string[];
  xclaim(
    key: Key,
    group: Value,
    consumer: Value,
    idle: number,
    ids: readonly string[],
    options: XclaimOptions & { justid?: boolean | undefined } = {},
  ): StreamEntry<T>[] | string[] {
    if (ids.length === 0) return [];
    const words = [...ids, ...wordsOf(options, "claim entries")];
    const reply = this.send("XCLAIM", key, group, consumer, idle, ...words);
    return options.justid
      ? [...reply as readonly string[]]
      : this.#entriesOf(reply);
  }

  /** Deletes entries; returns how many were there. What is pending stays so. */
  xdel(key: Key, ...ids: string[]): number {
    return ids.length === 0 ? 0 : this.count("XDEL", key, ...ids);
  }

  /**
   * Makes a group of consumers, which reads what comes behind an ID; `"$"` is the last one there.
   *
   * @throws {StoreError} If there is no stream, or a group of this name.
   *
   * @example Jobs, each of which is done by one worker
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.xgroup("create", "jobs", "painters", "$", { mkstream: true });
   * store.xadd("jobs", { paint: "door" }, { id: "1-1" });
   *
   * // In each worker, with a name of its own:
   * const [{ entries }] = store.xreadgroup("painters", "ada", { jobs: ">" });
   * assertEquals(entries, [{ id: "1-1", fields: [["paint", "door"]] }]);
   * assertEquals(store.xack("jobs", "painters", "1-1"), 1); // it is done
   * ```
   */
  xgroup(
    what: "create",
    key: Key,
    group: Value,
    id: string,
    options?: XgroupCreateOptions,
  ): void;
  /** Sets the ID behind which a group reads. */
  xgroup(
    what: "setid",
    key: Key,
    group: Value,
    id: string,
    options?: XgroupOptions,
  ): void;
  /** Removes a group, with its consumers and what is pending; returns whether it was there. */
  xgroup(what: "destroy", key: Key, group: Value): boolean;
  /** Makes a consumer; returns whether it was not there yet. */
  xgroup(
    what: "createconsumer",
    key: Key,
    group: Value,
    consumer: Value,
  ): boolean;
  /** Removes a consumer, and what is pending to it; returns how much that was. */
  xgroup(
    what: "delconsumer",
    key: Key,
    group: Value,
    consumer: Value,
  ): number;
  xgroup(
    what: string,
    key: Key,
    group: Value,
    other?: Value,
    options?: XgroupCreateOptions,
  ): void | boolean | number {
    const words = other === undefined ? [] : [other];
    const reply = this.send(
      "XGROUP",
      what,
      key,
      group,
      ...words,
      ...wordsOf(options, "change a group"),
    );
    if (what === "delconsumer") return reply as number;
    return typeof reply === "number" ? reply === 1 : undefined;
  }

  /** What there is to know about a stream. */
  xinfo(what: "stream", key: Key): StreamInfo<T>;
  /** The groups of a stream, in the order of the bytes of their names. */
  xinfo(what: "groups", key: Key): GroupInfo<T>[];
  /** The consumers of a group, likewise. */
  xinfo(what: "consumers", key: Key, group: Value): ConsumerInfo<T>[];
  xinfo(
    what: "stream" | "groups" | "consumers",
    key: Key,
    group?: Value,
  ): StreamInfo<T> | GroupInfo<T>[] | ConsumerInfo<T>[] {
    const words = group === undefined ? [] : [group];
    const reply = this.send("XINFO", what, key, ...words) as Reply[];
    switch (what) {
      case "stream":
        return this.#streamInfoOf(reply);
      case "groups":
        return reply.map((one) => this.#groupInfoOf(one));
      default:
        return reply.map((one) => this.#consumerInfoOf(one));
    }
  }

  #streamInfoOf(reply: Reply): StreamInfo<T> {
    const at = namedIn(reply);
    const entryAt = (name: string) =>
      at(name) === null ? undefined : this.#entryOf(at(name));
    return {
      length: Number(at("length")),
      lastGeneratedId: at("last-generated-id") as string,
      maxDeletedEntryId: at("max-deleted-entry-id") as string,
      entriesAdded: Number(at("entries-added")),
      groups: Number(at("groups")),
      firstEntry: entryAt("first-entry"),
      lastEntry: entryAt("last-entry"),
    };
  }

  #groupInfoOf(reply: Reply): GroupInfo<T> {
    const at = namedIn(reply);
    return {
      name: this.decoding.decode(at("name") as string),
      consumers: Number(at("consumers")),
      pending: Number(at("pending")),
      lastDeliveredId: at("last-delivered-id") as string,
      entriesRead: numberIn(at("entries-read")),
      lag: numberIn(at("lag")),
    };
  }

  #consumerInfoOf(reply: Reply): ConsumerInfo<T> {
    const at = namedIn(reply);
    return {
      name: this.decoding.decode(at("name") as string),
      pending: Number(at("pending")),
      idle: Number(at("idle")),
    };
  }

  /** How many entries a stream has. O(1). */
  xlen(key: Key): number {
    return this.count("XLEN", key);
  }

  /** What was delivered to the consumers of a group, and not acknowledged, summed up. */
  xpending(key: Key, group: Value): PendingSummary<T>;
  /** The same, each entry, in a range of IDs. */
  xpending(key: Key, group: Value, range: PendingRange): PendingEntry<T>[];
  xpending(
    key: Key,
    group: Value,
    range?: PendingRange,
  ): PendingSummary<T> | PendingEntry<T>[] {
    if (range === undefined) {
      return this.#summaryOf(this.send("XPENDING", key, group));
    }
    const { consumer, count, end = "+", idle, start = "-" } = range;
    const reply = this.send(
      "XPENDING",
      key,
      group,
      ...(idle === undefined ? [] : ["IDLE", idle]),
      start,
      end,
      count,
      ...(consumer === undefined ? [] : [consumer]),
    ) as [id: string, consumer: string, idle: number, deliveries: number][];
    return reply.map(([id, consumer, idle, deliveries]) => ({
      id,
      consumer: this.decoding.decode(consumer),
      idle,
      deliveries: Number(deliveries),
    }));
  }

  #summaryOf(reply: Reply): PendingSummary<T> {
    const [count, first, last, consumers] = reply as [
      number,
      string | null,
      string | null,
      [string, string][] | null,
    ];
    return {
      count,
      first: first ?? undefined,
      last: last ?? undefined,
      consumers: (consumers ?? []).map(([name, count]) => [
        this.decoding.decode(name),
        Number(count),
      ]),
    };
  }

  /**
   * The entries from one ID up to, and with, another. O(log n + k).
   *
   * @param key The stream.
   * @param start The first ID, or `"-"`.
   * @param end The last ID, or `"+"`.
   * @param options How many.
   */
  xrange(
    key: Key,
    start: string,
    end: string,
    options?: XrangeOptions,
  ): StreamEntry<T>[] {
    const words = wordsOf(options, "read a range");
    return this.#entriesOf(this.send("XRANGE", key, start, end, ...words));
  }

  /** The same from the last one on: so the last ID comes first. */
  xrevrange(
    key: Key,
    end: string,
    start: string,
    options?: XrangeOptions,
  ): StreamEntry<T>[] {
    const words = wordsOf(options, "read a range");
    return this.#entriesOf(this.send("XREVRANGE", key, end, start, ...words));
  }

  /**
   * The entries behind an ID of each stream, at one moment; `"$"` is the last one there.
   *
   * @returns The streams that have any.
   */
  xread(streams: StreamsToRead, options?: XreadOptions): StreamRead<T>[] {
    const words = wordsOf(options, "read streams");
    return this.readOf(
      this.send("XREAD", ...words, "STREAMS", ...streamWordsOf(streams)),
    );
  }

  /**
   * Entries of streams, at one moment, for a consumer of a group: with `">"` what no consumer has
   * got yet, and with an ID what is pending to this one behind it.
   *
   * @param group The group.
   * @param consumer The consumer, which is made if it is not there.
   * @param streams The streams.
   * @param options How many.
   * @returns The streams that have any; with an ID all of them.
   */
  xreadgroup(
    group: Value,
    consumer: Value,
    streams: StreamsToRead,
    options?: XreadgroupOptions,
  ): StreamRead<T>[] {
    const words = wordsOf(options, "read streams");
    const reply = this.send(
      "XREADGROUP",
      "GROUP",
      group,
      consumer,
      ...words,
      "STREAMS",
      ...streamWordsOf(streams),
    );
    return this.readOf(reply);
  }

  /**
   * Sets the ID behind which new entries come.
   *
   * @throws {StoreError} If there is no stream, or it has an entry with a greater ID.
   */
  xsetid(key: Key, id: string, options?: XsetidOptions): void {
    this.send("XSETID", key, id, ...wordsOf(options, "set the ID of a stream"));
  }

  /** Removes entries at the beginning; returns how many. O(log n). */
  xtrim(key: Key, options: TrimOptions): number {
    return this.count("XTRIM", key, ...trimWordsOf(options));
  }

  /**
   * What XREAD replies.
   *
   * @internal
   */
  protected readOf(reply: Reply): StreamRead<T>[] {
    const streams = (reply ?? []) as readonly [string, Reply][];
    return streams.map(([key, entries]) => ({
      key: this.decoding.decode(key),
      entries: this.#entriesOf(entries),
    }));
  }

  #entriesOf(reply: Reply): StreamEntry<T>[] {
    return ((reply ?? []) as readonly Reply[]).map((one) => this.#entryOf(one));
  }

  #entryOf(reply: Reply): StreamEntry<T> {
    const [id, fields] = reply as [string, Reply];
    return { id, fields: this.pairsOf(fields) };
  }
}

/** The words of streams to read: the keys, and then the IDs. */
export function streamWordsOf(streams: StreamsToRead): Value[] {
  const pairs = [...pairsIn(streams, "read these streams")];
  return [...pairs.map(([key]) => key), ...pairs.map(([, id]) => id)];
}
