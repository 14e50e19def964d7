/**
 * Subscriptions, as users see them: a loop over messages, or a function that is called with each.
 *
 * @module
 */

import { ChangeStream } from "../../map/change_stream.ts";
import type { Hold } from "../../map/hold.ts";
import { scopeOptionsOf } from "../../map/wait_options.ts";
import { checkAmount, received } from "../../errors.ts";
import { toBinary } from "../binary.ts";
import type { Key } from "../methods/caller.ts";
import { StoreError } from "../errors.ts";
import { type Arrival, MessageBuffer } from "./buffer.ts";
import type { Message } from "./message.ts";
import { type Kind, kindOf, nameOf, textOf } from "./names.ts";
import { Receiver } from "./receiver.ts";

const WHAT = "subscribe";
const BUFFER = { name: "maxBufferedBytes", unit: "bytes" };
const DEFAULT_BUFFER_BYTES = 32 * 2 ** 20;

/**
 * A message that has come for a subscription.
 *
 * @typeParam T What channels and messages come back as: strings, or bytes.
 */
export interface StoreMessage<T> {
  /** Why it has come: for its channel, for a pattern, or for its shard channel. */
  readonly kind: "message" | "pmessage" | "smessage";
  /** The channel that it was published to. */
  readonly channel: T;
  /** What was published. */
  readonly message: T;
  /** The pattern that the channel fits, if it has come for that. */
  readonly pattern?: T;
}

/**
 * Options of {@linkcode StoreView.prototype.subscribe} and its like.
 *
 * @typeParam T What channels and messages come back as: strings, or bytes.
 */
export interface SubscribeOptions<T> {
  /** Ends it: the loop throws the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /**
   * Whether it keeps the program alive. With `false` the program ends when nothing else is left to
   * do.
   *
   * @default {true}
   */
  ref?: boolean | undefined;
  /**
   * How many bytes of messages may wait for a loop that is slow. Each message counts for 64 bytes
   * more than it has. When there are more, the subscription ends, and the loop throws.
   *
   * @default {33554432}
   */
  maxBufferedBytes?: number | undefined;
  /**
   * Is called with each message when it comes, in the place of a loop. What it throws is reported
   * as an uncaught error.
   */
  onMessage?: ((message: StoreMessage<T>) => void) | undefined;
  /**
   * With `onMessage`: is called once if the subscription ends by itself, with what a loop would
   * throw. By default that is reported as an uncaught error if it was cut off, and otherwise not.
   */
  onEnd?: ((reason: unknown) => void) | undefined;
}

/**
 * What one subscriber wants, and the messages that come for it, as
 * {@linkcode StoreView.prototype.subscribe} gives it. Channels, patterns and shard channels can be
 * added and taken away while it goes on. A message that fits several of them comes once for each.
 * A loop ends it when it ends; otherwise `return()`, `using` or the signal does.
 *
 * It ends by itself, with a {@linkcode StoreError} whose code is `"OVERFLOW"`, when messages come
 * faster than the loop takes them, or than this worker does.
 *
 * @typeParam T What channels and messages come back as: strings, or bytes.
 */
