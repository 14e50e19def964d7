/**
 * Methods for lists.
 *
 * @module
 */

import type { Key, Value } from "./caller.ts";
import { type PositionOptions, wordsOf } from "./options.ts";
import { StringMethods } from "./strings.ts";

/** An end of a list. */
export type ListEnd = "left" | "right";

/** What was taken from the first list that had an element. */
export interface PoppedElements<T> {
  /** The list. */
  readonly key: T;
  /** Its elements, in the order in which they were taken. */
  readonly elements: T[];
}

/**
 * The commands on lists of n elements. What is about the ends is O(1) amortised for each element,
 * what is about an index O(log n), and O(k) more for k elements; `linsert`, `lpos` and `lrem` look
 * at all elements, as in Redis. A list that has become empty is not there any more. They throw a
 * `StoreError` with the code `"WRONGTYPE"` if a key holds something else.
 *
 * @typeParam T What values come back as.
 */
export abstract class ListMethods<T> extends StringMethods<T> {
  /** The element at an index; -1 is the last one. */
  lindex(key: Key, index: number): T | undefined {
    return this.value("LINDEX", key, index);
  }

  /**
   * Puts an element in before or after the first one that is equal to `pivot`.
   *
   * @returns The length of the list; -1: there is no such element, 0: there is no list.
   */
  linsert(
    key: Key,
    place: "before" | "after",
    pivot: Value,
    element: Value,
  ): number {
    return this.count("LINSERT", key, place, pivot, element);
  }

  /** How many elements a list has. */
  llen(key: Key): number {
    return this.count("LLEN", key);
  }

  /**
   * Moves an element from an end of one list to an end of another, or of the same, at one moment.
   *
   * @param from The list that it is taken from.
   * @param to The list that it is put into.
   * @param fromEnd The end that it is taken from.
   * @param toEnd The end that it is put in at.
   * @returns The element; undefined: there is none.
   *
   * @example A queue whose jobs are not lost when a worker dies
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.rpush("jobs", "a", "b");
   * const job = store.lmove("jobs", "in work", "left", "right")!;
   * // … and when it is done:
   * store.lrem("in work", 1, job);
   * assertEquals([job, store.llen("jobs"), store.llen("in work")], ["a", 1, 0]);
   * ```
   */
  lmove(
    from: Key,
    to: Key,
    fromEnd: ListEnd,
    toEnd: ListEnd,
  ): T | undefined {
    return this.value("LMOVE", from, to, fromEnd, toEnd);
  }

  /** Takes elements from the first of several lists that is there; undefined: none is. */
  lmpop(
    keys: readonly Key[],
    end: ListEnd,
    count = 1,
  ): PoppedElements<T> | undefined {
    const words = [keys.length, ...keys, end, "COUNT", count];
    return this.poppedOf(this.send("LMPOP", ...words));
  }

  /** What LMPOP replies. */
  protected poppedOf(reply: unknown): PoppedElements<T> | undefined {
    if (reply === null) return undefined;
    const [key, elements] = reply as [string, string[]];
    const { decode } = this.decoding;
    return { key: decode(key), elements: elements.map(decode) };
  }

  /** Takes the first element; undefined: there is none. */
  lpop(key: Key): T | undefined;
  /** Takes so many elements from the beginning, or as many as there are. */
  lpop(key: Key, count: number): T[];
  lpop(key: Key, count?: number): T | undefined | T[] {
    return this.#pop("LPOP", key, count);
  }

  #pop(name: string, key: Key, count?: number): T | undefined | T[] {
    return count === undefined
      ? this.value(name, key)
      : this.values(name, key, count);
  }

  /** The index of an element; undefined: it is not there. */
  lpos(
    key: Key,
    element: Value,
    options?: PositionOptions & { count?: undefined },
  ): number | undefined;
  /** The indices of an element. */
  lpos(
    key: Key,
    element: Value,
    options: PositionOptions & { count: number },
  ): number[];
  lpos(
    key: Key,
    element: Value,
    options?: PositionOptions,
  ): number | undefined | number[] {
    const words = wordsOf(options, "look for an element");
    const reply = this.send("LPOS", key, element, ...words);
    return (reply ?? undefined) as number | undefined | number[];
  }

  /**
   * Puts elements in at the beginning, one after the other: the last one is the first then.
   *
   * @returns The length of the list.
   */
  lpush(key: Key, ...elements: Value[]): number {
    return this.count("LPUSH", key, ...elements);
  }

  /** The same, if the list is there; else it returns 0. */
  lpushx(key: Key, ...elements: Value[]): number {
    return this.count("LPUSHX", key, ...elements);
  }

  /**
   * The elements from one index on up to, and with, another; -1 is the last one.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.rpush("list", "a", "b", "c");
   * assertEquals(store.lrange("list", 0, -1), ["a", "b", "c"]);
   * assertEquals(store.lrange("list", -2, -1), ["b", "c"]);
   * ```
   */
  lrange(key: Key, start: number, stop: number): T[] {
    return this.values("LRANGE", key, start, stop);
  }

  /**
   * Removes elements that are equal to `element`: `count` from the beginning on, or, if that is
   * below 0, from the end on; 0: all of them.
   *
   * @returns How many were removed.
   */
  lrem(key: Key, count: number, element: Value): number {
    return this.count("LREM", key, count, element);
  }

  /**
   * Replaces the element at an index; -1 is the last one.
   *
   * @throws {StoreError} If there is no such element, or no list.
   */
  lset(key: Key, index: number, element: Value): void {
    this.send("LSET", key, index, element);
  }

  /** Removes what is not between one index and another; -1 is the last one. */
  ltrim(key: Key, start: number, stop: number): void {
    this.send("LTRIM", key, start, stop);
  }

  /** Takes the last element; undefined: there is none. */
  rpop(key: Key): T | undefined;
  /** Takes so many elements from the end, the last one first, or as many as there are. */
  rpop(key: Key, count: number): T[];
  rpop(key: Key, count?: number): T | undefined | T[] {
    return this.#pop("RPOP", key, count);
  }

  /** `lmove` from the end of one list to the beginning of another. */
  rpoplpush(from: Key, to: Key): T | undefined {
    return this.value("RPOPLPUSH", from, to);
  }

  /** Puts elements in at the end; returns the length of the list. */
  rpush(key: Key, ...elements: Value[]): number {
    return this.count("RPUSH", key, ...elements);
  }

  /** The same, if the list is there; else it returns 0. */
  rpushx(key: Key, ...elements: Value[]): number {
    return this.count("RPUSHX", key, ...elements);
  }
}
