/**
 * Collections, as commands see them: working copies, whose changes count when they are put back.
 *
 * A small one is a pack, one value (`compact/pack.ts`), a large one is trees (`tree/views.ts`), and
 * in a transaction what that has changed lies over the trees (`tree/overlays.ts`).
 *
 * Elements, members and fields are binary strings. An index is in range, unless something else is
 * said.
 *
 * @module
 */

import type { StreamHead } from "./stream/head.ts";

/** What every collection has. */
export interface Collection {
  /** Of the kinds in `stored.ts`. */
  readonly kind: number;
  /** The number of elements, members or fields. */
  readonly length: number;
}

/** A list. */
export interface List extends Collection {
  at(index: number): string;
  /** The elements from one index on up to, but not, another. */
  slice(from: number, to: number): string[];
  /** Puts elements in before the one at an index, or at the end. */
  insert(index: number, elements: readonly string[]): void;
  replace(index: number, element: string): void;
  /** Removes the element at an index; returns it. */
  take(index: number): string;
  /** Removes the elements at these indices, which ascend. */
  remove(indices: readonly number[]): void;
  /** Removes the elements from one index on up to, but not, another. */
  removeRange(from: number, to: number): void;
}

/** A part of a collection that a scan gives, and where it goes on: 0 at the end. */
export interface ScanStep<T> {
  readonly cursor: number;
  readonly items: readonly T[];
}

/** A set. Its members have an order, which is not the caller's. */
export interface Members extends Collection {
  has(member: string): boolean;
  /** Adds members; returns how many are new. */
  add(members: readonly string[]): number;
  /** Removes members; returns how many were there. */
  remove(members: readonly string[]): number;
  at(index: number): string;
  all(): string[];
  /** At least `count` members from a cursor on, if there are as many. */
  scan(cursor: number, count: number): ScanStep<string>;
}

/** A field and its value. */
export type Field = readonly [field: string, value: string];

/** A hash. Its fields have an order, which is not the caller's. */
export interface Fields extends Collection {
  get(field: string): string | undefined;
  /** Sets fields; returns how many are new. Of a field that is given twice the last one counts. */
  set(fields: readonly Field[]): number;
  /** Removes fields; returns how many were there. */
  remove(fields: readonly string[]): number;
  at(index: number): Field;
  all(): Field[];
  /** At least `count` fields from a cursor on, if there are as many. */
  scan(cursor: number, count: number): ScanStep<Field>;
}

/** A member and its score. */
export type Scored = readonly [member: string, score: number];

/** A sorted set: its members in the order of their scores, and of their bytes. */
export interface SortedSet extends Collection {
  scoreOf(member: string): number | undefined;
  /** Sets the scores of members, each of which is given once. */
  set(members: readonly Scored[]): void;
  /** Removes members; returns how many were there. */
  remove(members: readonly string[]): number;
  /** Removes the members from one index on up to, but not, another. */
  removeRange(from: number, to: number): void;
  /** The members from one index on up to, but not, another. */
  slice(from: number, to: number): Scored[];
  indexOf(member: string): number | undefined;
  /** How many members have a lower score; or, with `isAfter`, also those that have this one. */
  countBelow(score: number, isAfter: boolean): number;
  /** How many members come before a member, which may not be there; with `isAfter`, with it. */
  countBefore(member: string, isAfter: boolean): number;
  /** At least `count` members from a cursor on, if there are as many. */
  scan(cursor: number, count: number): ScanStep<Scored>;
}

/** What an item is found by: two words, compared as unsigned numbers, and then bytes. */
export interface ItemKey {
  readonly high: number;
  readonly low: number;
  readonly content: Uint8Array;
}

/** An item: its key, and what it has with it. */
export interface Item extends ItemKey {
  readonly value: Uint8Array;
}

/** Items in the order of their keys. The bytes of those it gives are good until it changes. */
export interface SortedItems {
  readonly length: number;
  /** How many items come before a key. */
  countBefore(key: ItemKey): number;
  /** What the item with a key has with it; undefined: there is none. */
  get(key: ItemKey): Uint8Array | undefined;
  /** The items from one index on up to, but not, another. */
  slice(from: number, to: number): Item[];
  /** Puts an item in, also in the place of the one with its key. */
  put(item: Item): void;
  /** Removes the items from one index on up to, but not, another. */
  removeRange(from: number, to: number): void;
}

/** A stream. It is there without an entry, too. `length` is the number of its entries. */
export interface Stream extends Collection {
  head: StreamHead;
  /** The entries, by ID. */
  readonly entries: SortedItems;
  /** The groups of consumers, and what is pending: see `stream/groups.ts`. */
  readonly groups: SortedItems;
}
