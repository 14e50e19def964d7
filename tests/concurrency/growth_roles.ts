import { assert, assertEquals } from "@std/assert";
import type { Stage } from "../testing/role.ts";

export const roles = {
  /** Inserts keys of its own and, in between, keys that all insert. */
  inserter(stage: Stage, keys: number): void {
    const map = stage.attach<string, string>();
    for (let i = 0; i < keys; i++) {
      map.set(`own ${stage.index} ${i}`, `${stage.index}:${i}`);
      assertEquals(map.getOrInsert(`all ${i}`, `all:${i}`), `all:${i}`);
      const earlier = stage.random.below(i + 1);
      const key = `own ${stage.index} ${earlier}`;
      assertEquals(map.get(key), `${stage.index}:${earlier}`);
    }
  },

  /** Deletes keys of its own, but for every hundredth. */
  deleter(stage: Stage, keys: number): void {
    const map = stage.attach<string, string>();
    for (let i = 0; i < keys; i++) {
      if (i % 100 === 0) continue;
      assert(map.delete(`own ${stage.index} ${i}`));
    }
  },

  /** Reads what nobody deletes, until it is told to stop; returns how often. */
  async reader(
    stage: Stage,
    { workers, keys }: { workers: number; keys: number },
  ): Promise<number> {
    const map = stage.attach<string, string>();
    let reads = 0;
    for (; reads < 100 || !stage.stopped; reads++) {
      const worker = stage.random.below(workers);
      const i = 100 * stage.random.below(keys / 100);
      assertEquals(map.get(`own ${worker} ${i}`), `${worker}:${i}`);
      assert(map.has(`own ${worker} ${i}`));
      if (reads % 256 === 0) await stage.rest();
    }
    return reads;
  },
};
