import type { SharedMap } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

/** Keys between two meetings: the workers stay close together. */
const STRETCH = 16;

type Race = (
  map: SharedMap<string, string>,
  key: string,
  own: string,
) => boolean;

/** What the workers try on each key; the prefix says whether the prizes are there before. */
export const RACES: Record<string, Race> = {
  "put getOrInsert()": (map, key, own) => map.getOrInsert(key, own) === own,
  "put getOrInsertComputed()": (map, key, own) =>
    map.getOrInsertComputed(key, () => own) === own,
  "put compareAndSet()": (map, key, own) =>
    map.compareAndSet(key, undefined, own),
  "taken take()": (map, key) => map.take(key) !== undefined,
  "taken delete()": (map, key) => map.delete(key),
  "taken compareAndDelete()": (map, key) => map.compareAndDelete(key, "prize"),
};

export const roles = {
  /** Tries every key of every race side by side with the others; returns the keys that were won. */
  racer(context: WorkerContext, keys: number): Record<string, number[]> {
    const map = context.attach<string, string>();
    const won: Record<string, number[]> = {};
    for (const [name, race] of Object.entries(RACES)) {
      won[name] = [];
      for (let i = 0; i < keys; i++) {
        if (i % STRETCH === 0) context.meet();
        const own = `worker ${context.index}`;
        if (race(map, `${name} ${i}`, own)) won[name].push(i);
      }
    }
    return won;
  },
};
