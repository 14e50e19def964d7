/**
 * Methods for hashes.
 *
 * @module
 */

import { received } from "../../errors.ts";
import type { Key, Value } from "./caller.ts";
import { type Scanned, type ScanOptions, wordsOf } from "./options.ts";
import { SetMethods } from "./sets.ts";

/** Fields and their values: an object, a `Map`, or pairs. */
export type FieldsToSet =
  | Readonly<Record<string, Value>>
  | Iterable<readonly [Value, Value]>;

/**
 * The commands on hashes of n fields. What is about one field, or one by chance, is O(log n), and
 * what is about all of them O(n). A hash that has become empty is not there any more. Fields come
 * in no particular order. They throw a `StoreError` with the code `"WRONGTYPE"` if a key holds
 * something else.
 *
 * @typeParam T What values come back as.
 */
export abstract class HashMethods<T> extends SetMethods<T> {
  /** Removes fields; returns how many were there. */
  hdel(key: Key, ...fields: Value[]): number {
    return this.count("HDEL", key, ...fields);
  }

  /** Whether a hash has a field. */
  hexists(key: Key, field: Value): boolean {
    return this.is("HEXISTS", key, field);
  }

  /** The value of a field; undefined: it is not there. */
  hget(key: Key, field: Value): T | undefined {
    return this.value("HGET", key, field);
  }

  /** All fields with their values; an empty map, if there is no hash. */
  hgetall(key: Key): Map<T, T> {
    return new Map(this.pairsOf(this.send("HGETALL", key)));
  }

  /**
   * Adds to the integer of a field, which is 0 if it is not there.
   *
   * @returns The sum: a bigint, where it is not exact as a number.
   * @throws {StoreError} If the value is no integer, or the sum takes more than 64 bits.
   */
  hincrby(key: Key, field: Value, by: number | bigint): number | bigint {
    return this.send("HINCRBY", key, field, by) as number | bigint;
  }

  /** Adds to the decimal of a field, which is 0 if it is not there; as `incrbyfloat`. */
  hincrbyfloat(key: Key, field: Value, by: number): number {
    return Number(this.send("HINCRBYFLOAT", key, field, by));
  }

  /** All fields of a hash. */
  hkeys(key: Key): T[] {
    return this.values("HKEYS", key);
  }

  /** How many fields a hash has. */
  hlen(key: Key): number {
    return this.count("HLEN", key);
  }

  /** The values of several fields. */
  hmget(key: Key, ...fields: Value[]): (T | undefined)[] {
    return this.maybeValues("HMGET", key, ...fields);
  }

  /** The same as `hset`. */
  hmset(key: Key, fields: FieldsToSet): void {
    this.hset(key, fields);
  }

  /** A field by chance; undefined: there is no hash. */
  hrandfield(key: Key): T | undefined;
  /** So many different fields; or, if `count` is below 0, -count, which may be equal. */
  hrandfield(key: Key, count: number): T[];
  hrandfield(key: Key, count?: number): T | undefined | T[] {
    return count === undefined
      ? this.value("HRANDFIELD", key)
      : this.values("HRANDFIELD", key, count);
  }

  /**
   * Some of the fields with their values, and a cursor to go on with. A field that is there
   * throughout the scan is returned exactly once.
   *
   * @param key The hash.
   * @param cursor 0 to begin with, then what the last step returned.
   * @param options What is wanted.
   */
  hscan(key: Key, cursor: number, options?: ScanOptions): Scanned<[T, T]> {
    const words = wordsOf(options, "scan a hash");
    const [next, fields] = this.send("HSCAN", key, cursor, ...words) as [
      string,
      string[],
    ];
    return { cursor: Number(next), items: this.pairsOf(fields) };
  }

  /**
   * Sets fields, all at one moment.
   *
   * @param key The hash.
   * @param fields The fields and their values; an empty one changes nothing.
   * @returns How many fields are new.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.hset("user:1", { name: "ada", logins: 0 });
   * store.hincrby("user:1", "logins", 1);
   * assertEquals(store.hmget("user:1", "name", "logins"), ["ada", "1"]);
   * ```
   */
  hset(key: Key, fields: FieldsToSet): number {
    const words = [...pairsIn(fields)].flat();
    return words.length === 0 ? 0 : this.count("HSET", key, ...words);
  }

  /** Sets a field, if that is not there; returns whether it was set. */
  hsetnx(key: Key, field: Value, value: Value): boolean {
    return this.is("HSETNX", key, field, value);
  }

  /** The length of the value of a field in bytes; 0, if it is not there. */
  hstrlen(key: Key, field: Value): number {
    return this.count("HSTRLEN", key, field);
  }

  /** The values of all fields. */
  hvals(key: Key): T[] {
    return this.values("HVALS", key);
  }
}

/** The pairs of fields; `what` is what is to be done with them. */
export function pairsIn(
  fields: FieldsToSet,
  what = "set fields",
): Iterable<readonly [Value, Value]> {
  if (typeof fields !== "object" || fields === null) {
    throw new TypeError(
      `Cannot ${what}: they must be an object, a Map, or pairs: ${
        received(fields)
      }`,
    );
  }
  return Symbol.iterator in fields
    ? fields as Iterable<readonly [Value, Value]>
    : Object.entries(fields);
}
