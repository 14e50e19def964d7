/**
 * Groups of consumers: how far each has read a stream, and what is pending, delivered to a consumer
 * that has not acknowledged it.
 *
 * All groups of a stream are items in one order, by key words and bytes:
 *
 * | high  | low      | bytes               | what the item has with it            |
 * | ----- | -------- | ------------------- | ------------------------------------ |
 * | 0     | 0        | the name of a group | its number, and how far it has read  |
 * | group | 0        | none                | nothing: the number is taken         |
 * | group | 1        | an ID               | what is pending: to whom, since when |
 * | group | 2        | the name of one     | the number of that consumer          |
 * | group | consumer | none                | when it was seen, and its name       |
 * | group | consumer | an ID               | nothing: it is pending to this one   |
 *
 * So a group, and what is pending to a consumer, are ranges: they are counted in O(log n), and a
 * group goes at once. A number is the hash of the name, or the next one that is free.
 *
 * @module
 */

import { bytesToBinary, toBytes } from "../binary.ts";
import type { Item, ItemKey, SortedItems, Stream } from "../collections.ts";
import { hashBytes } from "../compact/scan.ts";
import { type Integer, narrow } from "../numbers.ts";
import {
  ID_BYTES,
  idAfter,
  idBytes,
  idOfBytes,
  readId,
  type StreamId,
  viewOfBytes,
  writeId,
} from "./id.ts";

/** The items of a group that are no consumer's. */
const HEAD = 0;
const PENDING = 1;
const NAMES = 2;
/** The least number of a consumer. */
const FIRST_CONSUMER = 3;
const FIRST_GROUP = 1;

const NOTHING: Uint8Array = new Uint8Array(0);
/** So many items are read at a time where it is not known how many are wanted. */
const SOME = 32;

/** A consumer. */
export interface Consumer {
  readonly name: string;
  readonly number: number;
  /** When it was seen, in milliseconds since 1970. */
  readonly seen: number;
}

/** An entry that was delivered, and not acknowledged. */
export interface Pending {
  readonly id: StreamId;
  /** The number of the consumer. */
  readonly consumer: number;
  /** When it was delivered last, in milliseconds since 1970. */
  readonly time: number;
  /** How often it was delivered. */
  readonly count: Integer;
}

function keyOf(high: number, low: number, content = NOTHING): ItemKey {
  return { high: high | 0, low: low | 0, content };
}

// ---- records ------------------------------------------------------------------------------------

/** How far a group has read. */
export interface Progress {
  /** The last ID that was delivered. */
  readonly lastId: StreamId;
  /** How many entries were, of all that were ever added; undefined: it is not known. */
  readonly entriesRead: bigint | undefined;
}

const NOT_KNOWN = -1n;
const GROUP_BYTES = 4 + ID_BYTES + 8;

function groupBytes(
  number: number,
  { entriesRead, lastId }: Progress,
): Uint8Array {
  const bytes = new Uint8Array(GROUP_BYTES);
  const view = viewOfBytes(bytes);
  view.setUint32(0, number);
  writeId(view, 4, lastId);
  view.setBigInt64(4 + ID_BYTES, entriesRead ?? NOT_KNOWN);
  return bytes;
}

function numberBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOfBytes(bytes).setUint32(0, number);
  return bytes;
}

function consumerBytes(name: string, seen: number): Uint8Array {
  const bytes = new Uint8Array(8 + name.length);
  viewOfBytes(bytes).setFloat64(0, seen);
  bytes.set(toBytes(name), 8);
  return bytes;
}

function consumerOf(number: number, value: Uint8Array): Consumer {
  const seen = viewOfBytes(value).getFloat64(0);
  return { name: bytesToBinary(value.subarray(8)), number, seen };
}

function pendingBytes({ consumer, count, time }: Pending): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = viewOfBytes(bytes);
  view.setUint32(0, consumer);
  view.setFloat64(4, time);
  view.setBigInt64(12, BigInt(count));
  return bytes;
}

function pendingOf({ content, value }: Item): Pending {
  const view = viewOfBytes(value);
  return {
    id: idOfBytes(content),
    consumer: view.getUint32(0),
    time: view.getFloat64(4),
    count: narrow(view.getBigInt64(12)),
  };
}

