/**
 * What do the commands of a store cost? `--help` says how it is measured.
 */
import { SharedMap } from "../../mod.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { askWorker } from "../measure/ask_worker.ts";
import { type Figure, type GoalCheck, parted } from "../measure/goal.ts";
import { runGoalBench } from "../measure/goal_command.ts";
import { Progress } from "../measure/progress.ts";
import { summarize } from "../measure/statistics.ts";
import { Gate } from "../throughput/gate.ts";
import type { Order } from "./counter_worker.ts";

const ROUNDS = 15;

const HELP = `What the commands of a store cost.

  deno run --allow-read=. bench/store/commands.ts [options]

  --rounds N   how often everything takes its turn (default ${ROUNDS})
  --json PATH  writes the figures there (needs --allow-write)

100,000 strings are set and read in a store and in a bare map, in turns. Then
each of some commands is called 20,000 times on one key, whose list, set, hash or
sorted set has 100 elements of 10 bytes. Two workers and one increment one key
for 0.3 s.
`;

const STRINGS = 100_000;
const CALLS = 20_000;
const ELEMENTS = 100;
const SECONDS = 0.3;

/** An element of 10 bytes. */
function element(i: number): string {
  return `element${String(i % 1_000).padStart(3, "0")}`;
}

/** A store with one collection of each type. */
function filled(): SharedStore {
  const store = SharedStore.create();
  const elements = Array.from({ length: ELEMENTS }, (_, i) => element(i));
  store.rpush("list", ...elements);
  store.sadd("set", ...elements);
  store.hset("hash", elements.map((one) => [one, one] as const));
  store.zadd("zset", elements.map((one, i) => [one, i] as const));
  return store;
}

/** Commands by what they are called; each is given a number that counts up. */
const COMMANDS: Readonly<
  Record<string, (store: SharedStore, i: number) => void>
> = {
  "set with an expiry": (store, i) =>
    store.set("text", element(i), { ex: 100 }),
  "lpush and rpop": (store, i) => {
    store.lpush("list", element(i));
    store.rpop("list");
  },
  "lindex": (store, i) => store.lindex("list", i % ELEMENTS),
  "sadd and srem": (store, i) => {
    store.sadd("set", element(i + ELEMENTS));
    store.srem("set", element(i + ELEMENTS));
  },
  "sismember": (store, i) => store.sismember("set", element(i)),
  "hset": (store, i) => store.hset("hash", { [element(i % ELEMENTS)]: i }),
  "hget": (store, i) => store.hget("hash", element(i % ELEMENTS)),
  "zadd": (store, i) => store.zadd("zset", [[element(i % ELEMENTS), i]]),
  "zscore": (store, i) => store.zscore("zset", element(i % ELEMENTS)),
  "mset of 2": (store, i) => store.mset([["one", i], ["two", i]]),
};

interface CommandsRun {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
}

async function measure(rounds: number): Promise<CommandsRun> {
  const strings = new StringRounds();
  const costs = new Map<string, number[]>();
  const counts: number[] = [];
  const progress = new Progress(rounds);
  using store = filled();
  for (let round = 0; round < rounds; round++) {
    progress.step("commands");
    strings.run();
    for (const [name, call] of Object.entries(COMMANDS)) {
      const all = costs.get(name) ?? [];
      all.push(nsOf(CALLS, (i) => call(store, i)) / 1_000);
      costs.set(name, all);
    }
    counts.push(await count(2) / await count(1));
  }
  progress.end();
  strings.close();
  return parted([
    ...strings.figures,
    {
      what: "incr of one key, two workers to one",
      measured: summarize(counts),
      goal: { atLeast: 0.5 },
    },
    ...[...costs].map(([name, all]) => ({
      what: `${name}, of ${ELEMENTS} elements, microseconds`,
      measured: summarize(all),
    })),
  ]);
}

/** The time of a call, in nanoseconds. */
function nsOf(times: number, call: (i: number) => void): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) call(i);
  return (performance.now() - start) * 1e6 / times;
}

/** Strings, in a store and in a map. */
class StringRounds {
  readonly #store = SharedStore.create();
  readonly #map = SharedMap.create<string, unknown>();
  readonly #keys = Array.from({ length: STRINGS }, (_, i) => `bench:${i}`);
  readonly #sets: number[] = [];
  readonly #gets: number[] = [];

  run(): void {
    const keys = this.#keys;
    const store = this.#store;
    const map = this.#map;
    const times = [
      nsOf(STRINGS, (i) => map.set(keys[i], keys[i])),
      nsOf(STRINGS, (i) => store.set(keys[i], keys[i])),
      nsOf(STRINGS, (i) => map.get(keys[i])),
      nsOf(STRINGS, (i) => store.get(keys[i])),
    ];
    this.#sets.push(times[1] / times[0]);
    this.#gets.push(times[3] / times[2]);
  }

  get figures(): GoalCheck[] {
    const goal = { atMost: 1.3 };
    return [
      { what: "set, time to the map's", measured: summarize(this.#sets), goal },
      { what: "get, time to the map's", measured: summarize(this.#gets), goal },
    ];
  }

  close(): void {
    this.#store.close();
    this.#map.close();
  }
}

/** How often so many workers increment one key together. */
async function count(workers: number): Promise<number> {
  using store = SharedStore.create();
  const order: Order = {
    handle: store.handle,
    gate: Gate.create(),
    workers,
    seconds: SECONDS,
  };
  const url = new URL("./counter_worker.ts", import.meta.url);
  const counts = await Promise.all(
    Array.from(
      { length: workers },
      () => askWorker<number>(url, order, "incr"),
    ),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (store.get("hot") !== String(total)) {
    throw new Error("The counter lost increments");
  }
  return total;
}

if (import.meta.main) {
  await runGoalBench({ help: HELP, times: ["rounds", ROUNDS], measure });
}
