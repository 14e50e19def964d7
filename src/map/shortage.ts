/**
 * Shortage: what a write was short of, and what is waited for.
 *
 * @module
 */

/** What a write was short of. */
export interface Shortage {
  /** Memory for an entry; a slot of the table, for which there was no larger one; or memory for a tombstone. */
  of: "entry" | "slot" | "tombstone";
  /** Bytes of the entry, or of the tombstone's key. */
  bytes: number;
}

/**
 * What a purge waits for if the next table has no place: nothing; that what was moved out of it is free; or also, if nothing else is
 * left to try, that others give memory back to move it to.
 */
export type PlaceWait = "nothing" | "place" | "memory";
