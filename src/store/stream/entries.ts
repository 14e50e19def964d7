/**
 * The entries of streams: adding, finding, deleting and trimming them.
 *
 * The key of an entry is its ID: the two words are its time, and the bytes its sequence number.
 * What it has with it are its fields and values, one behind the other, written as elements of a
 * pack are.
 *
 * @module
 */

import type { Item, ItemKey, Stream } from "../collections.ts";
import { elementEnd, encodeElement, readElement } from "../compact/element.ts";
import { fail } from "../errors.ts";
import {
  compareIds,
  formatId,
  idAfter,
  laterOf,
  LEAST_ID,
  MOST_ID,
  type NewId,
  readSeq,
  seqBytes,
  type StreamId,
} from "./id.ts";

/** An entry: its ID, and its fields, each followed by its value. */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** Indices of entries, from the first one up to, but not, the other. */
export type EntryRange = readonly [from: number, to: number];

// ---- as items -----------------------------------------------------------------------------------

function keyOf({ ms, seq }: StreamId): ItemKey {
  return {
    high: Number(BigInt.asIntN(32, ms >> 32n)),
    low: Number(BigInt.asIntN(32, ms)),
    content: seqBytes(seq),
  };
}

function idOf({ content, high, low }: ItemKey): StreamId {
  const ms = BigInt(high >>> 0) << 32n | BigInt(low >>> 0);
  return { ms, seq: readSeq(content) };
}

function valueOf(fields: readonly string[]): Uint8Array {
  const encoded = fields.map(encodeElement);
  const value = new Uint8Array(
    encoded.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const bytes of encoded) {
    value.set(bytes, at);
    at += bytes.length;
  }
  return value;
}

function fieldsOf(value: Uint8Array): string[] {
  const fields: string[] = [];
  for (let at = 0; at < value.length; at = elementEnd(value, at)) {
    fields.push(readElement(value, at));
  }
  return fields;
}

/** The entry of an item. */
export function entryOf(item: Item): StreamEntry {
  return [formatId(idOf(item)), fieldsOf(item.value)];
}

// ---- finding ------------------------------------------------------------------------------------

/** The entry with an ID; undefined: there is none. O(log n). */
export function findEntry(
  { entries }: Stream,
  id: StreamId,
): StreamEntry | undefined {
  const value = entries.get(keyOf(id));
  return value && [formatId(id), fieldsOf(value)];
}

export function hasEntry({ entries }: Stream, id: StreamId): boolean {
  return entries.get(keyOf(id)) !== undefined;
}

/** How many entries come before an ID, which may not be there. O(log n). */
export function entriesBefore({ entries }: Stream, id: StreamId): number {
  return entries.countBefore(keyOf(id));
}

/** Those from one ID up to, and with, another. O(log n). */
export function entriesBetween(
  stream: Stream,
  first: StreamId,
  last: StreamId,
): EntryRange {
  const from = entriesBefore(stream, first);
  const end = idAfter(last);
  const to = end === undefined ? stream.length : entriesBefore(stream, end);
  return [from, Math.max(from, to)];
}

/** Those behind an ID. O(log n). */
export function entriesAfter(stream: Stream, id: StreamId): EntryRange {
  const first = idAfter(id);
  const { length } = stream;
  return first === undefined
    ? [length, length]
    : entriesBetween(stream, first, MOST_ID);
}

/** At most so many of a range, from its beginning, or from its end backwards. */
export function readEntries(
  { entries }: Stream,
  [from, to]: EntryRange,
  count: number = Infinity,
  isReversed = false,
): StreamEntry[] {
  return isReversed
    ? entries.slice(Math.max(from, to - count), to).map(entryOf).reverse()
    : entries.slice(from, Math.min(to, from + count)).map(entryOf);
}

function idAt({ entries }: Stream, index: number): StreamId {
  return idOf(entries.slice(index, index + 1)[0]);
}

