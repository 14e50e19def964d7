/**
 * Methods for messages.
 *
 * @module
 */

import type { Hold } from "../../map/hold.ts";
import type { Space } from "../space.ts";
import {
  type StoreSubscription,
  type SubscribeOptions,
  subscriptionTo,
} from "../pubsub/subscription.ts";
import type { Decoding, Key, Value } from "./caller.ts";
import { StreamMethods } from "./streams.ts";

/**
 * The commands on messages, which go from any worker to any other, through the shared memory. A
 * message comes for those who are subscribed at that moment, and is not kept. Those of one
 * publisher come in their order. For how a worker that takes its messages late is cut off, see
 * {@linkcode StoreSubscription}.
 *
 * @typeParam T What values come back as.
 */
export abstract class MessageMethods<T> extends StreamMethods<T> {
  readonly #hold: Hold;

  /**
   * Constructs what calls commands.
   *
   * @internal
   * @param space Where the commands are run.
   * @param decoding How values come back.
   * @param hold The store object that subscribes.
   */
  constructor(space: Space, decoding: Decoding<T>, hold: Hold) {
    super(space, decoding);
    this.#hold = hold;
  }

  /**
   * Sends a message to all who are subscribed to a channel, in any worker. Lock-free; nobody is
   * waited for. O(participants + patterns + bytes × workers that are subscribed).
   *
   * @param channel The channel.
   * @param message What is sent.
   * @returns How many subscribers get it; one that is subscribed to the channel and to patterns
   * counts for each. Those that are being cut off do not count.
   * @throws {MapFullError} If there is no memory for it: then nobody gets it.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * using subscription = store.subscribe("news"); // usually in another worker
   * assertEquals(store.publish("news", "hello"), 1);
   * for await (const { channel, message } of subscription) {
   *   assertEquals([channel, message], ["news", "hello"]);
   *   break;
   * }
   * ```
   */
  publish(channel: Key, message: Value): number {
    return this.count("PUBLISH", channel, message);
  }

  /** Sends a message to all who are subscribed to a shard channel, as `publish` does. */
  spublish(channel: Key, message: Value): number {
    return this.count("SPUBLISH", channel, message);
  }

  /**
   * The channels that somebody is subscribed to, in any worker, in no order: those that fit a
   * pattern, or all. O(channels of all workers).
   */
  pubsub(subcommand: "channels" | "shardchannels", pattern?: Key): T[];
  /** How many subscribers channels have, in all workers, those of patterns aside. */
  pubsub(
    subcommand: "numsub" | "shardnumsub",
    ...channels: Key[]
  ): [channel: T, subscribers: number][];
  /** How many patterns somebody is subscribed to, in any worker. */
  pubsub(subcommand: "numpat"): number;
  pubsub(
    subcommand: string,
    ...words: (Key | undefined)[]
  ): T[] | [T, number][] | number {
    const given = words.filter((word) => word !== undefined);
    const reply = this.send("PUBSUB", subcommand, ...given);
    if (typeof reply === "number") return reply;
    const parts = reply as readonly (string | number)[];
    const { decode } = this.decoding;
    if (!subcommand.toLowerCase().endsWith("numsub")) {
      return parts.map((part) => decode(part as string));
    }
    return Array.from({ length: parts.length / 2 }, (_, i): [T, number] => [
      decode(parts[2 * i] as string),
      parts[2 * i + 1] as number,
    ]);
  }

  /**
   * Subscribes to channels: what is published to one of them, by any worker, comes from here on.
   *
   * @param channels The channels, or one.
   * @param options What ends it, and how much may wait.
   * @returns The subscription: a loop over messages, to which more channels can be added.
   * @throws {MapFullError} If there is no memory to say which channels are wanted.
   * @throws {TypeError} If an option has the wrong type.
   *
   * @example A loop
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * const subscription = store.subscribe(["news", "sport"]);
   * store.publish("sport", "1:0"); // usually in another worker
   * const { value } = await subscription.next();
   * assertEquals(value?.message, "1:0");
   * await subscription.return();
   * ```
   *
   * @example A function
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   *
   * using store = SharedStore.create();
   * using subscription = store.subscribe("news", {
   *   onMessage: ({ message }) => console.log(message),
   *   ref: false,
   * });
   * subscription.subscribe("sport");
   * ```
   */
  subscribe(
    channels: Key | readonly Key[],
    options: SubscribeOptions<T> = {},
  ): StoreSubscription<T> {
    return this.#subscription(
      options,
      (to) => to.subscribe(...listOf(channels)),
    );
  }

  /**
   * Subscribes to all channels that fit patterns, as `subscribe` does to channels. A pattern is a
   * glob, as in `keys`. Those who publish look at each pattern.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * using subscription = store.psubscribe("news.*");
   * store.publish("news.sport", "1:0");
   * const { value } = await subscription.next();
   * assertEquals(value, {
   *   kind: "pmessage",
   *   channel: "news.sport",
   *   message: "1:0",
   *   pattern: "news.*",
   * });
   * ```
   */
  psubscribe(
    patterns: Key | readonly Key[],
    options: SubscribeOptions<T> = {},
  ): StoreSubscription<T> {
    return this.#subscription(
      options,
      (to) => to.psubscribe(...listOf(patterns)),
    );
  }

  /**
   * Subscribes to shard channels: those of `spublish`, which have nothing to do with the others.
   */
  ssubscribe(
    channels: Key | readonly Key[],
    options: SubscribeOptions<T> = {},
  ): StoreSubscription<T> {
    return this.#subscription(
      options,
      (to) => to.ssubscribe(...listOf(channels)),
    );
  }

  #subscription(
    options: SubscribeOptions<T>,
    add: (subscription: StoreSubscription<T>) => void,
  ): StoreSubscription<T> {
    return subscriptionTo(this.#hold, this.decoding.decode, options, add);
  }
}

function listOf(keys: Key | readonly Key[]): readonly Key[] {
  return typeof keys === "string" || keys instanceof Uint8Array ? [keys] : keys;
}
