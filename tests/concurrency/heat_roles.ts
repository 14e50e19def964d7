import type { WorkerContext } from "../testing/role.ts";

export const roles = {
  /** Reads keys by chance, in one way or another. */
  reader(
    context: WorkerContext,
    { keys, reads }: { keys: readonly string[]; reads: number },
  ): void {
    const map = context.attach<string, unknown>();
    for (let i = 0; i < reads; i++) {
      const key = context.random.pick(keys);
      if (i % 3 === 0) map.has(key);
      else map.get(key);
    }
  },
};
