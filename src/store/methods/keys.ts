/**
 * Methods for keys, whatever is under them.
 *
 * @module
 */

import type { TypeName } from "../stored.ts";
import { CommandCaller, type Key, type Value } from "./caller.ts";
import {
  type ExpireOptions,
  type KeyScanOptions,
  type Scanned,
  type SortOptions,
  sortWordsOf,
  wordsOf,
} from "./options.ts";

/**
 * The commands on keys. Those that take one key are O(1), and those that take several are O(1) for
 * each, but for what is said.
 *
 * @typeParam T What values come back as.
 */
export abstract class KeyMethods<T> extends CommandCaller<T> {
  /**
   * Copies what is under a key to another one, with its expiry. O(bytes).
   *
   * @param from The key.
   * @param to The other one.
   * @param options `replace`: also if the other one is there.
   * @returns Whether it was copied.
   */
  copy(
    from: Key,
    to: Key,
    options?: { replace?: boolean | undefined },
  ): boolean {
    return this.is("COPY", from, to, ...wordsOf(options, "copy a key"));
  }

  /** How many keys there are, with expired ones until they are swept. O(participants). */
  dbsize(): number {
    return this.count("DBSIZE");
  }

  /**
   * Deletes keys, all at one moment.
   *
   * @param keys The keys.
   * @returns How many were there.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.mset([["a", 1], ["b", 2]]);
   * assertEquals(store.del("a", "b", "c"), 2);
   * ```
   */
  del(...keys: Key[]): number {
    return this.count("DEL", ...keys);
  }

  /** How many of the keys are there, at one moment; one that is given twice counts twice. */
  exists(...keys: Key[]): number {
    return this.count("EXISTS", ...keys);
  }

  /**
   * Has a key expire.
   *
   * @param key The key.
   * @param seconds After how many seconds; 0, or less: it is deleted.
   * @param options When.
   * @returns Whether the expiry was set: not if the key is not there, or `options` say no.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.set("session", "ada");
   * store.expire("session", 60);
   * assertEquals(store.expire("session", 3600, { gt: true }), true);
   * assertEquals(store.ttl("session"), 3600);
   * ```
   */
  expire(key: Key, seconds: number, options?: ExpireOptions): boolean {
    return this.#expire("EXPIRE", key, seconds, options);
  }

  /** Has a key expire at a time in seconds since 1970; otherwise as `expire`. */
  expireat(key: Key, second: number, options?: ExpireOptions): boolean {
    return this.#expire("EXPIREAT", key, second, options);
  }

  /** Has a key expire after some milliseconds; otherwise as `expire`. */
  pexpire(key: Key, ms: number, options?: ExpireOptions): boolean {
    return this.#expire("PEXPIRE", key, ms, options);
  }

  /** Has a key expire at a time in milliseconds since 1970; otherwise as `expire`. */
  pexpireat(key: Key, ms: number, options?: ExpireOptions): boolean {
    return this.#expire("PEXPIREAT", key, ms, options);
  }

