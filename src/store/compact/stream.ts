/**
 * Streams as packs: a byte for the kind, the head, four bytes for the length of the entries, lowest
 * first; then the entries, and the groups.
 *
 * An item is its two key words, lowest byte first, and its content and its value, each behind its
 * length: a byte, or 255 and four bytes, lowest first.
 *
 * @module
 */

import type { BytesAt } from "../../map/present_entry.ts";
import type { Item, ItemKey, SortedItems, Stream } from "../collections.ts";
import { STREAM } from "../stored.ts";
import {
  HEAD_BYTES,
  NEW_HEAD,
  readHead,
  type StreamHead,
  writeHead,
} from "../stream/head.ts";

/** Where the entries begin. */
const FIRST = 1 + HEAD_BYTES + 4;
const KEY_BYTES = 8;
/** A length of so much, and more, has four bytes of its own. */
const LONG = 255;

const NOTHING = new Uint8Array(0);

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
    bytes[at + 3] << 24;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = word >>> 8 * i;
}

/** Bytes of some bytes with their length. */
function partBytes({ length }: Uint8Array): number {
  return length + (length < LONG ? 1 : 5);
}

/** Writes them; returns where they end. */
function writePart(into: Uint8Array, at: number, part: Uint8Array): number {
  const { length } = part;
  let from = at + 1;
  if (length < LONG) into[at] = length;
  else {
    into[at] = LONG;
    writeWord(into, from, length);
    from += 4;
  }
  into.set(part, from);
  return from + length;
}

/** Where they begin, behind their length. */
function partFrom(bytes: Uint8Array, at: number): number {
  return at + (bytes[at] < LONG ? 1 : 5);
}

/** Where they end. */
function partEnd(bytes: Uint8Array, at: number): number {
  return bytes[at] < LONG
    ? at + 1 + bytes[at]
    : at + 5 + readWord(bytes, at + 1);
}

/** Compares bytes, and then lengths. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

/** Compares keys. */
export function compareKeys(a: ItemKey, b: ItemKey): number {
  if (a.high !== b.high) return (a.high >>> 0) - (b.high >>> 0);
  if (a.low !== b.low) return (a.low >>> 0) - (b.low >>> 0);
  return compareBytes(a.content, b.content);
}

/** Items one behind the other. They are read where they lie; a change makes other bytes. */
class CompactItems implements SortedItems {
  #memory: Uint8Array;
  #from: number;
  #end: number;
  /** Where each item begins, and the last one ends; undefined: nobody has looked. */
  #found: number[] | undefined;

  constructor(memory: Uint8Array, from: number, end: number) {
    this.#memory = memory;
    this.#from = from;
    this.#end = end;
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(this.#from, this.#end);
  }

  get #starts(): number[] {
    if (this.#found !== undefined) return this.#found;
    const memory = this.#memory;
    const starts = [this.#from];
    for (let at = this.#from; at < this.#end; starts.push(at)) {
      at = partEnd(memory, partEnd(memory, at + KEY_BYTES));
    }
    return this.#found = starts;
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  #keyAt(index: number): ItemKey {
    const memory = this.#memory;
    const at = this.#starts[index];
    const part = at + KEY_BYTES;
    return {
      high: readWord(memory, at),
      low: readWord(memory, at + 4),
      content: memory.subarray(partFrom(memory, part), partEnd(memory, part)),
    };
  }

  #valueAt(index: number): Uint8Array {
    const memory = this.#memory;
    const at = partEnd(memory, this.#starts[index] + KEY_BYTES);
    return memory.subarray(partFrom(memory, at), partEnd(memory, at));
  }

  countBefore(key: ItemKey): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.#keyAt(middle), key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the item with an index has this key. */
  #hasKey(index: number, key: ItemKey): boolean {
    return index < this.length && compareKeys(this.#keyAt(index), key) === 0;
  }

  get(key: ItemKey): Uint8Array | undefined {
    const index = this.countBefore(key);
    return this.#hasKey(index, key) ? this.#valueAt(index) : undefined;
  }

  slice(from: number, to: number): Item[] {
    const items: Item[] = [];
    for (let i = from; i < to; i++) {
      items.push({ ...this.#keyAt(i), value: this.#valueAt(i) });
    }
    return items;
  }

  put(item: Item): void {
    const index = this.countBefore(item);
    this.#splice(index, index + (this.#hasKey(index, item) ? 1 : 0), [item]);
  }

  /** Adds items that come behind all others. */
  append(items: readonly Item[]): void {
    this.#splice(this.length, this.length, items);
  }

  removeRange(from: number, to: number): void {
    if (from < to) this.#splice(from, to, []);
  }

  #splice(from: number, to: number, items: readonly Item[]): void {
    const memory = this.#memory;
    const starts = this.#starts;
    const before = memory.subarray(this.#from, starts[from]);
    const after = memory.subarray(starts[to], this.#end);
    let size = before.length + after.length;
    for (const { content, value } of items) {
      size += KEY_BYTES + partBytes(content) + partBytes(value);
    }
    const made = new Uint8Array(size);
    made.set(before);
    let at = before.length;
    for (const { content, high, low, value } of items) {
      writeWord(made, at, high);
      writeWord(made, at + 4, low);
      at = writePart(made, at + KEY_BYTES, content);
      at = writePart(made, at, value);
    }
    made.set(after, at);
    this.#memory = made;
    this.#from = 0;
    this.#end = size;
    this.#found = undefined;
  }
}

/** A stream in one value. */
export class CompactStream implements Stream {
  readonly kind: typeof STREAM = STREAM;
  head: StreamHead;
  readonly entries: CompactItems;
  readonly groups: CompactItems;

  /** @param at What is stored; undefined: a new one. */
  constructor(at?: BytesAt) {
    if (at === undefined) {
      this.head = NEW_HEAD;
      this.entries = new CompactItems(NOTHING, 0, 0);
      this.groups = new CompactItems(NOTHING, 0, 0);
      return;
    }
    const { from, memory, to } = at;
    const first = from + FIRST;
    const middle = first + readWord(memory, first - 4);
    this.head = readHead(memory, from + 1);
    this.entries = new CompactItems(memory, first, middle);
    this.groups = new CompactItems(memory, middle, to);
  }

  /** One that has what another stream has. */
  static of({ entries, groups, head }: Stream): CompactStream {
    const made = new CompactStream();
    made.head = head;
    made.entries.append(entries.slice(0, entries.length));
    made.groups.append(groups.slice(0, groups.length));
    return made;
  }

  get length(): number {
    return this.entries.length;
  }

  /** The bytes to be stored. */
  get stored(): Uint8Array {
    const entries = this.entries.bytes;
    const groups = this.groups.bytes;
    const middle = FIRST + entries.length;
    const stored = new Uint8Array(middle + groups.length);
    stored[0] = STREAM;
    writeHead(stored, 1, this.head);
    writeWord(stored, FIRST - 4, entries.length);
    stored.set(entries, FIRST);
    stored.set(groups, middle);
    return stored;
  }
}
