/**
 * What is set for all workers of a server.
 *
 * @module
 */

import type { ClientLimits } from "./limits.ts";

/** Settings: they are the same in all workers, and some change while the server runs. */
export interface Settings extends ClientLimits {
  /** What clients have to say before anything else; undefined: nothing. */
  password: string | undefined;
  /** Until when commands wait, in milliseconds since 1970; 0: they do not. */
  pausedUntil: number;
  /** Whether only those wait that write. */
  pausesWritesOnly: boolean;
  /** How many microseconds a slow command takes, at least; negative: none is slow. */
  slowMicros: number;
  /** How many slow commands each worker keeps. */
  slowLogLength: number;
  /** Whether clients from other machines are refused as long as there is no password. */
  protectedMode: boolean;
}
