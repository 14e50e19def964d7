/**
 * Calling commands: what the methods of a store have in common.
 *
 * @module
 */

import { toBinary, toBytes, toText } from "../binary.ts";
import type { Reply } from "../commands/reply.ts";
import { Status } from "../commands/reply.ts";
import { parseCommand } from "../commands/table.ts";
import { received } from "../../errors.ts";
import type { Space } from "../space.ts";

/** A key: a string, which stands for its UTF-8, or bytes. */
export type Key = string | Uint8Array;

/**
 * A value, a member, a field or an element: a string, which stands for its UTF-8, or bytes; or a
 * number, which stands for its decimal form.
 */
export type Value = string | Uint8Array | number | bigint;

/**
 * What {@linkcode CommandCaller.prototype.call} returns: what Redis replies. Words such as OK are
 * strings.
 *
 * @typeParam T What values come back as.
 */
export type CallReply<T> =
  | null
  | number
  | bigint
  | string
  | T
  | CallReply<T>[];

/** How values come back. */
export interface Decoding<T> {
  readonly decode: (binary: string) => T;
}

/** As strings. */
export const AS_TEXT: Decoding<string> = { decode: toText };
/** As bytes. */
export const AS_BYTES: Decoding<Uint8Array<ArrayBuffer>> = { decode: toBytes };

/** The binary string of an argument. Throws a `TypeError`. */
export function wordOf(value: Value): string {
  switch (typeof value) {
    case "number":
    case "bigint":
      return String(value);
    default:
      return toBinary(value, "the argument");
  }
}

/**
 * Calls commands by their names.
 *
 * @typeParam T What values come back as: strings, or bytes.
 */
export abstract class CommandCaller<T> {
  /**
   * Where the commands are run.
   *
   * @internal
   */
  protected readonly space: Space;
  /**
   * How values come back.
   *
   * @internal
   */
  protected readonly decoding: Decoding<T>;

  /**
   * Constructs what calls commands.
   *
   * @internal
   * @param space Where the commands are run.
   * @param decoding How values come back.
   */
  constructor(space: Space, decoding: Decoding<T>) {
    this.space = space;
    this.decoding = decoding;
  }

  /**
   * Calls a command by its name, as a Redis client does, and returns what Redis replies: an integer
   * is a number, or a bigint where that is not exact; a float is a string; nothing is `null`. A
   * command that may wait does not wait here.
   *
   * @param name The name, in upper or lower case.
   * @param args The arguments, in Redis's order.
   * @returns The reply.
   * @throws {StoreError} If there is no such command, or it cannot be done.
   * @throws {TypeError} If an argument is no string, number or bytes.
   * @throws {MapFullError} If there is no memory for what it writes.
   * @throws {ClosedError} If the store was closed in this worker.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * assertEquals(store.call("SET", "a", 1, "EX", 60), "OK");
   * assertEquals(store.call("TTL", "a"), 60);
   * assertEquals(store.call("MGET", "a", "b"), ["1", null]);
   * ```
   */
  call(name: string, ...args: Value[]): CallReply<T> {
    if (typeof name !== "string") {
      throw new TypeError(
        `Cannot call a command: its name must be a string: ${received(name)}`,
      );
    }
    return this.#decoded(this.send(name, ...args));
  }

  #decoded(reply: Reply): CallReply<T> {
    if (reply instanceof Status) return reply.text;
    if (typeof reply === "string") return this.decoding.decode(reply);
    if (!Array.isArray(reply)) return reply as number | bigint | null;
    return reply.map((part) => this.#decoded(part));
  }

  /**
   * Runs a command; returns its reply as it is.
   *
   * @internal
   */
  protected send(name: string, ...args: readonly Value[]): Reply {
    return parseCommand(name, args.map(wordOf))(this.space);
  }

  /**
   * The same where the reply is a number, which is exact.
   *
   * @internal
   */
  protected count(name: string, ...args: readonly Value[]): number {
    return Number(this.send(name, ...args));
  }

  /**
   * The same where the reply is 1 or 0.
   *
   * @internal
   */
  protected is(name: string, ...args: readonly Value[]): boolean {
    return this.send(name, ...args) === 1;
  }

  /**
   * The same where the reply is a value, or nothing.
   *
   * @internal
   */
  protected value(name: string, ...args: readonly Value[]): T | undefined {
    return this.valueOf(this.send(name, ...args));
  }

  /**
   * The same where the reply has values.
   *
   * @internal
   */
  protected values(name: string, ...args: readonly Value[]): T[] {
    return this.valuesOf(this.send(name, ...args));
  }

  /**
   * The same where the reply has values, or nothing in their place.
   *
   * @internal
   */
  protected maybeValues(
    name: string,
    ...args: readonly Value[]
  ): (T | undefined)[] {
    const reply = this.send(name, ...args) as readonly Reply[];
    return reply.map((part) => this.valueOf(part));
  }

  /**
   * The value of a reply, if there is one.
   *
   * @internal
   */
  protected valueOf(reply: Reply): T | undefined {
    return reply === null ? undefined : this.decoding.decode(reply as string);
  }

  /**
   * The values of a reply.
   *
   * @internal
   */
  protected valuesOf(reply: Reply): T[] {
    const { decode } = this.decoding;
    return (reply as readonly string[] | null)?.map(decode) ?? [];
  }

  /**
   * The values of a reply, two by two.
   *
   * @internal
   */
  protected pairsOf(reply: Reply): [T, T][] {
    const values = this.valuesOf(reply);
    return Array.from(
      { length: values.length / 2 },
      (_, i) => [values[2 * i], values[2 * i + 1]],
    );
  }

  /**
   * The members of a reply, each with its score.
   *
   * @internal
   */
  protected scoredOf(reply: Reply): [T, number][] {
    const words = (reply ?? []) as readonly string[];
    return Array.from({ length: words.length / 2 }, (_, i) => [
      this.decoding.decode(words[2 * i]),
      toScore(words[2 * i + 1]),
    ]);
  }
}

/** The score that is written like this. */
export function toScore(text: string): number {
  return text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
}
