import type { SharedMap } from "../../mod.ts";
import { sleep } from "../../src/timers.ts";
import type { WorkerContext } from "../testing/role.ts";

const KEYS = 8;

/** How often each generation of a key was loaded: words that all workers share. */
export interface Counted {
  readonly rounds: number;
  readonly loads: Int32Array<SharedArrayBuffer>;
}

/** What stands for a database: a number for each key, which only grows. */
export interface Original {
  readonly rounds: number;
  readonly database: Int32Array<SharedArrayBuffer>;
}

export interface Failing {
  /** Word 0: loads begun; word 1: loads that may go on. */
  readonly gate: Int32Array<SharedArrayBuffer>;
}

const keyOf = (i: number) => `key ${i}`;
const anyTime = (context: WorkerContext) => sleep(context.random.below(3));

export const roles = {
  /** Fetches the same keys as all others, round by round; returns how often it got another value. */
  async fetcher(
    context: WorkerContext,
    { loads, rounds }: Counted,
  ): Promise<number> {
    const map = context.attach<string, number>();
    let others = 0;
    for (let round = 0; round < rounds; round++) {
      const load = async () => {
        Atomics.add(loads, round, 1);
        await anyTime(context);
        return round;
      };
      const calls = Array.from(
        { length: 3 },
        () => map.fetch(keyOf(round), load),
      );
      const values = await Promise.all(calls);
      others += values.filter((value) => value !== round).length;
    }
    return others;
  },

  /**
   * Changes originals, and deletes the keys, or sets them; or fetches them. After each round, in
   * which a key may be changed a few times, what is in the map must be what is in the database.
   * Returns what was not.
   */
  async user(
    context: WorkerContext,
    { database, rounds }: Original,
  ): Promise<string[]> {
    const map = context.attach<string, number>();
    const old: string[] = [];
    for (let round = 0; round < rounds; round++) {
      await context.meetAsync();
      if (context.index % 2 === 0) await fetchAll(context, map, database);
      else await changeAll(context, map, database);
      await context.meetAsync();
      for (const [key, value] of map) {
        const original = database[Number(key.slice(4))];
        if (value !== original) old.push(`${value} and not ${original}`);
      }
    }
    return old;
  },

  /** Begins to load, and never ends. */
  async dying(context: WorkerContext, { gate }: Failing): Promise<void> {
    const map = context.attach<string, number>();
    await map.fetch("a", async () => {
      Atomics.store(gate, 0, 1);
      await new Promise(() => {});
      return 0;
    });
  },
};

async function fetchAll(
  context: WorkerContext,
  map: SharedMap<string, number>,
  database: Int32Array<SharedArrayBuffer>,
): Promise<void> {
  const load = async (key: string) => {
    const value = Atomics.load(database, Number(key.slice(4)));
    if (context.random.below(2) === 0) await anyTime(context);
    return value;
  };
  for (let i = 0; i < KEYS; i++) await map.fetch(keyOf(i), load);
}

async function changeAll(
  context: WorkerContext,
  map: SharedMap<string, number>,
  database: Int32Array<SharedArrayBuffer>,
): Promise<void> {
  // Each has keys of its own, as changes of two must not come between each other.
  for (let i = context.index >> 1; i < KEYS; i += context.count >> 1) {
    const value = Atomics.add(database, i, 1) + 1;
    writeOrDelete(context, map, keyOf(i), value);
    if (context.random.below(2) === 0) await anyTime(context);
  }
}

function writeOrDelete(
  { random }: WorkerContext,
  map: SharedMap<string, number>,
  key: string,
  value: number,
): void {
  switch (random.below(4)) {
    case 0:
      map.set(key, value, { ttl: 1 + random.below(3) }); // it is soon gone again
      return;
    case 1:
      map.transaction((tx) => void tx.delete(key));
      return;
    case 2:
      map.set(key, value);
      return;
    default:
      map.delete(key);
  }
}