export class StoreSubscription<T>
  implements
    AsyncIterableIterator<StoreMessage<T>, undefined>,
    AsyncDisposable,
    Disposable {
  readonly #receiver: Receiver;
  readonly #decode: (binary: string) => T;
  readonly #names = new Set<string>();
  /** How many of them are shard channels. */
  #shards = 0;
  readonly #buffer: MessageBuffer<StoreMessage<T>>;
  readonly #stream: ChangeStream<StoreMessage<T>>;
  readonly #onMessage: ((message: StoreMessage<T>) => void) | undefined;
  #hasEnded = false;

  /**
   * Constructs a subscription to nothing.
   *
   * @internal
   * @param hold The store object that subscribes.
   * @param decode How values come back.
   * @param options The caller's.
   */
  constructor(
    hold: Hold,
    decode: (binary: string) => T,
    options: SubscribeOptions<T>,
  ) {
    const scope = scopeOptionsOf(options, WHAT);
    const { maxBufferedBytes = DEFAULT_BUFFER_BYTES, onEnd, onMessage } =
      options;
    checkAmount(maxBufferedBytes, BUFFER, WHAT);
    checkFunctionOf("onMessage", onMessage);
    checkFunctionOf("onEnd", onEnd);
    hold.checkWritable(WHAT);
    scope.signal?.throwIfAborted();
    this.#receiver = Receiver.of(hold.attachment);
    this.#decode = decode;
    this.#onMessage = onMessage;
    this.#buffer = new MessageBuffer(
      maxBufferedBytes,
      (arrival) => this.#read(arrival),
      () => this.#leave(),
    );
    this.#stream = new ChangeStream(hold, this.#buffer, scope, WHAT);
    if (onMessage !== undefined) this.#tellEnd(onEnd);
  }

  #tellEnd(onEnd: (reason: unknown) => void = reportIfCutOff): void {
    this.#stream.next().catch((reason) => onEnd(reason));
  }

  // ---- what it wants ----------------------------------------------------------------------------

  /**
   * Adds channels: what is published to one from here on comes. O(bytes of the channels),
   * amortized.
   *
   * @param channels The channels.
   * @returns How many channels and patterns there are now.
   * @throws {MapFullError} If there is no memory for one: those before it are added.
   * @throws {TypeError} If the subscription has ended.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * using subscription = store.subscribe("news");
   * assertEquals(subscription.subscribe("sport", "weather"), 3);
   * assertEquals(subscription.unsubscribe("news"), 2);
   * assertEquals(subscription.channels, ["sport", "weather"]);
   * ```
   */
  subscribe(...channels: readonly Key[]): number {
    return this.#add("channel", channels);
  }

  /** Adds patterns, as `subscribe` adds channels: what is published to one that fits comes. */
  psubscribe(...patterns: readonly Key[]): number {
    return this.#add("pattern", patterns);
  }

  /** Adds shard channels, as `subscribe` adds channels; returns how many there are now. */
  ssubscribe(...channels: readonly Key[]): number {
    return this.#add("shard", channels);
  }

  /**
   * Takes channels away, or all of them if none is given. Needs no memory. Messages that have come
   * before are given all the same.
   *
   * @returns How many channels and patterns there are still.
   */
  unsubscribe(...channels: readonly Key[]): number {
    return this.#remove("channel", channels);
  }

  /** Takes patterns away, as `unsubscribe` does channels. */
  punsubscribe(...patterns: readonly Key[]): number {
    return this.#remove("pattern", patterns);
  }

  /** Takes shard channels away, likewise; returns how many there are still. */
  sunsubscribe(...channels: readonly Key[]): number {
    return this.#remove("shard", channels);
  }

  /** The channels, in the order in which they were added. */
  get channels(): T[] {
    return this.#textsOf("channel").map(this.#decode);
  }

  /** The patterns, likewise. */
  get patterns(): T[] {
    return this.#textsOf("pattern").map(this.#decode);
  }

  /** The shard channels, likewise. */
  get shardChannels(): T[] {
    return this.#textsOf("shard").map(this.#decode);
  }

  #add(kind: Kind, texts: readonly Key[]): number {
    const names = namesOf(kind, texts);
    if (this.#hasEnded) {
      throw new TypeError(
        "Cannot subscribe: the subscription has ended: make another one by store.subscribe(channels)",
      );
    }
    for (const name of names) {
      if (this.#names.has(name)) continue;
      this.#receiver.subscribe(name, this);
      this.#names.add(name);
      if (kind === "shard") this.#shards++;
    }
    return this.#count(kind);
  }

  #remove(kind: Kind, texts: readonly Key[]): number {
    const names = texts.length > 0
      ? namesOf(kind, texts)
      : this.#textsOf(kind).map((text) => nameOf(kind, text));
    for (const name of names) {
      if (!this.#names.delete(name)) continue;
      this.#receiver.unsubscribe(name, this);
      if (kind === "shard") this.#shards--;
    }
    return this.#count(kind);
  }

  /** As Redis counts: channels and patterns together, and shard channels by themselves. */
  #count(kind: Kind): number {
    return kind === "shard" ? this.#shards : this.#names.size - this.#shards;
  }

  #textsOf(kind: Kind): string[] {
    return [...this.#names].filter((name) => kindOf(name) === kind)
      .map(textOf);
  }

  // ---- what comes -------------------------------------------------------------------------------

  /**
   * A message has come.
   *
   * @internal
   */
  receive(message: Message, pattern?: string): void {
    const arrival = { message, pattern };
    if (this.#onMessage === undefined) {
      if (!this.#buffer.add(arrival)) this.cutOff();
      return;
    }
    try {
      this.#onMessage(this.#read(arrival));
    } catch (error) {
      reportError(error); // the others are told all the same
    }
  }

  /**
   * Messages are missing.
   *
   * @internal
   */
  cutOff(): void {
    this.#leave();
    this.#buffer.cutOff();
  }

  #read({ message: { name, text }, pattern }: Arrival): StoreMessage<T> {
    const channel = this.#decode(textOf(name));
    const message = this.#decode(text);
    if (pattern !== undefined) {
      const fits = this.#decode(textOf(pattern));
      return { kind: "pmessage", channel, message, pattern: fits };
    }
    const kind = kindOf(name) === "shard" ? "smessage" : "message";
    return { kind, channel, message };
  }

  #leave(): void {
    this.#hasEnded = true;
    for (const name of this.#names) this.#receiver.unsubscribe(name, this);
    this.#names.clear();
    this.#shards = 0;
  }

  // ---- the loop ---------------------------------------------------------------------------------

  /** The next message; waits for one. */
  next(): Promise<IteratorResult<StoreMessage<T>, undefined>> {
    return this.#stream.next();
  }

  /** Ends it. */
  return(): Promise<IteratorResult<StoreMessage<T>, undefined>> {
    return this.#stream.return();
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }

  /** Ends it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stream[Symbol.asyncDispose]();
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Subscribes to the first channels; if that fails, nothing is left of the subscription. */
export function subscriptionTo<T>(
  hold: Hold,
  decode: (binary: string) => T,
  options: SubscribeOptions<T>,
  add: (subscription: StoreSubscription<T>) => void,
): StoreSubscription<T> {
  const subscription = new StoreSubscription(hold, decode, options);
  try {
    add(subscription);
  } catch (error) {
    subscription[Symbol.dispose]();
    throw error;
  }
  return subscription;
}

/** An abort, and the end of the store, are the program's own doing. */
function reportIfCutOff(reason: unknown): void {
  if (reason instanceof StoreError) reportError(reason);
}

function namesOf(kind: Kind, texts: readonly Key[]): string[] {
  const what = kind === "pattern" ? "the pattern" : "the channel";
  return texts.map((text) => nameOf(kind, toBinary(text, what)));
}

function checkFunctionOf(option: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(
    `Cannot ${WHAT}: ${option} must be a function: ${received(value)}`,
  );
}