/** The ID of the first entry; that below all, if there is none. */
export function firstIdOf(stream: Stream): StreamId {
  return stream.length === 0 ? LEAST_ID : idAt(stream, 0);
}

/** The ID of the last entry that is there, likewise. */
export function lastIdOf(stream: Stream): StreamId {
  const { length } = stream;
  return length === 0 ? LEAST_ID : idAt(stream, length - 1);
}

/** The IDs of a range, each with its entry. */
export function idsIn(
  { entries }: Stream,
  [from, to]: EntryRange,
): [StreamId, StreamEntry][] {
  return entries.slice(from, to).map((item) => [idOf(item), entryOf(item)]);
}

// ---- changes ------------------------------------------------------------------------------------

/** Adds an entry behind all that there have been, and returns its ID. O(log n). */
export function addEntry(
  stream: Stream,
  wanted: NewId,
  fields: readonly string[],
): StreamId {
  const { head } = stream;
  const id = newIdOf(head.lastId, wanted);
  stream.entries.put({ ...keyOf(id), value: valueOf(fields) });
  const entriesAdded = head.entriesAdded + 1n;
  stream.head = { ...head, lastId: id, entriesAdded };
  return id;
}

function newIdOf(last: StreamId, wanted: NewId): StreamId {
  if (compareIds(last, MOST_ID) === 0) {
    fail(
      "ERR The stream has exhausted the last possible ID, unable to add more items",
    );
  }
  const id = idWanted(last, wanted);
  if (id === undefined || compareIds(id, last) <= 0) {
    fail(
      "ERR The ID specified in XADD is equal or smaller than the target stream top item",
    );
  }
  return id;
}

function idWanted(last: StreamId, wanted: NewId): StreamId | undefined {
  if (wanted === undefined) {
    const now = BigInt(Date.now());
    return now > last.ms ? { ms: now, seq: 0n } : idAfter(last);
  }
  const { ms, seq } = wanted;
  if (seq !== undefined) return { ms, seq };
  if (ms !== last.ms) return { ms, seq: 0n };
  const next = idAfter(last);
  return next?.ms === ms ? next : undefined;
}

/** Deletes entries; returns how many were there. O(log n) for each. */
export function deleteEntries(
  stream: Stream,
  ids: readonly StreamId[],
): number {
  let deleted = 0;
  let { maxDeletedId } = stream.head;
  for (const id of ids) {
    if (!hasEntry(stream, id)) continue;
    const at = entriesBefore(stream, id);
    stream.entries.removeRange(at, at + 1);
    maxDeletedId = laterOf(maxDeletedId, id);
    deleted++;
  }
  if (deleted > 0) stream.head = { ...stream.head, maxDeletedId };
  return deleted;
}

/** Which entries are to go. */
export interface Trimming {
  /** All but the last so many, or all before an ID. */
  readonly keeps: number | StreamId;
  /** Whether whole blocks go only, as Redis has them. */
  readonly isRough: boolean;
  /** No more than so many, if it is rough; 0: any number. */
  readonly limit: number;
}

/** Entries of a block: Redis has them in one node, and trims roughly by whole nodes. */
export const BLOCK_ENTRIES = 100;

/** Removes entries at the beginning; returns how many. O(log n). */
export function trim(
  stream: Stream,
  { isRough, keeps, limit }: Trimming,
): number {
  const { length } = stream;
  const surplus = typeof keeps === "number"
    ? Math.max(0, length - keeps)
    : entriesBefore(stream, keeps);
  const trimmed = isRough ? roughly(surplus, length, limit) : surplus;
  stream.entries.removeRange(0, trimmed);
  return trimmed;
}

/** How many go of a surplus; the last block may have fewer entries than others. */
function roughly(surplus: number, length: number, limit: number): number {
  const wanted = surplus === length ? surplus : wholeBlocks(surplus);
  return limit > 0 && wanted > limit ? wholeBlocks(limit) : wanted;
}

function wholeBlocks(entries: number): number {
  return entries - entries % BLOCK_ENTRIES;
}
