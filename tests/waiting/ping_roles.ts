import type { WorkerContext } from "../testing/role.ts";

/** How the two sides of the ping take turns. */
export interface Input {
  readonly rounds: number;
}

const own = (name: string, i: number) => `${name} ${i}`;

export const roles = {
  /** Writes a number that the other one waits for, and waits for the answer, round by round. */
  async server(context: WorkerContext, { rounds }: Input): Promise<number> {
    const map = context.attach<string, number>();
    for (let i = 1; i <= rounds; i++) {
      map.set("ball", i);
      await map.waitFor("back", { until: (value) => value === i });
    }
    return rounds;
  },

  /** The other side. */
  async receiver(context: WorkerContext, { rounds }: Input): Promise<number> {
    const map = context.attach<string, number>();
    for (let i = 1; i <= rounds; i++) {
      await map.waitFor("ball", { until: (value) => value === i });
      map.set("back", i);
    }
    return rounds;
  },

  /** Takes turns with the next key each time, so that there are new ones, and tables that move. */
  async giver(context: WorkerContext, { rounds }: Input): Promise<number> {
    const map = context.attach<string, number>();
    for (let i = 0; i < rounds; i++) {
      map.set(own("gift", i), i);
      await map.waitFor(own("gift", i), {
        until: (value) => value === undefined,
      });
    }
    return rounds;
  },

  /** Takes what is given, as soon as it is there. */
  async taker(context: WorkerContext, { rounds }: Input): Promise<number> {
    const map = context.attach<string, number>();
    for (let i = 0; i < rounds; i++) {
      await map.waitFor(own("gift", i));
      map.take(own("gift", i));
    }
    return rounds;
  },
};
