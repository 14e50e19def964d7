/**
 * Heads of streams: what they say besides their entries and groups.
 *
 * @module
 */

import {
  ID_BYTES,
  LEAST_ID,
  readId,
  type StreamId,
  viewOfBytes,
  writeId,
} from "./id.ts";

export interface StreamHead {
  /** The greatest ID that an entry has had. */
  readonly lastId: StreamId;
  /** How many entries were ever added. */
  readonly entriesAdded: bigint;
  /** The greatest ID of those that were deleted, and not trimmed. */
  readonly maxDeletedId: StreamId;
}

/** The head of a new stream. */
export const NEW_HEAD: StreamHead = {
  lastId: LEAST_ID,
  entriesAdded: 0n,
  maxDeletedId: LEAST_ID,
};

/** Bytes of a head. */
export const HEAD_BYTES: number = 2 * ID_BYTES + 8;

export function readHead(bytes: Uint8Array, at: number): StreamHead {
  const view = viewOfBytes(bytes);
  return {
    lastId: readId(view, at),
    maxDeletedId: readId(view, at + ID_BYTES),
    entriesAdded: view.getBigInt64(at + 2 * ID_BYTES),
  };
}

export function writeHead(
  bytes: Uint8Array,
  at: number,
  { entriesAdded, lastId, maxDeletedId }: StreamHead,
): void {
  const view = viewOfBytes(bytes);
  writeId(view, at, lastId);
  writeId(view, at + ID_BYTES, maxDeletedId);
  view.setBigInt64(at + 2 * ID_BYTES, entriesAdded);
}
