/**
 * A worker that changes structures, in a way that every snapshot must show.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { type Numbers, NumberTrees } from "../testing/number_trees.ts";
import { Random } from "../testing/random.ts";

/** What it is told: the map, a seed of its own, and where it sees that it is to stop. */
export interface Order {
  handle: SharedMapHandle;
  seed: number;
  stop: SharedArrayBuffer;
}

/** The keys of the structures that are always there. */
export const KEYS: readonly string[] = ["a", "b"];
/** One that comes and goes. */
export const VISITOR = "visitor";
/** How many numbers each has. In those that stay their sum is 0. */
export const COUNT = 3000;

/** All of the visitor's numbers are one. */
export function visitorOf(n: number): Numbers {
  return { lists: [new Array(COUNT).fill(n), []], label: `${n}` };
}

/** Changes them until it is told to stop; returns how often it did. */
export function obey({ handle, seed, stop }: Order): number {
  using map = SharedMap.attach<string, unknown>(handle);
  const trees = new NumberTrees<string>(attachmentOf(map), "string");
  const random = new Random(seed);
  const stopped = new Int32Array(stop);
  let n = 0;
  while (Atomics.load(stopped, 0) === 0) {
    n++;
    const at = [random.below(COUNT), random.below(COUNT)];
    trees.move(random.pick(KEYS), 0, at[0], at[1], random.below(9));
    if (n % 50 === 0) trees.put(VISITOR, visitorOf(n));
    if (n % 170 === 0) map.delete(VISITOR);
  }
  return n;
}
