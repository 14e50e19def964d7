/**
 * Methods for sets.
 *
 * @module
 */

import type { Key, Value } from "./caller.ts";
import { ListMethods } from "./lists.ts";
import { type Scanned, type ScanOptions, wordsOf } from "./options.ts";

/**
 * The commands on sets of n members. What is about one member, or one by chance, is O(log n); what
 * is about all of them, or makes one set of several, is O(n) or O(n log n). A set that has become
 * empty is not there any more. Members come in no particular order. They throw a `StoreError` with
 * the code `"WRONGTYPE"` if a key holds something else.
 *
 * @typeParam T What values come back as.
 */
export abstract class SetMethods<T> extends ListMethods<T> {
  /**
   * Adds members; returns how many are new.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.sadd("ada", "deno", "wasm");
   * assertEquals(store.sadd("bob", "wasm", "wasm"), 1);
   * assertEquals(store.sinter("ada", "bob"), ["wasm"]);
   * ```
   */
  sadd(key: Key, ...members: Value[]): number {
    return this.count("SADD", key, ...members);
  }

  /** How many members a set has. */
  scard(key: Key): number {
    return this.count("SCARD", key);
  }

  /** The members of the first set that no other one has, at one moment. */
  sdiff(...keys: Key[]): T[] {
    return this.values("SDIFF", ...keys);
  }

  /** Stores what `sdiff` returns, if that is anything; returns how many members it has. */
  sdiffstore(target: Key, ...keys: Key[]): number {
    return this.count("SDIFFSTORE", target, ...keys);
  }

  /** The members that all sets have, at one moment. */
  sinter(...keys: Key[]): T[] {
    return this.values("SINTER", ...keys);
  }

  /** How many that are, counted up to `limit`, unless that is 0. */
  sintercard(keys: readonly Key[], limit = 0): number {
    return this.count("SINTERCARD", keys.length, ...keys, "LIMIT", limit);
  }

  /** Stores what `sinter` returns, if that is anything; returns how many members it has. */
  sinterstore(target: Key, ...keys: Key[]): number {
    return this.count("SINTERSTORE", target, ...keys);
  }

  /** Whether a set has a member. */
  sismember(key: Key, member: Value): boolean {
    return this.is("SISMEMBER", key, member);
  }

  /** All members of a set. */
  smembers(key: Key): T[] {
    return this.values("SMEMBERS", key);
  }

  /** Whether a set has each of several members. */
  smismember(key: Key, ...members: Value[]): boolean[] {
    const reply = this.send("SMISMEMBER", key, ...members) as number[];
    return reply.map((one) => one === 1);
  }

  /** Moves a member from one set to another; returns whether it was in the first one. */
  smove(from: Key, to: Key, member: Value): boolean {
    return this.is("SMOVE", from, to, member);
  }

  /** Removes a member by chance, and returns it; undefined: there is no set. */
  spop(key: Key): T | undefined;
  /** The same for so many members, or as many as there are. */
  spop(key: Key, count: number): T[];
  spop(key: Key, count?: number): T | undefined | T[] {
    return count === undefined
      ? this.value("SPOP", key)
      : this.values("SPOP", key, count);
  }

  /** A member by chance; undefined: there is no set. */
  srandmember(key: Key): T | undefined;
  /** So many different members; or, if `count` is below 0, -count, which may be equal. */
  srandmember(key: Key, count: number): T[];
  srandmember(key: Key, count?: number): T | undefined | T[] {
    return count === undefined
      ? this.value("SRANDMEMBER", key)
      : this.values("SRANDMEMBER", key, count);
  }

  /** Removes members; returns how many were there. */
  srem(key: Key, ...members: Value[]): number {
    return this.count("SREM", key, ...members);
  }

  /**
   * Some of the members, and a cursor to go on with. A member that is there throughout the scan is
   * returned exactly once.
   *
   * @param key The set.
   * @param cursor 0 to begin with, then what the last step returned.
   * @param options What is wanted.
   */
  sscan(key: Key, cursor: number, options?: ScanOptions): Scanned<T> {
    const words = wordsOf(options, "scan a set");
    const [next, members] = this.send("SSCAN", key, cursor, ...words) as [
      string,
      string[],
    ];
    return { cursor: Number(next), items: this.valuesOf(members) };
  }

  /** The members that any of the sets has, at one moment. */
  sunion(...keys: Key[]): T[] {
    return this.values("SUNION", ...keys);
  }

  /** Stores what `sunion` returns, if that is anything; returns how many members it has. */
  sunionstore(target: Key, ...keys: Key[]): number {
    return this.count("SUNIONSTORE", target, ...keys);
  }
}
