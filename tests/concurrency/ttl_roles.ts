import { assert, assertEquals } from "@std/assert";
import type { WorkerContext } from "../testing/role.ts";

export const roles = {
  /** Sets entries that soon expire. */
  setter(
    context: WorkerContext,
    { keys, ttl }: { keys: number; ttl: number },
  ): void {
    const map = context.attach<string, number>();
    for (let i = 0; i < keys; i++) {
      map.set(`e${context.index} ${i}`, i, { ttl });
    }
  },

  /** Makes entries permanent just before they expire, if it can; then they must stay. */
  async saver(
    context: WorkerContext,
    { keys, rounds }: { keys: number; rounds: number },
  ): Promise<{ saved: number; lost: number }> {
    const map = context.attach<string, number>();
    let [saved, lost] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < keys; i++) {
        map.set(`s${context.index} ${i}`, round, {
          ttl: 1 + context.random.below(3),
        });
      }
      await context.rest();
      const kept: number[] = [];
      for (let i = 0; i < keys; i++) {
        const key = `s${context.index} ${i}`;
        if (map.expire(key, Infinity)) kept.push(i);
        else lost++;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
      for (const i of kept) {
        assertEquals(map.get(`s${context.index} ${i}`), round);
        assertEquals(map.ttl(`s${context.index} ${i}`), Infinity);
      }
      saved += kept.length;
    }
    return { saved, lost };
  },

  /** Puts something in the place of what expires: one worker for each generation. */
  async heir(
    context: WorkerContext,
    { keys, rounds }: { keys: number; rounds: number },
  ): Promise<string[]> {
    const map = context.attach<string, number>();
    const won: string[] = [];
    for (let round = 0; round < rounds; round++) {
      if (context.index === 0) {
        for (let i = 0; i < keys; i++) map.set(`h${i}`, -1, { ttl: 2 });
      }
      context.meet();
      await new Promise((resolve) => setTimeout(resolve, 5));
      context.meet();
      for (let i = 0; i < keys; i++) {
        assertEquals(map.take(`h${i} never`), undefined);
        if (map.compareAndSet(`h${i}`, undefined, round)) {
          won.push(`${round} ${i}`);
        }
      }
      context.meet();
    }
    return won;
  },

  /** Sets entries that hold the round; notes the round when the last of them has expired. */
  async dater(
    context: WorkerContext,
    { keys, rounds, log }: { keys: number; rounds: number; log: Int32Array },
  ): Promise<void> {
    const map = context.attach<string, number>();
    for (let round = 1; round <= rounds; round++) {
      for (let i = 0; i < keys; i++) {
        map.set(`d${context.index} ${i}`, round, {
          ttl: 1 + context.random.below(5),
        });
      }
      const end = Date.now() + 5;
      while (Date.now() <= end) await context.rest();
      Atomics.store(log, context.index, round);
    }
  },

  /** Reads until it is told to stop: nothing is seen after its time. */
  async reader(
    context: WorkerContext,
    { keys, log }: { keys: number; log: Int32Array },
  ): Promise<number> {
    const map = context.attach<string, number>();
    let seen = 0;
    while (!context.stopped) {
      for (let i = 0; i < keys; i++) {
        for (let dater = 0; dater < log.length; dater++) {
          const expired = Atomics.load(log, dater);
          const round = map.get(`d${dater} ${i}`);
          if (round === undefined) continue;
          assert(round > expired, `${round} is seen, ${expired} has expired`);
          seen++;
        }
      }
      await context.rest();
    }
    return seen;
  },
};
