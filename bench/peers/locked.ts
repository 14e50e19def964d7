import type { Contender } from "./contender.ts";
import {
  createLockedTable,
  LockedTable,
  type LockedTableHandle,
} from "./locked_table.ts";

/**
 * The locked table as a contender, with its locks or without. Its size is fixed, so it gets
 * room up front.
 */
export function locked(stripes: number, locks = true): Contender {
  return {
    isMap: true,
    create({ entries }) {
      const message = createLockedTable(slotsFor(entries), stripes, locks);
      return { handle: () => ({ message }), close() {} };
    },
    attach: (handle) => new LockedTable(handle as LockedTableHandle),
  };
}

/** At most half full: beyond that, linear probing begins to cost. */
function slotsFor(entries: number): number {
  return 2 ** Math.ceil(Math.log2(2 * entries));
}
