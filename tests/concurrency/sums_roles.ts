import type { SharedMap } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

type Adder = (map: SharedMap<string, number>, key: string, by: number) => void;

/** Ways to add to a number. */
export const ADDERS: Record<string, Adder> = {
  "increment()": (map, key, by) => map.increment(key, by),
  "update()": (map, key, by) => map.update(key, (now = 0) => now + by),
  "compareAndSet()": (map, key, by) => {
    for (;;) {
      const now = map.get(key);
      if (map.compareAndSet(key, now, (now ?? 0) + by)) return;
    }
  },
};

export const roles = {
  /** Adds small numbers to keys of each adder's own; returns what it added to each in all. */
  adder(
    context: WorkerContext,
    { keys, additions }: { keys: number; additions: number },
  ): Record<string, number> {
    const map = context.attach<string, number>();
    const added: Record<string, number> = {};
    for (const [name, add] of Object.entries(ADDERS)) {
      for (let i = 0; i < additions; i++) {
        const key = `${name} ${context.random.below(keys)}`;
        const by = 1 + context.random.below(5);
        add(map, key, by);
        added[key] = (added[key] ?? 0) + by;
      }
    }
    return added;
  },

  /** As long as the others move units between counters: returns how many it moved out and in. */
  mover(context: WorkerContext, moves: number): number {
    const map = context.attach<string, number>();
    let net = 0;
    for (let i = 0; i < moves; i++) {
      const taken = map.take("pot");
      net -= taken ?? 0;
      const given = context.random.below(100);
      const before = map.swap("pot", given);
      net += given - (before ?? 0);
    }
    return net;
  },
};
