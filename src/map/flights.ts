/**
 * Flights: the loads under way in this thread. Of all who miss a key in a thread, one loads it, or
 * waits until it is this thread's turn to load it. The others wait for the end of that.
 *
 * @module
 */

import type { MapFullError } from "../errors.ts";
import type { Id } from "./kept_key.ts";

/** A load under way, or the wait for another thread's. */
export interface Flight {
  /** Resolves when it is over, however it went. */
  readonly landed: Promise<void>;
  /** Whether it came to be known that there is no value. */
  isForNothing: boolean;
  /** Why what was loaded cannot be kept: it does not fit. */
  refusal: MapFullError | undefined;
}

/** The flights of an attachment, by what tells their keys from others. */
export type Flights = Map<Id, Flight>;

/** Runs the flight of a key that has none. */
export async function launch<R>(
  flights: Flights,
  id: Id,
  fly: (flight: Flight) => Promise<R>,
): Promise<R> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const flight: Flight = {
    landed: promise,
    isForNothing: false,
    refusal: undefined,
  };
  flights.set(id, flight);
  try {
    return await fly(flight);
  } finally {
    flights.delete(id);
    resolve();
  }
}
