/**
 * The keys of the board, on which the workers count for the display.
 *
 * @module
 */

/** Pieces that are done. */
export const PIECES_DONE = "pieces done";
/** Operations on the index, all workers'. */
export const operationsOf = (worker: number) => `operations of ${worker}`;
/** Pieces that a worker took over from another. */
export const redoneBy = (worker: number) => `redone by ${worker}`;
/** Set once a worker is gone and will not finish what it took. */
export const isGone = (worker: number) => `${worker} is gone`;
/** What the reader asked for, and what of it was there. */
export const ASKED = "asked";
export const FOUND = "found";
/** Set once the index is built. */
export const IS_BUILT = "is built";
