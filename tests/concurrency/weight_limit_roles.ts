import { SharedMap } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

/** What is written to the map. */
export type Value = number | string;

/** Numbers weigh what they are, strings as much as they are long. */
export function weigh(value: Value): number {
  return typeof value === "number" ? value : value.length;
}

export const roles = {
  /** Writes in every way; returns the most that the entries weighed. */
  writer(
    context: WorkerContext,
    { keys, operations, heaviest }: {
      keys: number;
      operations: number;
      heaviest: number;
    },
  ): number {
    using map = SharedMap.attach<string, Value>(context.handle, { weigh });
    const { random } = context;
    let most = 0;
    for (let i = 0; i < operations; i++) {
      const key = `key ${random.below(keys)}`;
      const other = `key ${random.below(keys)}`;
      const weight = random.below(heaviest);
      const choice = random.below(10);
      if (choice < 3) map.set(key, weight);
      else if (choice < 4) map.set(key, "x".repeat(weight));
      else if (choice < 5) map.update(key, () => weight);
      else if (choice < 6) map.compareAndSet(key, map.get(key), weight);
      else if (choice < 7) map.delete(key);
      else if (choice < 8) map.set(key, weight, { ttl: 1 + random.below(3) });
      else if (choice < 9) {
        map.transaction((tx) => {
          tx.set(other, tx.get(key) ?? weight);
          tx.set(key, weight);
        });
      } else if (map.get(key) === weight) map.expire(key, 1e6);
      else map.swap(key, weight);
      most = Math.max(most, map.stats().weight);
    }
    return most;
  },
};
