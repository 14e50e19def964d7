/**
 * Scans of a tree by hash, a few elements at a time, with nothing kept between two calls.
 *
 * The cursor is the hash at which the scan goes on; 0 is the beginning, and the end. A call visits
 * whole groups of elements with one hash. So an element that is there throughout is visited exactly
 * once, whatever changes of the tree come between the calls: neither splits and merges of nodes,
 * nor elements that come and go, change its hash.
 *
 * @module
 */

import type { SearchKey } from "./compare.ts";
import { headOf, keysAt, type NodeMemory } from "./node.ts";
import { Place } from "./place.ts";

const NOTHING = new Uint8Array(0);

/**
 * Visits elements from a cursor on. O(log n + k).
 *
 * @param memory Where the nodes are.
 * @param root The tree, by hash; 0: it is empty.
 * @param cursor A number that the last call returned; 0: from the beginning.
 * @param least How many elements to visit, at least, if there are so many.
 * @param visit Called with the leaf and the item of each.
 * @returns The cursor of the next call; 0: this was the last one.
 */
export function scan(
  memory: NodeMemory,
  root: number,
  cursor: number,
  least: number,
  visit: (leaf: number, item: number) => void,
): number {
  const { words } = memory;
  const place = new Place();
  const key: SearchKey = { high: cursor | 0, low: 0, content: NOTHING };
  place.findKey(memory, root, key);
  if (!place.toElement(memory)) return 0;
  let last = -1;
  for (let visited = 0;; visited++) {
    const { leaf } = place;
    const hash = words[keysAt(leaf, headOf(words, leaf)) + place.item] >>> 0;
    if (visited >= least && hash !== last) return last + 1;
    last = hash;
    visit(leaf, place.item);
    if (!place.next(memory)) return 0;
  }
}
