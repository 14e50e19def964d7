/**
 * Methods that wait.
 *
 * @module
 */

import { received } from "../../errors.ts";
import type { Blocked } from "../blocked.ts";
import type { Reply } from "../commands/reply.ts";
import { parseCommand } from "../commands/table.ts";
import type { Space } from "../space.ts";
import {
  type Decoding,
  type Key,
  toScore,
  type Value,
  wordOf,
} from "./caller.ts";
import type { ListEnd, PoppedElements } from "./lists.ts";
import type { Hold } from "../../map/hold.ts";
import type {
  StreamRead,
  XreadgroupOptions,
  XreadOptions,
} from "./stream_options.ts";
import { type StreamsToRead, streamWordsOf } from "./streams.ts";
import { wordsOf } from "./options.ts";
import { MessageMethods } from "./pubsub.ts";
import type { PoppedMembers } from "./sorted_sets.ts";

/** Options of the methods that wait. */
export interface BlockingOptions {
  /**
   * How long to wait, in milliseconds, above 0.
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
  /** Ends the wait: the promise is rejected with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

/**
 * All commands, those that wait as well. These return promises: of what was taken, or of undefined
 * if the time was over. Nobody polls: the writer that puts something in wakes the worker. Within a
 * worker they are served in the order in which they came; among workers there is no order. A key
 * that holds something else when the call is made is an error; later, it is waited for.
 *
 * Besides what ends them they are rejected with a `ClosedError` if the store is closed in this
 * worker.
 *
 * @typeParam T What values come back as.
 */
export class StoreView<T> extends MessageMethods<T> {
  readonly #blocked: Blocked;

  /**
   * Constructs what calls commands.
   *
   * @internal
   * @param space Where the commands are run.
   * @param decoding How values come back.
   * @param blocked Those that wait.
   * @param hold The store object.
   */
  constructor(
    space: Space,
    decoding: Decoding<T>,
    blocked: Blocked,
    hold: Hold,
  ) {
    super(space, decoding, hold);
    this.#blocked = blocked;
  }

  /**
   * Takes the first element of the first list that has one, and waits for it.
   *
   * @param keys The lists, or one.
   * @param options How long, and what ends it.
   * @returns The list and the element; undefined: the time was over.
   * @throws {StoreError} If a key holds something else.
   * @throws {TypeError} If an option has the wrong type.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * setTimeout(() => store.rpush("jobs", "a")); // usually in another worker
   * assertEquals(await store.blpop("jobs"), ["jobs", "a"]);
   * ```
   */
  async blpop(
    keys: Key | readonly Key[],
    options?: BlockingOptions,
  ): Promise<[key: T, element: T] | undefined> {
    return this.#pairOf(
      await this.#wait("BLPOP", [...keysOf(keys), 0], options),
    );
  }

