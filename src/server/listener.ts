/**
 * What accepts clients.
 *
 * @module
 */

/** What accepts clients on a port. */
export interface Listener {
  readonly port: number;
  /** Accepts no more clients; those that there are stay. */
  close(): Promise<void>;
}
