/**
 * What do the commands of a store cost on large collections? `--help` says how it is measured.
 */
import { SharedStore } from "../../src/store/mod.ts";
import { type Figure, type GoalCheck, parted } from "../measure/goal.ts";
import { runGoalBench } from "../measure/goal_command.ts";
import { Progress } from "../measure/progress.ts";
import { Random } from "../measure/random.ts";
import { summarize } from "../measure/statistics.ts";

const ROUNDS = 9;

const HELP = `What the commands of a store cost on large collections.

  deno run --allow-read=. bench/store/large.ts [options]

  --rounds N   how often everything takes its turn (default ${ROUNDS})
  --json PATH  writes the figures there (needs --allow-write)

A list has a million elements of 10 bytes; a set, a hash and a sorted set have
100,000. Each command is called 20,000 times in a round, on elements by chance;
"lpush and rpop" and "sadd and srem" are pairs. The figures are thousands a
second, by one worker.
`;

const LIST = 1_000_000;
const OTHERS = 100_000;
const CALLS = 20_000;
const AT_ONCE = 1_000;

/** An element of 10 bytes. */
function element(i: number): string {
  return `e${String(i).padStart(9, "0")}`;
}

/** Fills a store, a thousand elements at once. */
function filled(): SharedStore {
  const store = SharedStore.create({ maxBytes: 2 ** 29 });
  for (let from = 0; from < LIST; from += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, i) => element(from + i));
    store.rpush("list", ...some);
    if (from >= OTHERS) continue;
    store.sadd("set", ...some);
    store.hset("hash", some.map((one) => [one, one] as const));
    store.zadd("zset", some.map((one, i) => [one, (from + i) * 7] as const));
  }
  return store;
}

/** Commands by what they are called, with what each needs. */
const COMMANDS: Readonly<
  Record<string, (store: SharedStore, i: number, random: Random) => void>
> = {
  "lpush and rpop": (store, i) => {
    store.lpush("list", element(i));
    store.rpop("list");
  },
  "zadd of another score": (store, _, random) => {
    const one = element(random.below(OTHERS));
    store.zadd("zset", [[one, random.below(OTHERS * 7)]]);
  },
  "zadd and zrem of a new member": (store, i, random) => {
    const one = element(OTHERS + i);
    store.zadd("zset", [[one, random.below(OTHERS * 7)]]);
    store.zrem("zset", one);
  },
  "zscore": (store, _, random) =>
    store.zscore("zset", element(random.below(OTHERS))),
  "zrank": (store, _, random) =>
    store.zrank("zset", element(random.below(OTHERS))),
  "sadd and srem": (store, i) => {
    store.sadd("set", element(OTHERS + i));
    store.srem("set", element(OTHERS + i));
  },
  "sismember": (store, _, random) =>
    store.sismember("set", element(random.below(OTHERS))),
  "hset": (store, i, random) =>
    store.hset("hash", { [element(random.below(OTHERS))]: i }),
  "hget": (store, _, random) =>
    store.hget("hash", element(random.below(OTHERS))),
  "lindex": (store, _, random) => store.lindex("list", random.below(LIST)),
  "lrange of 100": (store, _, random) => {
    const from = random.below(LIST - 100);
    store.lrange("list", from, from + 99);
  },
};

/** What is to be reached, in thousands a second. */
const GOALS: Readonly<Record<string, number>> = {
  "lpush and rpop": 300,
  "zadd of another score": 150,
};

interface LargeRun {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
}

function measure(rounds: number): Promise<LargeRun> {
  const all = new Map<string, number[]>();
  const progress = new Progress(rounds);
  const random = new Random(1);
  using store = filled();
  for (let round = 0; round < rounds; round++) {
    progress.step("commands");
    for (const [name, call] of Object.entries(COMMANDS)) {
      const start = performance.now();
      for (let i = 0; i < CALLS; i++) call(store, i, random);
      const thousands = CALLS / (performance.now() - start);
      all.set(name, [...all.get(name) ?? [], thousands]);
    }
  }
  progress.end();
  return Promise.resolve(parted([...all].map(([name, figures]) => {
    const atLeast = GOALS[name];
    return {
      what: `${name}, thousands a second`,
      measured: summarize(figures),
      ...(atLeast === undefined ? {} : { goal: { atLeast } }),
    };
  })));
}

if (import.meta.main) {
  await runGoalBench({ help: HELP, times: ["rounds", ROUNDS], measure });
}
