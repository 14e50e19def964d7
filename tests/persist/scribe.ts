/**
 * A worker that writes a map in an order that every snapshot must show.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";

/** What it is told: the map, which of the scribes it is, and where it sees that it is to stop. */
export interface Order {
  handle: SharedMapHandle;
  self: number;
  scribes: number;
  stop: SharedArrayBuffer;
}

/** Entries of the window that each scribe moves along. */
export const WINDOW = 2000;

/** Writes until it is told to stop; returns its last step. */
export function obey({ handle, self, scribes, stop }: Order): number {
  using map = SharedMap.attach<string, number>(handle);
  const stopped = new Int32Array(stop);
  let n = 0;
  while (Atomics.load(stopped, 0) === 0) {
    n++;
    map.set(`${self} first`, n);
    map.set(`${self} in window ${n}`, n);
    if (n > WINDOW) map.delete(`${self} in window ${n - WINDOW}`);
    map.set(`${self} last`, n);
    for (let other = 0; other < scribes; other++) {
      map.set(`${self} saw ${other}`, map.get(`${other} last`) ?? 0);
    }
  }
  return n;
}
