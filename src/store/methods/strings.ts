/**
 * Methods for strings and their bits.
 *
 * @module
 */

import type { Reply } from "../commands/reply.ts";
import { increment } from "../commands/strings.ts";
import { StoreError } from "../errors.ts";
import { stringOf, toStored } from "../stored.ts";
import { type Key, type Value, wordOf } from "./caller.ts";
import { KeyMethods } from "./keys.ts";
import {
  type GetexOptions,
  type StringSetOptions,
  wordsOf,
} from "./options.ts";

/** What two strings have in common: a range of each, and how long it is. */
export interface CommonRange {
  /** The first and the last index in the one. */
  readonly a: readonly [number, number];
  /** The same in the other. */
  readonly b: readonly [number, number];
  /** The length. */
  readonly length: number;
}

/** One step of {@linkcode StringMethods.prototype.bitfield}. */
export type BitfieldStep =
  | readonly ["get", type: string, offset: number | string]
  | readonly [
    "set" | "incrby",
    type: string,
    offset: number | string,
    value: number | bigint,
  ]
  | readonly ["overflow", how: "wrap" | "sat" | "fail"];

/**
 * The commands on strings. A string is what was set as one, or bytes, or a number, which is its
 * decimal form. All are O(bytes). Those that read or write a string throw a `StoreError` with the
 * code `"WRONGTYPE"` if the key holds something else.
 *
 * @typeParam T What values come back as.
 */
export abstract class StringMethods<T> extends KeyMethods<T> {
  /** Appends to a string, which is made if it is not there; returns its length in bytes. */
  append(key: Key, value: Value): number {
    return this.count("APPEND", key, value);
  }

  /**
   * Subtracts 1 from an integer; otherwise as `incr`.
   */
  decr(key: Key): number {
    return this.#increment(key, -1);
  }

  /** Subtracts from an integer; otherwise as `incrby`. */
  decrby(key: Key, by: number): number;
  /** The same, exact up to 64 bits. */
  decrby(key: Key, by: bigint): bigint;
  decrby(key: Key, by: number | bigint): number | bigint {
    return typeof by === "bigint"
      ? BigInt(this.send("DECRBY", key, by) as number)
      : this.#increment(key, -by);
  }

  /**
   * The string of a key, or undefined.
   *
   * @throws {StoreError} If the key holds something else.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.set("greeting", "hello");
   * assertEquals(store.get("greeting"), "hello");
   * assertEquals(store.bytes.get("greeting"), new TextEncoder().encode("hello"));
   * ```
   */
  get(key: Key): T | undefined {
    const stored = this.space.get(wordOf(key));
    return stored === undefined
      ? undefined
      : this.decoding.decode(stringOf(stored));
  }

  /** The string of a key, which is deleted. */
  getdel(key: Key): T | undefined {
    return this.value("GETDEL", key);
  }

  /** The string of a key, whose expiry is set or taken away. */
  getex(key: Key, options?: GetexOptions): T | undefined {
    return this.value("GETEX", key, ...wordsOf(options, "get a string"));
  }

  /** The bytes from one index on up to, and with, another; -1 is the last one. */
  getrange(key: Key, start: number, end: number): T {
    return this.value("GETRANGE", key, start, end) as T;
  }

  /** The string of a key, which is replaced, and does not expire any more. */
  getset(key: Key, value: Value): T | undefined {
    return this.value("GETSET", key, value);
  }

  /**
   * Adds 1 to an integer, which is 0 if it is not there. The expiry stays. O(1).
   *
   * @returns The sum.
   * @throws {StoreError} If the string is no integer of 64 bits; or if the sum is not exact as a
   * number, which is so above 2 ** 53: use `incrby` with a bigint then. Nothing is changed.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.set("visits", 41);
   * assertEquals(store.incr("visits"), 42);
   * assertEquals(store.incrby("visits", 2n ** 62n), 2n ** 62n + 42n);
   * ```
   */
  incr(key: Key): number {
    return this.#increment(key, 1);
  }

  /** Adds to an integer; otherwise as `incr`. */
  incrby(key: Key, by: number): number;
  /** The same, exact up to 64 bits. */
  incrby(key: Key, by: bigint): bigint;
  incrby(key: Key, by: number | bigint): number | bigint {
    return typeof by === "bigint"
      ? BigInt(this.send("INCRBY", key, by) as number)
      : this.#increment(key, by);
  }

