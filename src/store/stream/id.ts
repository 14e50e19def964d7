/**
 * IDs of the entries of streams: a time in milliseconds and a sequence number, 64 bits each, and
 * how they are written, read and ordered.
 *
 * @module
 */

import { fail } from "../errors.ts";

/** The ID of an entry. Both numbers are from 0 up to `MOST_NUMBER`. */
export interface StreamId {
  readonly ms: bigint;
  readonly seq: bigint;
}

const MOST_NUMBER = 2n ** 64n - 1n;

/** Below all IDs of entries. */
export const LEAST_ID: StreamId = { ms: 0n, seq: 0n };
/** The greatest ID there can be. */
export const MOST_ID: StreamId = { ms: MOST_NUMBER, seq: MOST_NUMBER };

const INVALID = "ERR Invalid stream ID specified as stream command argument";
/** What Redis reads as a number, with `strtoull`. */
const NUMBER = /^[\t-\r ]*\+?\d+$/;
/** No ID has more characters. */
const MOST_CHARACTERS = 127;

/** Compares IDs: negative, 0 or positive. */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  return a.seq === b.seq ? 0 : a.seq < b.seq ? -1 : 1;
}

/** The ID behind one; undefined: there is none. */
export function idAfter({ ms, seq }: StreamId): StreamId | undefined {
  if (seq < MOST_NUMBER) return { ms, seq: seq + 1n };
  return ms < MOST_NUMBER ? { ms: ms + 1n, seq: 0n } : undefined;
}

/** The ID before one; undefined: there is none. */
export function idBefore({ ms, seq }: StreamId): StreamId | undefined {
  if (seq > 0n) return { ms, seq: seq - 1n };
  return ms > 0n ? { ms: ms - 1n, seq: MOST_NUMBER } : undefined;
}

/** The greater one of two. */
export function laterOf(a: StreamId, b: StreamId): StreamId {
  return compareIds(a, b) >= 0 ? a : b;
}

export function formatId({ ms, seq }: StreamId): string {
  return `${ms}-${seq}`;
}

function parseNumber(text: string): bigint | undefined {
  if (!NUMBER.test(text)) return undefined;
  const number = BigInt(text);
  return number > MOST_NUMBER ? undefined : number;
}

/**
 * The ID of a text; undefined: it is none.
 *
 * @param text Milliseconds, and perhaps `-` and a sequence number.
 * @param missing The sequence number where none is given.
 */
export function parseId(text: string, missing = 0n): StreamId | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const dash = text.indexOf("-");
  const ms = parseNumber(dash < 0 ? text : text.slice(0, dash));
  const seq = dash < 0 ? missing : parseNumber(text.slice(dash + 1));
  return ms === undefined || seq === undefined ? undefined : { ms, seq };
}

/** The same; fails if it is none. */
export function toId(text: string): StreamId {
  return parseId(text) ?? fail(INVALID);
}

/** The same, where `-` and `+` are the least and the greatest ID. */
export function toIdOrEnd(text: string, missing = 0n): StreamId {
  if (text === "-") return LEAST_ID;
  if (text === "+") return MOST_ID;
  return parseId(text, missing) ?? fail(INVALID);
}

/** The ID of a new entry: as it is given, or as it comes out of what was last. */
export type NewId =
  | StreamId
  /** Of this time, and with a sequence number that is free. */
  | { readonly ms: bigint; readonly seq: undefined }
  /** Of the present time. */
  | undefined;

/** The same for a new entry: `5-*` has any sequence number. */
export function toNewId(text: string): NewId {
  const isOpen = text.endsWith("-*") && text.length <= MOST_CHARACTERS;
  if (!isOpen) return toId(text);
  const ms = parseNumber(text.slice(0, -2)) ?? fail(INVALID);
  return { ms, seq: undefined };
}

/** The first ID of a range, whose text begins with `(` where that itself is not in it. */
export function toRangeStart(text: string): StreamId {
  if (!text.startsWith("(")) return toIdOrEnd(text);
  return idAfter(toId(text.slice(1))) ??
    fail("ERR invalid start ID for the interval");
}

/** The last ID of a range, likewise; without a sequence number it is the last of its time. */
export function toRangeEnd(text: string): StreamId {
  if (!text.startsWith("(")) return toIdOrEnd(text, MOST_NUMBER);
  const id = parseId(text.slice(1), MOST_NUMBER) ?? fail(INVALID);
  return idBefore(id) ?? fail("ERR invalid end ID for the interval");
}

// ---- as bytes -----------------------------------------------------------------------------------

/** Bytes of an ID in full. */
export const ID_BYTES = 16;

const NOTHING = new Uint8Array(0);

/** The view of bytes. */
export function viewOfBytes(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function readId(view: DataView, at: number): StreamId {
  return { ms: view.getBigUint64(at), seq: view.getBigUint64(at + 8) };
}

export function writeId(view: DataView, at: number, id: StreamId): void {
  view.setBigUint64(at, id.ms);
  view.setBigUint64(at + 8, id.seq);
}

/**
 * Few bytes for a sequence number, as most are small: none for 0, else how many follow, and those,
 * highest first. They are in the order of the numbers.
 */
export function seqBytes(seq: bigint): Uint8Array {
  if (seq === 0n) return NOTHING;
  let length = 1;
  while (seq >> BigInt(8 * length) > 0n) length++;
  const bytes = new Uint8Array(1 + length);
  bytes[0] = length;
  writeSeq(bytes, 0, seq, length);
  return bytes;
}

function writeSeq(
  into: Uint8Array,
  at: number,
  seq: bigint,
  length: number,
): void {
  for (let i = length, rest = seq; i > 0; i--, rest >>= 8n) {
    into[at + i] = Number(rest & 0xffn);
  }
}

/** The sequence number that is written in bytes from one on up to their end. */
export function readSeq(bytes: Uint8Array, from = 0): bigint {
  let seq = 0n;
  for (let i = from + 1; i < bytes.length; i++) {
    seq = seq << 8n | BigInt(bytes[i]);
  }
  return seq;
}

/** The bytes of an ID, in the order of the IDs: 8 for its time, and few for its number. */
export function idBytes({ ms, seq }: StreamId): Uint8Array {
  const rest = seqBytes(seq);
  const bytes = new Uint8Array(8 + rest.length);
  viewOfBytes(bytes).setBigUint64(0, ms);
  bytes.set(rest, 8);
  return bytes;
}

/** The ID of such bytes. */
export function idOfBytes(bytes: Uint8Array): StreamId {
  return { ms: viewOfBytes(bytes).getBigUint64(0), seq: readSeq(bytes, 8) };
}
