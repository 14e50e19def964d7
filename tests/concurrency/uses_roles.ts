import type { WorkerContext } from "../testing/role.ts";

interface Order {
  keys: readonly string[];
  hot: readonly string[];
  uses: number;
}

export const roles = {
  /** Reads and writes keys by chance, some of them half of the time. */
  user(context: WorkerContext, { keys, hot, uses }: Order): void {
    const map = context.attach<string, unknown>();
    for (let i = 0; i < uses; i++) {
      const key = context.random.pick(i % 2 === 0 ? hot : keys);
      if (i % 5 === 0) map.set(key, i);
      else map.get(key);
    }
  },
};
