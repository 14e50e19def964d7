/**
 * Running transactions: those whose code this thread is in. A call of another one of the same map
 * joins it, and a direct write to the map is refused.
 *
 * @module
 */

import { theMap } from "../errors.ts";
import type { Segment } from "../segment/segment.ts";

/** A transaction whose code runs. */
export interface Running {
  readonly segment: Segment;
  /** The transaction, which only its own map object knows the types of. */
  readonly transaction: unknown;
  /** The one within whose code it was begun. */
  readonly outer: Running | undefined;
}

/** Those of this thread, innermost first. */
export const running: { innermost: Running | undefined } = {
  innermost: undefined,
};

/** The one that runs on a segment, if any does. Two attachments of a thread may share a segment. */
export function runningOn(segment: Segment): Running | undefined {
  let one = running.innermost;
  while (one !== undefined && one.segment.id !== segment.id) one = one.outer;
  return one;
}

/** Throws if a transaction of the map runs here: it could not commit beside a write of its own. */
export function refuseWithin(segment: Segment, what: string): void {
  if (runningOn(segment) === undefined) return;
  throw new Error(
    `Cannot ${what}: a transaction of ${
      theMap(segment.name)
    } runs here: use the methods of the transaction that its function was given, or write when it is over`,
  );
}
