/**
 * Entries, as commands see them: what there is under one key, and what the command makes of it.
 *
 * A command changes its entries, and its caller writes them when it returns. If it throws, nothing
 * is written; if another worker was faster, it runs again with other entries.
 *
 * @module
 */

import { KEEP } from "../map/keep.ts";
import type { BytesAt, NextEntry, PresentEntry } from "../map/present_entry.ts";
import type {
  Collection,
  Fields,
  List,
  Members,
  SortedSet,
  Stream,
} from "./collections.ts";
import { CompactFields } from "./compact/fields.ts";
import { CompactList } from "./compact/list.ts";
import { CompactMembers } from "./compact/members.ts";
import { Pack } from "./compact/pack.ts";
import { CompactSortedSet } from "./compact/sorted_set.ts";
import { CompactStream } from "./compact/stream.ts";
import { fail, WRONG_TYPE } from "./errors.ts";
import { packOf, type TreeCollection } from "./representation.ts";
import {
  HASH,
  LIST,
  RAW,
  SET,
  SORTED_SET,
  STREAM,
  stringOf,
  toStored,
  type TypeName,
  typeOf,
  TYPES,
} from "./stored.ts";
import type { Trees } from "./trees.ts";

/** What there is under a key, and what is to be there. */
export class Entry {
  readonly #present: PresentEntry<unknown>;
  readonly #trees: Trees;
  /** Whether `#value` and `#collection` say what there is. */
  #isRead = false;
  #value: unknown;
  /** The collection, if it is no pack; then there is no value. */
  #collection: TreeCollection | undefined;
  #end: number | undefined;
  #isChanged = false;
  #hasNewValue = false;

  /**
   * @param present What there is.
   * @param trees Where its trees come from, if it has any, and where they go.
   */
  constructor(present: PresentEntry<unknown>, trees: Trees) {
    this.#present = present;
    this.#trees = trees;
  }

