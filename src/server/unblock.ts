/**
 * How a client is woken from a command that it waits in.
 *
 * @module
 */

/** Ends the wait: as if its time were over, or by an error. */
export type Unblock = (how: "timeout" | "error") => void;
