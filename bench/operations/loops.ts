import type { SharedMap } from "../../mod.ts";

/**
 * The timed parts: one loop for each operation and each of the two maps. They are
 * written out, because a loop that serves two kinds of map is compiled for
 * neither.
 */
export type Loops<M, K> = Record<OperationName, (map: M, keys: K[]) => void>;

export type OperationName = "get" | "set" | "delete" | "update" | "increment";

/** What was read, added up: a result that nobody uses might be compiled away. */
let used = 0;

export const MAP_LOOPS: Loops<Map<string | number, number>, string | number> = {
  get(map, keys) {
    for (let i = 0; i < keys.length; i++) used += map.get(keys[i])!;
  },
  set(map, keys) {
    for (let i = 0; i < keys.length; i++) map.set(keys[i], i);
  },
  delete(map, keys) {
    for (let i = 0; i < keys.length; i++) used += Number(map.delete(keys[i]));
  },
  update(map, keys) {
    for (let i = 0; i < keys.length; i++) {
      map.set(keys[i], doubled(map.get(keys[i])));
    }
  },
  increment(map, keys) {
    for (let i = 0; i < keys.length; i++) {
      map.set(keys[i], (map.get(keys[i]) ?? 0) + 1);
    }
  },
};

export const SHARED_LOOPS: Loops<
  SharedMap<string | number, number>,
  string | number
> = {
  get(map, keys) {
    for (let i = 0; i < keys.length; i++) used += map.get(keys[i])!;
  },
  set(map, keys) {
    for (let i = 0; i < keys.length; i++) map.set(keys[i], i);
  },
  delete(map, keys) {
    for (let i = 0; i < keys.length; i++) used += Number(map.delete(keys[i]));
  },
  update(map, keys) {
    for (let i = 0; i < keys.length; i++) map.update(keys[i], doubled);
  },
  increment(map, keys) {
    for (let i = 0; i < keys.length; i++) map.increment(keys[i]);
  },
};

function doubled(value: number | undefined): number {
  return ((value ?? 0) * 2) & 0xffff;
}