  /** What is stored; undefined: there is no entry. Throws if it is not all in one value. */
  get stored(): unknown {
    if (this.#opened !== undefined) fail(WRONG_TYPE);
    if (!this.#isRead) {
      this.#value = this.#present.value;
      this.#isRead = true;
    }
    return this.#value;
  }

  /** The collection, if it is no pack. */
  get #opened(): TreeCollection | undefined {
    if (this.#isRead || this.#collection !== undefined) return this.#collection;
    const opened = this.#trees.open(this.#present);
    if (opened === undefined) return undefined;
    this.#isRead = true;
    if (opened instanceof Uint8Array) this.#value = opened;
    else this.#collection = opened;
    return this.#collection;
  }

  /** Whether there is an entry. */
  get exists(): boolean {
    return this.#isRead
      ? this.#value !== undefined || this.#collection !== undefined
      : this.#present.isThere;
  }

  /** The name of its type; undefined: there is no entry. */
  get type(): TypeName | undefined {
    if (!this.exists) return undefined;
    const opened = this.#opened;
    if (opened !== undefined) return TYPES[opened.kind];
    const { bytes } = this;
    return bytes === undefined
      ? typeOf(this.stored)
      : TYPES[bytes.memory[bytes.from]] ?? fail(WRONG_TYPE);
  }

  /** What is stored, where it lies, if it is bytes. */
  get bytes(): BytesAt | undefined {
    if (this.#opened !== undefined) return undefined;
    if (!this.#isRead) return this.#present.bytes;
    const value = this.#value;
    return value instanceof Uint8Array
      ? { memory: value, from: 0, to: value.length }
      : undefined;
  }

  /** When it expires, in milliseconds since 1970; `Infinity`: never. */
  get end(): number {
    return this.#end ??= this.#present.end;
  }

  /** Says when it expires; what is past deletes it. There is an entry. */
  set end(end: number) {
    this.#end = end;
    this.#isChanged = true;
    if (end <= Date.now()) this.delete();
  }

  /** Writes what is to be stored. It expires when the entry did, unless something else is said. */
  put(stored: unknown, end: number = this.#endOfNext()): void {
    this.#put(stored, undefined, end);
  }

  #endOfNext(): number {
    return this.exists ? this.end : Infinity;
  }

  #put(
    stored: unknown,
    collection: TreeCollection | undefined,
    end: number,
  ): void {
    this.#value = stored;
    this.#collection = collection;
    this.#isRead = true;
    this.#isChanged = true;
    this.#hasNewValue = true;
    this.#end = end;
    if (end !== Infinity && end <= Date.now()) this.delete();
  }

  /** Writes what another entry has, which expires when that does. */
  putSame(other: Entry): void {
    const opened = other.#opened;
    this.put(opened === undefined ? other.stored : packOf(opened), other.end);
  }

  /** Deletes it. */
  delete(): void {
    this.#value = undefined;
    this.#collection = undefined;
    this.#isRead = true;
    this.#isChanged = true;
    this.#end = Infinity;
  }

  /** What its caller is to write. */
  get next(): NextEntry<unknown> | undefined | typeof KEEP {
    if (!this.#isChanged) return KEEP;
    if (this.#isRead && !this.exists) return undefined;
    const end = this.#end;
    if (!this.#hasNewValue) return { end };
    if (this.#collection !== undefined) {
      return this.#trees.next(this.#collection, end);
    }
    const value = this.#value;
    const isPack = value instanceof Uint8Array && value[0] !== RAW;
    return isPack && value.length > this.#trees.mostPacked
      ? this.#trees.plant(value, end)
      : { value, end };
  }

  // ---- types ------------------------------------------------------------------------------------

  /** Its string; undefined: there is no entry. Throws if it is something else; so do the others. */
  get string(): string | undefined {
    return this.exists ? stringOf(this.stored) : undefined;
  }

  /** Writes a string. It expires when the entry did, unless something else is said. */
  putString(binary: string, end?: number): void {
    this.put(toStored(binary), end);
  }

  get list(): List | undefined {
    const found = this.#collectionOf(LIST);
    return found && ("memory" in found ? new CompactList(found) : found);
  }

  get members(): Members | undefined {
    const found = this.#collectionOf(SET);
    return found && ("memory" in found ? new CompactMembers(found) : found);
  }

  get fields(): Fields | undefined {
    const found = this.#collectionOf(HASH);
    return found && ("memory" in found ? new CompactFields(found) : found);
  }

  get sortedSet(): SortedSet | undefined {
    const found = this.#collectionOf(SORTED_SET);
    return found && ("memory" in found ? new CompactSortedSet(found) : found);
  }

  get stream(): Stream | undefined {
    const found = this.#collectionOf(STREAM);
    return found && ("memory" in found ? new CompactStream(found) : found);
  }

  /** Its collection of a kind, or the bytes of the pack; undefined: there is no entry. */
  #collectionOf<K extends TreeCollection["kind"]>(
    kind: K,
  ): Extract<TreeCollection, { kind: K }> | BytesAt | undefined {
    if (!this.exists) return undefined;
    const opened = this.#opened;
    if (opened !== undefined) {
      if (opened.kind !== kind) fail(WRONG_TYPE);
      return opened as Extract<TreeCollection, { kind: K }>;
    }
    const { bytes } = this;
    if (bytes === undefined || bytes.memory[bytes.from] !== kind) {
      fail(WRONG_TYPE);
    }
    return bytes;
  }

  /** Writes a collection, or deletes the entry if that is empty. */
  putCollection(
    collection: Collection,
    end: number = this.#endOfNext(),
  ): void {
    if (collection.length === 0) this.delete();
    else if (collection instanceof Pack) this.put(collection.stored, end);
    else this.#put(undefined, collection as TreeCollection, end);
  }

  /** Writes a stream, which may be empty. */
  putStream(stream: Stream): void {
    const end = this.#endOfNext();
    if (stream instanceof CompactStream) this.put(stream.stored, end);
    else this.#put(undefined, stream as TreeCollection, end);
  }
}

/** An empty list. */
export function newList(): List {
  return new CompactList();
}

/** An empty set. */
export function newMembers(): Members {
  return new CompactMembers();
}

/** An empty hash. */
export function newFields(): Fields {
  return new CompactFields();
}

/** An empty sorted set. */
export function newSortedSet(): SortedSet {
  return new CompactSortedSet();
}

/** An empty stream. */
export function newStream(): Stream {
  return new CompactStream();
}