  #expire(
    name: string,
    key: Key,
    time: number,
    options: ExpireOptions | undefined,
  ): boolean {
    return this.is(name, key, time, ...wordsOf(options, "set an expiry"));
  }

  /** When a key expires, in seconds since 1970; -1: it does not, -2: it is not there. */
  expiretime(key: Key): number {
    return this.count("EXPIRETIME", key);
  }

  /** The same in milliseconds. */
  pexpiretime(key: Key): number {
    return this.count("PEXPIRETIME", key);
  }

  /** How many seconds a key still lives; -1: it does not expire, -2: it is not there. */
  ttl(key: Key): number {
    return this.count("TTL", key);
  }

  /** The same in milliseconds. */
  pttl(key: Key): number {
    return this.count("PTTL", key);
  }

  /** Takes the expiry of a key away; returns whether there was one. */
  persist(key: Key): boolean {
    return this.is("PERSIST", key);
  }

  /** Deletes all keys, one after the other: those that others set meanwhile may stay. O(keys). */
  flushall(): void {
    this.send("FLUSHALL");
  }

  /** The same as `flushall`. */
  flushdb(): void {
    this.send("FLUSHDB");
  }

  /**
   * All keys that match a glob pattern. O(keys). What is there throughout is returned; what comes
   * or goes meanwhile may be missing.
   */
  keys(pattern: Key): T[] {
    return this.values("KEYS", pattern);
  }

  /**
   * How Redis would encode what is under a key, such as `"listpack"`. O(bytes).
   *
   * @returns The name; undefined if there is no key.
   */
  object(subcommand: "encoding", key: Key): string | undefined;
  /**
   * How a key is used, in a store with the option `track`: how often, as a logarithmic count from 0
   * to 255, or how many seconds ago, by whole minutes. It is what
   * {@linkcode SharedMap.prototype.access} tells of an entry, a hint. O(1).
   *
   * @returns The number; undefined if there is no key, or nothing is known.
   * @throws {StoreError} If the store does not track uses.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assert, assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create({ track: true });
   * store.mset([["hot", 1], ["cold", 2]]);
   * for (let i = 0; i < 10_000; i++) store.get("hot");
   * assert(store.object("freq", "hot")! > store.object("freq", "cold")!);
   * assertEquals(store.object("idletime", "none"), undefined);
   * ```
   */
  object(subcommand: "freq" | "idletime", key: Key): number | undefined;
  object(
    subcommand: "encoding" | "freq" | "idletime",
    key: Key,
  ): string | number | undefined {
    return (this.send("OBJECT", subcommand, key) ?? undefined) as
      | string
      | number
      | undefined;
  }

  /** A key by chance; undefined if there is none. O(1) expected, if most keys are not expired. */
  randomkey(): T | undefined {
    return this.value("RANDOMKEY");
  }

  /**
   * Gives a key another name, with its expiry. If that is in use, what is there is replaced.
   *
   * @throws {StoreError} If the key is not there.
   */
  rename(from: Key, to: Key): void {
    this.send("RENAME", from, to);
  }

  /** The same, if the other name is not in use; returns whether it was given. */
  renamenx(from: Key, to: Key): boolean {
    return this.is("RENAMENX", from, to);
  }

  /**
   * Some of the keys, and a cursor to go on with. A key that is there throughout the scan is
   * returned exactly once, however the store changes meanwhile. O(count).
   *
   * @param cursor 0 to begin with, then what the last step returned.
   * @param options What is wanted.
   * @returns The keys, and the next cursor, which is 0 at the end.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * for (let i = 0; i < 100; i++) store.set(`user:${i}`, i);
   * const found: string[] = [];
   * let cursor = 0;
   * do {
   *   const step = store.scan(cursor, { match: "user:*", count: 20 });
   *   found.push(...step.items);
   *   cursor = step.cursor;
   * } while (cursor !== 0);
   * assertEquals(found.length, 100);
   * ```
   */
  scan(cursor: number, options?: KeyScanOptions): Scanned<T> {
    const words = wordsOf(options, "scan");
    const [next, keys] = this.send("SCAN", cursor, ...words) as [string, never];
    return { cursor: Number(next), items: this.valuesOf(keys) };
  }

  /**
   * The elements of a list, a set or a sorted set, in order; or what their names lead to. O(n log
   * n).
   *
   * @param key The key.
   * @param options What they are sorted by, and what is returned.
   * @returns The elements, or what `get` says.
   * @throws {StoreError} If the key holds something else, or what it is sorted by is no number.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.rpush("ids", 2, 1, 3);
   * store.mset([["name:1", "ada"], ["name:2", "bob"], ["name:3", "cat"]]);
   * assertEquals(store.sort("ids", { get: ["name:*"] }), ["ada", "bob", "cat"]);
   * ```
   */
  sort(key: Key, options?: SortOptions): (T | undefined)[] {
    return this.maybeValues("SORT", key, ...sortWordsOf(options));
  }

  /** The same as `sort`. */
  sort_ro(key: Key, options?: SortOptions): (T | undefined)[] {
    return this.maybeValues("SORT_RO", key, ...sortWordsOf(options));
  }

  /** Stores what `sort` returns as a list; returns its length. */
  sortStore(target: Key, key: Key, options?: SortOptions): number {
    const words: Value[] = [...sortWordsOf(options), "STORE", target];
    return this.count("SORT", key, ...words);
  }

  /** The same as `exists`. */
  touch(...keys: Key[]): number {
    return this.count("TOUCH", ...keys);
  }

  /** The type of what is under a key; `"none"`: it is not there. */
  type(key: Key): TypeName | "none" {
    return this.call("TYPE", key) as TypeName | "none";
  }

  /** The same as `del`. */
  unlink(...keys: Key[]): number {
    return this.count("UNLINK", ...keys);
  }
}
