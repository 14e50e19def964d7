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
} from "./collections.ts";
import { CompactFields } from "./compact/fields.ts";
import { CompactList } from "./compact/list.ts";
import { CompactMembers } from "./compact/members.ts";
import { CompactSortedSet } from "./compact/sorted_set.ts";
import { fail, WRONG_TYPE } from "./errors.ts";
import {
  HASH,
  LIST,
  SET,
  SORTED_SET,
  stringOf,
  toStored,
  type TypeName,
  typeOf,
  TYPES,
} from "./stored.ts";

/** What there is under a key, and what is to be there. */
export class Entry {
  readonly #present: PresentEntry<unknown>;
  #value: unknown;
  #isRead = false;
  #end: number | undefined;
  #isChanged = false;
  #hasNewValue = false;

  /** @param present What there is. */
  constructor(present: PresentEntry<unknown>) {
    this.#present = present;
  }

  /** What is stored; undefined: there is no entry. */
  get stored(): unknown {
    if (!this.#isRead) {
      this.#value = this.#present.value;
      this.#isRead = true;
    }
    return this.#value;
  }

  /** Whether there is an entry. */
  get exists(): boolean {
    return this.#isRead ? this.#value !== undefined : this.#present.isThere;
  }

  /** The name of its type; undefined: there is no entry. */
  get type(): TypeName | undefined {
    if (!this.exists) return undefined;
    const { bytes } = this;
    return bytes === undefined
      ? typeOf(this.stored)
      : TYPES[bytes.memory[bytes.from]] ?? fail(WRONG_TYPE);
  }

  /** What is stored, where it lies, if it is bytes. */
  get bytes(): BytesAt | undefined {
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
  put(stored: unknown, end: number = this.exists ? this.end : Infinity): void {
    this.#value = stored;
    this.#isRead = true;
    this.#isChanged = true;
    this.#hasNewValue = true;
    this.#end = end;
    if (end <= Date.now()) this.delete();
  }

  /** Deletes it. */
  delete(): void {
    this.#value = undefined;
    this.#isRead = true;
    this.#isChanged = true;
    this.#end = Infinity;
  }

  /** What its caller is to write. */
  get next(): NextEntry<unknown> | undefined | typeof KEEP {
    if (!this.#isChanged) return KEEP;
    if (this.#isRead && this.#value === undefined) return undefined;
    const end = this.#end;
    return this.#hasNewValue ? { value: this.#value, end } : { end };
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
    const bytes = this.#bytesOf(LIST);
    return bytes && new CompactList(bytes);
  }

  get members(): Members | undefined {
    const bytes = this.#bytesOf(SET);
    return bytes && new CompactMembers(bytes);
  }

  get fields(): Fields | undefined {
    const bytes = this.#bytesOf(HASH);
    return bytes && new CompactFields(bytes);
  }

  get sortedSet(): SortedSet | undefined {
    const bytes = this.#bytesOf(SORTED_SET);
    return bytes && new CompactSortedSet(bytes);
  }

  #bytesOf(kind: number): BytesAt | undefined {
    if (!this.exists) return undefined;
    const { bytes } = this;
    if (bytes === undefined || bytes.memory[bytes.from] !== kind) {
      fail(WRONG_TYPE);
    }
    return bytes;
  }

  /** Writes a collection, or deletes the entry if that is empty. */
  putCollection(collection: Collection, end?: number): void {
    if (collection.length === 0) this.delete();
    else this.put(collection.stored, end);
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
