import { assert, assertEquals } from "@std/assert";
import type { WorkerContext } from "../testing/role.ts";

export const roles = {
  /** Inserts keys of its own and, in between, keys that all insert. */
  inserter(context: WorkerContext, keys: number): void {
    const map = context.attach<string, string>();
    for (let i = 0; i < keys; i++) {
      map.set(`own ${context.index} ${i}`, `${context.index}:${i}`);
      assertEquals(map.getOrInsert(`all ${i}`, `all:${i}`), `all:${i}`);
      const earlier = context.random.below(i + 1);
      const key = `own ${context.index} ${earlier}`;
      assertEquals(map.get(key), `${context.index}:${earlier}`);
    }
  },

  /** Deletes keys of its own, but for every hundredth. */
  deleter(context: WorkerContext, keys: number): void {
    const map = context.attach<string, string>();
    for (let i = 0; i < keys; i++) {
      if (i % 100 === 0) continue;
      assert(map.delete(`own ${context.index} ${i}`));
    }
  },

  /** Reads what nobody deletes, until it is told to stop; returns how often. */
  async reader(
    context: WorkerContext,
    { workers, keys }: { workers: number; keys: number },
  ): Promise<number> {
    const map = context.attach<string, string>();
    let reads = 0;
    for (; reads < 100 || !context.stopped; reads++) {
      const worker = context.random.below(workers);
      const i = 100 * context.random.below(keys / 100);
      assertEquals(map.get(`own ${worker} ${i}`), `${worker}:${i}`);
      assert(map.has(`own ${worker} ${i}`));
      if (reads % 256 === 0) await context.rest();
    }
    return reads;
  },
};
