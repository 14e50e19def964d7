/**
 * How far groups have come, as Redis counts it: entries that were deleted in between make it
 * unknown.
 *
 * @module
 */

import type { Stream } from "../collections.ts";
import { firstIdOf } from "./entries.ts";
import type { Progress } from "./groups.ts";
import { compareIds, type StreamId } from "./id.ts";

/** How many entries of all that were ever added have come up to an ID; undefined: not known. */
function entriesUpTo(stream: Stream, id: StreamId): bigint | undefined {
  const { head: { entriesAdded, lastId, maxDeletedId } } = stream;
  const length = BigInt(stream.length);
  const toLast = compareIds(id, lastId);
  if (entriesAdded === 0n) return 0n;
  if (length === 0n && toLast <= 0) return entriesAdded;
  if (toLast === 0) return entriesAdded;
  if (toLast > 0) return undefined;
  const first = firstIdOf(stream);
  const isWhole = compareIds(maxDeletedId, first) < 0;
  const toFirst = compareIds(id, first);
  if (!isWhole || toFirst > 0) return undefined;
  return entriesAdded - length + (toFirst === 0 ? 1n : 0n);
}

/** Whether there may be gaps from an ID on, where entries were deleted. */
function hasGaps(stream: Stream, from: StreamId): boolean {
  const { head: { maxDeletedId }, length } = stream;
  return length > 0 && compareIds(maxDeletedId, firstIdOf(stream)) >= 0 &&
    compareIds(maxDeletedId, from) >= 0;
}

/** The progress of a group that has read one entry more. */
export function readOneMore(
  stream: Stream,
  progress: Progress,
  id: StreamId,
): Progress {
  if (compareIds(id, progress.lastId) <= 0) return progress;
  const { entriesRead } = progress;
  const isKnown = entriesRead !== undefined && !hasGaps(stream, id);
  return {
    lastId: id,
    entriesRead: isKnown ? entriesRead + 1n : entriesUpTo(stream, id),
  };
}

/** How many entries a group has not read yet; undefined: it is not known. */
export function lagOf(
  stream: Stream,
  { entriesRead, lastId }: Progress,
): bigint | undefined {
  const { entriesAdded } = stream.head;
  if (entriesAdded === 0n) return 0n;
  const isKnown = entriesRead !== undefined && !hasGaps(stream, lastId);
  const read = isKnown ? entriesRead : entriesUpTo(stream, lastId);
  return read === undefined ? undefined : entriesAdded - read;
}