/** A number, for a name, that is not taken. */
function freeNumber(
  name: string,
  least: number,
  isTaken: (number: number) => boolean,
): number {
  let number = hashBytes(toBytes(name)) >>> 0;
  while (number < least || isTaken(number)) number = (number + 1) >>> 0;
  return number;
}

// ---- groups -------------------------------------------------------------------------------------

/** One group of a stream. What it says is as it was when it was found, and what it has changed. */
export class Group {
  readonly name: string;
  readonly #items: SortedItems;
  readonly #number: number;
  #progress: Progress;

  private constructor(
    { groups }: Stream,
    name: string,
    number: number,
    progress: Progress,
  ) {
    this.name = name;
    this.#items = groups;
    this.#number = number;
    this.#progress = progress;
  }

  static #of(stream: Stream, name: string, value: Uint8Array): Group {
    const view = viewOfBytes(value);
    const entriesRead = view.getBigInt64(4 + ID_BYTES);
    return new Group(stream, name, view.getUint32(0), {
      lastId: readId(view, 4),
      entriesRead: entriesRead === NOT_KNOWN ? undefined : entriesRead,
    });
  }

  /** The group with a name; undefined: there is none. O(log n). */
  static find(stream: Stream, name: string): Group | undefined {
    const value = stream.groups.get(keyOf(0, 0, toBytes(name)));
    return value && Group.#of(stream, name, value);
  }

  /** How many groups a stream has. O(log n). */
  static count({ groups }: Stream): number {
    return groups.countBefore(keyOf(FIRST_GROUP, 0));
  }

  /** All groups, in the order of their names. */
  static all(stream: Stream): Group[] {
    return stream.groups.slice(0, Group.count(stream)).map((item) =>
      Group.#of(stream, bytesToBinary(item.content), item.value)
    );
  }

  /** Makes a group with a name that none has. O(log n). */
  static create(stream: Stream, name: string, progress: Progress): Group {
    const { groups } = stream;
    const isTaken = (number: number) =>
      groups.get(keyOf(number, HEAD)) !== undefined;
    const number = freeNumber(name, FIRST_GROUP, isTaken);
    groups.put({ ...keyOf(number, HEAD), value: NOTHING });
    const group = new Group(stream, name, number, progress);
    group.progress = progress;
    return group;
  }

  get progress(): Progress {
    return this.#progress;
  }

  set progress(progress: Progress) {
    this.#progress = progress;
    const key = keyOf(0, 0, toBytes(this.name));
    this.#items.put({ ...key, value: groupBytes(this.#number, progress) });
  }

  /** Removes the group, with its consumers and what is pending. O(log n). */
  destroy(): void {
    this.#remove(this.#key(HEAD), keyOf(this.#number + 1, 0));
    const at = this.#items.countBefore(keyOf(0, 0, toBytes(this.name)));
    this.#items.removeRange(at, at + 1);
  }

  #key(low: number, content?: Uint8Array): ItemKey {
    return keyOf(this.#number, low, content);
  }

  /** The indices of the items from one key on up to, but not, another. */
  #between(from: ItemKey, to: ItemKey): [from: number, to: number] {
    const items = this.#items;
    // Behind the greatest word there is none.
    const isLast = (to.high | to.low) === 0;
    const end = isLast ? items.length : items.countBefore(to);
    return [items.countBefore(from), end];
  }

  #section(low: number): [from: number, to: number] {
    const isLast = low === 0xffff_ffff;
    const end = isLast ? keyOf(this.#number + 1, 0) : this.#key(low + 1);
    return this.#between(this.#key(low), end);
  }

  #remove(from: ItemKey, to: ItemKey): void {
    this.#items.removeRange(...this.#between(from, to));
  }

  #removeOne(key: ItemKey): void {
    const at = this.#items.countBefore(key);
    this.#items.removeRange(at, at + 1);
  }

  // ---- consumers --------------------------------------------------------------------------------

  /** The consumer with a name; undefined: there is none. O(log n). */
  consumer(name: string): Consumer | undefined {
    const value = this.#items.get(this.#key(NAMES, toBytes(name)));
    return value && this.consumerWith(viewOfBytes(value).getUint32(0));
  }

  /** The consumer with a number, which is there. O(log n). */
  consumerWith(number: number): Consumer {
    return consumerOf(number, this.#items.get(this.#key(number))!);
  }

  /** How many consumers there are. O(log n). */
  get consumerCount(): number {
    const [from, to] = this.#section(NAMES);
    return to - from;
  }

  /** All of them, in the order of their names. */
  consumers(): Consumer[] {
    return this.#items.slice(...this.#section(NAMES))
      .map(({ value }) => viewOfBytes(value).getUint32(0))
      .map((number) => this.consumerWith(number));
  }

  /** Makes a consumer with a name that none has. O(log n). */
  createConsumer(name: string, seen: number): Consumer {
    const isTaken = (number: number) =>
      this.#items.get(this.#key(number)) !== undefined;
    const number = freeNumber(name, FIRST_CONSUMER, isTaken);
    const value = numberBytes(number);
    this.#items.put({ ...this.#key(NAMES, toBytes(name)), value });
    return this.#see({ name, number, seen });
  }

  /** The consumer with a name, which is made if it is not there, and is seen now. O(log n). */
  seeConsumer(name: string, seen: number): Consumer {
    const consumer = this.consumer(name);
    return consumer === undefined
      ? this.createConsumer(name, seen)
      : this.#see({ ...consumer, seen });
  }

  #see(consumer: Consumer): Consumer {
    const { name, number, seen } = consumer;
    const value = consumerBytes(name, seen);
    this.#items.put({ ...this.#key(number), value });
    return consumer;
  }

  /** Removes a consumer with what is pending to it; returns how much was. O(log n) for each. */
  removeConsumer({ name, number }: Consumer): number {
    const [from, to] = this.#section(number);
    const [, ...pending] = this.#items.slice(from, to)
      .map(({ content }) => content.slice());
    for (const id of pending) this.#removeOne(this.#key(PENDING, id));
    const first = this.#items.countBefore(this.#key(number));
    this.#items.removeRange(first, first + to - from);
    this.#removeOne(this.#key(NAMES, toBytes(name)));
    return pending.length;
  }

  // ---- what is pending --------------------------------------------------------------------------

  /** How much is pending. O(log n). */
  get pendingCount(): number {
    const [from, to] = this.#section(PENDING);
    return to - from;
  }

  /** The same for one consumer. */
  pendingCountOf({ number }: Consumer): number {
    const [from, to] = this.#section(number);
    return to - from - 1;
  }

  /** What is pending with an ID; undefined: nothing is. O(log n). */
  pending(id: StreamId): Pending | undefined {
    const content = idBytes(id);
    const value = this.#items.get(this.#key(PENDING, content));
    return value && pendingOf({ ...this.#key(PENDING, content), value });
  }

  /** What has the greatest ID of all that is pending. There is something. */
  get lastPending(): Pending {
    const [, end] = this.#section(PENDING);
    return pendingOf(this.#items.slice(end - 1, end)[0]);
  }

  /** What is pending from an ID on, also while it changes; to one consumer, if one is given. */
  *pendingFrom(start: StreamId, consumer?: Consumer): Iterable<Pending> {
    const items = this.#items;
    const low = consumer?.number ?? PENDING;
    let next: StreamId | undefined = start;
    while (next !== undefined) {
      const from = items.countBefore(this.#key(low, idBytes(next)));
      const to = Math.min(this.#section(low)[1], from + SOME);
      const some = consumer === undefined
        ? items.slice(from, to).map(pendingOf)
        : items.slice(from, to).map(({ content }) => idOfBytes(content))
          .map((id) => this.pending(id)!);
      if (some.length === 0) return;
      yield* some;
      next = idAfter(some[some.length - 1].id);
    }
  }

  /** Says to whom something is pending, whether it was or not. O(log n). */
  setPending(pending: Pending): void {
    const content = idBytes(pending.id);
    const before = this.#items.get(this.#key(PENDING, content));
    const was = before && viewOfBytes(before).getUint32(0);
    const value = pendingBytes(pending);
    this.#items.put({ ...this.#key(PENDING, content), value });
    if (was === pending.consumer) return;
    if (was !== undefined) this.#removeOne(this.#key(was, content));
    const key = this.#key(pending.consumer, content);
    this.#items.put({ ...key, value: NOTHING });
  }

  /** Takes out what is pending with an ID; returns whether anything was. O(log n). */
  acknowledge(id: StreamId): boolean {
    const pending = this.pending(id);
    if (pending === undefined) return false;
    const content = idBytes(id);
    this.#removeOne(this.#key(PENDING, content));
    this.#removeOne(this.#key(pending.consumer, content));
    return true;
  }
}
