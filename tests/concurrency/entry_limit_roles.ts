import type { WorkerContext } from "../testing/role.ts";

export const roles = {
  /** Asks for keys, and sets those that are not there; returns the most entries that it saw. */
  user(
    context: WorkerContext,
    { keys, operations }: { keys: number; operations: number },
  ): number {
    const map = context.attach<string, number>();
    let most = 0;
    for (let i = 0; i < operations; i++) {
      const key = `key ${context.random.below(keys)}`;
      if (map.get(key) === undefined) map.set(key, i);
      else if (i % 10 === 0) map.delete(key);
      most = Math.max(most, map.size);
    }
    return most;
  },
};
