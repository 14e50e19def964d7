/**
 * Who has which participant record.
 *
 * @module
 */

/** The participant that made the map; those of the workers follow, and then all others. */
export const FOUNDER = 0;

/** The number of a worker's participant. */
export function slotOf(worker: number): number {
  return FOUNDER + 1 + worker;
}