  #increment(key: Key, by: number): number {
    if (!Number.isSafeInteger(by)) {
      throw new StoreError("ERR value is not an integer or out of range");
    }
    const word = wordOf(key);
    return this.space.add(word, by) ?? this.space.change(word, (entry) => {
      const sum = increment(entry, by);
      if (typeof sum === "number") return sum;
      throw new StoreError(
        `ERR the sum ${sum} is not exact as a number: add a bigint`,
      );
    });
  }

  /**
   * Adds to a decimal, which is 0 if it is not there. The sum is exact, with at most 17 places
   * after the point.
   *
   * @throws {StoreError} If the string is no decimal.
   */
  incrbyfloat(key: Key, by: number): number {
    return Number(this.send("INCRBYFLOAT", key, by));
  }

  /** The longest common subsequence of two strings. O(bytes × bytes), in time and memory. */
  lcs(a: Key, b: Key): T {
    return this.value("LCS", a, b) as T;
  }

  /** How long that is. */
  lcsLength(a: Key, b: Key): number {
    return this.count("LCS", a, b, "LEN");
  }

  /**
   * Where that is: the ranges that are alike, from the end on.
   *
   * @param a The one key.
   * @param b The other.
   * @param least How long a range must be.
   */
  lcsRanges(a: Key, b: Key, least = 0): CommonRange[] {
    const words = ["IDX", "WITHMATCHLEN", "MINMATCHLEN", least];
    const [, matches] = this.send("LCS", a, b, ...words) as [
      string,
      [[number, number], [number, number], number][],
    ];
    return matches.map(([inA, inB, length]) => ({ a: inA, b: inB, length }));
  }

  /** The strings of several keys at one moment; undefined for what is no string. */
  mget(...keys: Key[]): (T | undefined)[] {
    return this.maybeValues("MGET", ...keys);
  }

  /**
   * Sets the strings of several keys at one moment; they do not expire.
   *
   * @throws {MapFullError} If there is no memory for all of them: then none is set.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.mset([["a", 1], ["b", 2]]);
   * assertEquals(store.mget("a", "b", "c"), ["1", "2", undefined]);
   * ```
   */
  mset(entries: Iterable<readonly [Key, Value]>): void {
    const words = [...entries].flat();
    if (words.length > 0) this.send("MSET", ...words);
  }

  /** The same, if none of the keys is there; returns whether they were set. */
  msetnx(entries: Iterable<readonly [Key, Value]>): boolean {
    const words = [...entries].flat();
    return words.length === 0 || this.is("MSETNX", ...words);
  }

  /** Sets a string that expires after some milliseconds, above 0. */
  psetex(key: Key, ms: number, value: Value): void {
    this.send("PSETEX", key, ms, value);
  }

  /**
   * Sets the string of a key, whatever is there. Unless the options say otherwise it does not
   * expire.
   *
   * @param key The key.
   * @param value The string.
   * @param options When, and how long it lives.
   * @returns Whether it was set; with `get: true`, the string that was there.
   * @throws {StoreError} If options contradict each other, or a time is no whole number above 0;
   * and with `get: true`, if the key holds something else.
   * @throws {MapFullError} If there is no memory for it.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.set("session", "ada", { ex: 60 });
   * assertEquals(store.set("session", "bob", { nx: true }), false);
   * assertEquals(store.set("session", "bob", { get: true, keepttl: true }), "ada");
   * assertEquals(store.ttl("session"), 60);
   * ```
   */
  set(
    key: Key,
    value: Value,
    options: StringSetOptions & { get: true },
  ): T | undefined;
  /** The same without `get`. */
  set(
    key: Key,
    value: Value,
    options?: StringSetOptions & { get?: false | undefined },
  ): boolean;
  set(
    key: Key,
    value: Value,
    options?: StringSetOptions,
  ): boolean | T | undefined {
    if (options === undefined) {
      this.space.set(wordOf(key), toStored(wordOf(value)));
      return true;
    }
    const words = wordsOf(options, "set a string");
    const reply: Reply = this.send("SET", key, value, ...words);
    return options.get === true ? this.valueOf(reply) : reply !== null;
  }

  /** Sets a string that expires after some seconds, above 0. */
  setex(key: Key, seconds: number, value: Value): void {
    this.send("SETEX", key, seconds, value);
  }

  /** Sets the string of a key, if that is not there; returns whether it was set. */
  setnx(key: Key, value: Value): boolean {
    return this.is("SETNX", key, value);
  }

  /**
   * Overwrites a part of a string; what lies before it is filled with zeros.
   *
   * @returns The length of the string in bytes.
   */
  setrange(key: Key, offset: number, value: Value): number {
    return this.count("SETRANGE", key, offset, value);
  }

  /** The length of a string in bytes; 0, if it is not there. */
  strlen(key: Key): number {
    return this.count("STRLEN", key);
  }

  /** The same as `getrange`. */
  substr(key: Key, start: number, end: number): T {
    return this.value("SUBSTR", key, start, end) as T;
  }

  // ---- bits -------------------------------------------------------------------------------------

  /**
   * How many bits of a string, or of a range of it, are 1.
   *
   * @param key The key.
   * @param range The first and the last index; -1 is the last one. `unit` says of what.
   */
  bitcount(
    key: Key,
    range?: { start: number; end: number; unit?: "byte" | "bit" | undefined },
  ): number {
    if (range === undefined) return this.count("BITCOUNT", key);
    const { start, end, unit = "byte" } = range;
    return this.count("BITCOUNT", key, start, end, unit);
  }

  /**
   * Reads, sets and adds to integers of any width in a string, in this order.
   *
   * @param key The key.
   * @param steps What is done. A type is `"u8"` or `"i5"`: its sign and its bits, up to `"u63"` and
   * `"i64"`. An offset counts in bits, or, as `"#2"`, in integers.
   * @returns A number for each step, but for `"overflow"`: what was read, what was there before it
   * was set, or the sum; undefined: it did not fit, and was to fail.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * const [sum] = store.bitfield("counts", ["incrby", "u8", "#1", 200]);
   * assertEquals(sum, 200);
   * const sums = store.bitfield("counts", ["overflow", "sat"], ["incrby", "u8", "#1", 100]);
   * assertEquals(sums, [255]);
   * ```
   */
  bitfield(
    key: Key,
    ...steps: BitfieldStep[]
  ): (number | bigint | undefined)[] {
    return this.#bitfield("BITFIELD", key, steps);
  }

  /** The same where all steps read. */
  bitfield_ro(
    key: Key,
    ...steps: (readonly ["get", type: string, offset: number | string])[]
  ): (number | bigint | undefined)[] {
    return this.#bitfield("BITFIELD_RO", key, steps);
  }

  #bitfield(
    name: string,
    key: Key,
    steps: readonly BitfieldStep[],
  ): (number | bigint | undefined)[] {
    const reply = this.send(name, key, ...steps.flat());
    return (reply as (number | bigint | null)[]).map((one) => one ?? undefined);
  }

  /** Stores what an operation makes of strings; returns the length of that in bytes. */
  bitop(
    operation: "and" | "or" | "xor" | "not",
    target: Key,
    ...keys: Key[]
  ): number {
    return this.count("BITOP", operation, target, ...keys);
  }

  /**
   * The offset of the first bit that is 1, or 0, in a string, or in a range of it; -1: there is
   * none.
   *
   * @param key The key.
   * @param bit The bit.
   * @param range The first and the last index; `unit` says of what. Without an end, what follows
   * the string counts as 0.
   */
  bitpos(
    key: Key,
    bit: 0 | 1,
    range: {
      start?: number | undefined;
      end?: number | undefined;
      unit?: "byte" | "bit" | undefined;
    } = {},
  ): number {
    const { start = 0, end, unit = "byte" } = range;
    return end === undefined
      ? this.count("BITPOS", key, bit, start)
      : this.count("BITPOS", key, bit, start, end, unit);
  }

  /** A bit of a string. O(1) but for reading it. */
  getbit(key: Key, offset: number): 0 | 1 {
    return this.count("GETBIT", key, offset) as 0 | 1;
  }

  /** Sets a bit of a string, which is filled with zeros up to there; returns the one before. */
  setbit(key: Key, offset: number, bit: 0 | 1): 0 | 1 {
    return this.count("SETBIT", key, offset, bit) as 0 | 1;
  }
}
