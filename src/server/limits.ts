/**
 * What clients may take, so that none of them takes everything.
 *
 * @module
 */

/** Limits of each client, and of all of them. */
export interface ClientLimits {
  /** The most clients of one worker: whoever comes when there are so many is sent away. */
  maxClients: number;
  /** The most bytes of a request that has begun, or of requests that wait. */
  maxQueryBytes: number;
  /** The most bytes of messages that may wait for a subscriber that is slow. */
  maxOutputBytes: number;
  /** After so many milliseconds without a request a client is sent away; 0: never. */
  idleTimeout: number;
}

/** Unless something else is said. */
export const DEFAULT_LIMITS: Readonly<ClientLimits> = {
  maxClients: 10_000,
  maxQueryBytes: 2 ** 30,
  maxOutputBytes: 32 * 2 ** 20,
  idleTimeout: 0,
};
