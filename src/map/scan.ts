/**
 * Iteration: range by range in hash order, pinned only while a range is read.
 *
 * @module
 */

import { Cursor } from "../table/cursor.ts";
import type { Attachment } from "./attachment.ts";

/**
 * Yields what `pick` makes of each version that `select` lets through (0: leave it out).
 *
 * @param attachment The worker's hold on the map.
 * @param select From a key's newest version to the one that is wanted.
 * @param pick From a version to what is yielded.
 * @param checkOpen Throws when the iterator may not go on.
 */
export function* scan<T>(
  attachment: Attachment,
  select: (newest: number) => number,
  pick: (ref: number) => T,
  checkOpen: () => void,
): Generator<T, undefined, unknown> {
  const { participant, segment, table } = attachment;
  checkOpen();
  const cursor = new Cursor(segment, table.migration);
  const refs: number[] = [];
  while (!cursor.done) {
    const found: T[] = [];
    participant.pin();
    try {
      cursor.next(refs);
      for (const newest of refs) {
        const ref = select(newest);
        if (ref !== 0) found.push(pick(ref));
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
    for (const item of found) {
      yield item;
      checkOpen();
    }
  }
}
