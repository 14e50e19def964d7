/**
 * Shortage: what a write was short of, and what is waited for.
 *
 * @module
 */

/** What a write was short of. */
export interface Shortage {
  /** Memory for an entry; a slot of a table that cannot grow; or memory for a tombstone. */
  of: "entry" | "slot" | "tombstone";
  /** Bytes of the entry, or of the tombstone's key. */
  bytes: number;
  /** Bytes that it had taken already, a block after the other, and has given back. */
  before?: number;
}

/**
 * What a purge waits for if the next table has no place: for nothing; for the place, until what was
 * moved out of it is free; or also for memory of others to move it to, if nothing else is left to
 * try.
 */
export type PlaceWait = "nothing" | "place" | "memory";
