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
  /** Whether clients from other machines are refused as long as there is no password. */
  protectedMode: boolean;
}
