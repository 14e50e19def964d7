/**
 * Who has which participant record.
 *
 * @module
 */

/** The participant that made the map; the parts follow, and then whoever else there is. */
export const FOUNDER = 0;

/** The record of a part's participant. */
export function slotOf(part: number): number {
  return FOUNDER + 1 + part;
}