  /** The same for the last element. */
  async brpop(
    keys: Key | readonly Key[],
    options?: BlockingOptions,
  ): Promise<[key: T, element: T] | undefined> {
    return this.#pairOf(
      await this.#wait("BRPOP", [...keysOf(keys), 0], options),
    );
  }

  #pairOf(reply: Reply): [T, T] | undefined {
    return reply === null ? undefined : this.valuesOf(reply) as [T, T];
  }

  /** Moves an element as `lmove` does, and waits for it. */
  async blmove(
    from: Key,
    to: Key,
    fromEnd: ListEnd,
    toEnd: ListEnd,
    options?: BlockingOptions,
  ): Promise<T | undefined> {
    const words = [from, to, fromEnd, toEnd, 0];
    return this.valueOf(await this.#wait("BLMOVE", words, options));
  }

  /** Moves an element as `rpoplpush` does, and waits for it. */
  async brpoplpush(
    from: Key,
    to: Key,
    options?: BlockingOptions,
  ): Promise<T | undefined> {
    return this.valueOf(await this.#wait("BRPOPLPUSH", [from, to, 0], options));
  }

  /** Takes elements as `lmpop` does, and waits for them. */
  async blmpop(
    keys: readonly Key[],
    end: ListEnd,
    count = 1,
    options?: BlockingOptions,
  ): Promise<PoppedElements<T> | undefined> {
    const words = [0, keys.length, ...keys, end, "COUNT", count];
    return this.poppedOf(await this.#wait("BLMPOP", words, options));
  }

  /** Takes the member with the lowest score of the first sorted set, and waits for it. */
  async bzpopmin(
    keys: Key | readonly Key[],
    options?: BlockingOptions,
  ): Promise<[key: T, member: T, score: number] | undefined> {
    const words = [...keysOf(keys), 0];
    return this.#scoredIn(await this.#wait("BZPOPMIN", words, options));
  }

  /** The same for the highest score. */
  async bzpopmax(
    keys: Key | readonly Key[],
    options?: BlockingOptions,
  ): Promise<[key: T, member: T, score: number] | undefined> {
    const words = [...keysOf(keys), 0];
    return this.#scoredIn(await this.#wait("BZPOPMAX", words, options));
  }

  #scoredIn(reply: Reply): [T, T, number] | undefined {
    if (reply === null) return undefined;
    const [key, member, score] = reply as [string, string, string];
    const { decode } = this.decoding;
    return [decode(key), decode(member), toScore(score)];
  }

  /** Takes members as `zmpop` does, and waits for them. */
  async bzmpop(
    keys: readonly Key[],
    end: "min" | "max",
    count = 1,
    options?: BlockingOptions,
  ): Promise<PoppedMembers<T> | undefined> {
    const words = [0, keys.length, ...keys, end, "COUNT", count];
    return this.poppedMembersOf(await this.#wait("BZMPOP", words, options));
  }

  /**
   * The entries behind an ID of each stream, at one moment; `"$"` is the last one there.
   *
   * @returns The streams that have any.
   */
  override xread(
    streams: StreamsToRead,
    options?: XreadOptions & { block?: undefined },
  ): StreamRead<T>[];
  /**
   * The same; if there is nothing, it is waited for. Then `"$"` stands for what comes after the
   * call.
   *
   * @returns The streams that have any entry; none, if the time was over.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * setTimeout(() => store.xadd("news", { title: "a" })); // usually in another worker
   * const [{ entries }] = await store.xread({ news: "$" }, { block: {} });
   * assertEquals(entries[0].fields, [["title", "a"]]);
   * ```
   */
  override xread(
    streams: StreamsToRead,
    options: XreadOptions & { block: BlockingOptions },
  ): Promise<StreamRead<T>[]>;
  override xread(
    streams: StreamsToRead,
    { block, ...options }: XreadOptions & {
      block?: BlockingOptions | undefined;
    } = {},
  ): StreamRead<T>[] | Promise<StreamRead<T>[]> {
    if (block === undefined) return super.xread(streams, options);
    return this.#waitToRead("XREAD", options, streams, block);
  }

  /**
   * Entries of streams, at one moment, for a consumer of a group: with `">"` what no consumer has
   * got yet, and with an ID what is pending to this one behind it.
   *
   * @returns The streams that have any; with an ID all of them.
   */
  override xreadgroup(
    group: Value,
    consumer: Value,
    streams: StreamsToRead,
    options?: XreadgroupOptions & { block?: undefined },
  ): StreamRead<T>[];
  /**
   * The same; if there is nothing, it is waited for. Consumers of a group that wait in one worker
   * get what comes in the order in which they came.
   *
   * @throws {StoreError} If there is no such group, or it is removed meanwhile.
   */
  override xreadgroup(
    group: Value,
    consumer: Value,
    streams: StreamsToRead,
    options: XreadgroupOptions & { block: BlockingOptions },
  ): Promise<StreamRead<T>[]>;
  override xreadgroup(
    group: Value,
    consumer: Value,
    streams: StreamsToRead,
    options: XreadgroupOptions & { block?: BlockingOptions | undefined } = {},
  ): StreamRead<T>[] | Promise<StreamRead<T>[]> {
    const { block, ...rest } = options;
    if (block === undefined) {
      return super.xreadgroup(group, consumer, streams, rest);
    }
    const asked = { group: [group, consumer], ...rest };
    return this.#waitToRead("XREADGROUP", asked, streams, block);
  }

  async #waitToRead(
    name: string,
    options: object,
    streams: StreamsToRead,
    block: BlockingOptions,
  ): Promise<StreamRead<T>[]> {
    const words = [
      ...wordsOf(options, "read streams"),
      ...["BLOCK", 0, "STREAMS"],
      ...streamWordsOf(streams),
    ];
    return this.readOf(await this.#wait(name, words, block));
  }

  async #wait(
    name: string,
    words: readonly Value[],
    options: BlockingOptions = {},
  ): Promise<Reply> {
    const { signal, timeout = Infinity } = options;
    if (typeof timeout !== "number" || !(timeout > 0)) {
      throw new TypeError(
        `Cannot wait for something to take: timeout must be milliseconds above 0: ${
          received(timeout)
        }`,
      );
    }
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new TypeError(
        `Cannot wait for something to take: signal must be an AbortSignal: ${
          received(signal)
        }`,
      );
    }
    const run = parseCommand(name, words.map(wordOf));
    return await this.#blocked.run(run, { signal, timeout });
  }
}

function keysOf(keys: Key | readonly Key[]): readonly Key[] {
  return typeof keys === "string" || keys instanceof Uint8Array ? [keys] : keys;
}
