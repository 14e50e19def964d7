/**
 * The memory that elements of collections take, beside Redis. `--help` says how it is measured.
 */
import { SharedStore } from "../../src/store/mod.ts";
import type { Figure, GoalCheck } from "../measure/goal.ts";
import { runGoalBench } from "../measure/goal_command.ts";
import { hasRedis, type RedisCommand, RedisServer } from "../measure/redis.ts";
import { summarize } from "../measure/statistics.ts";

const HELP = `The memory that elements of collections take, beside Redis.

  deno run --allow-read=. --allow-write=bench/results \\
    --allow-run=redis-server --allow-net=127.0.0.1 bench/store/memory.ts [options]

  --repetitions N  how often it is measured (default 1)
  --json PATH      writes the figures there

Lists, sets, hashes and sorted sets have 10, 100, 10,000 or 1,000,000 elements
of 10 bytes, which come in no order; hashes have fields and values of 10 bytes. The
store's memory is \`liveBytes\` of its statistics, without its tables. That of Redis
is what \`used_memory\` grows by, with its table; for collections of 10,000 elements
and more it is the sum of what MEMORY USAGE says with SAMPLES 0. Redis is to be
installed as redis-server.
`;

/** Elements of each size: a million at most, in as many collections as that makes. */
const SIZES = new Map([
  [10, 100_000],
  [100, 1_000_000],
  [10_000, 1_000_000],
  [1_000_000, 1_000_000],
]);
/** From here on Redis is asked for each collection. */
const LARGE = 10_000;
/** Elements of one command. */
const MOST_AT_ONCE = 1_000;
const AT_ONCE = 1_000;
/** Where Redis has its directory: it writes nothing there. */
const FOLDER = "bench/results";
/** A prime that is larger than any size: its multiples come in no order. */
const STRIDE = 7_368_787;

/** An element of 10 bytes. */
function element(i: number): string {
  return `el${String(i).padStart(8, "0")}`;
}

/** The commands that make a collection of each type. */
const TYPES: Readonly<Record<string, (i: number) => string[]>> = {
  RPUSH: (i) => [element(i)],
  SADD: (i) => [element(i)],
  HSET: (i) => [element(i), element(i)],
  ZADD: (i) => [`${i}`, element(i)],
};

interface MemoryRun {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
}

async function measure(repetitions: number): Promise<MemoryRun> {
  if (!await hasRedis()) throw new Error("Redis is not installed");
  const goals: GoalCheck[] = [];
  for (const name of Object.keys(TYPES)) {
    for (const [size, elements] of SIZES) {
      const keys = elements / size;
      const ratios: number[] = [];
      const ours = bytesOfStore(name, size, keys) / elements;
      for (let i = 0; i < repetitions; i++) {
        const redis = await bytesOfRedis(name, size, keys) / elements;
        ratios.push(ours / redis);
      }
      goals.push({
        what: `${name}, ${size} elements a key, bytes to Redis's`,
        goal: { atMost: 1.2 },
        measured: summarize(ratios),
        remark: `${ours.toFixed(1)} bytes an element`,
      });
    }
  }
  return { goals, figures: [] };
}

function keyOf(i: number): string {
  return `key:${String(i).padStart(8, "0")}`;
}

/** The commands that make so many collections of a size. */
function* commandsOf(name: string, size: number, keys: number) {
  for (let key = 0; key < keys; key++) {
    for (let from = 0; from < size; from += MOST_AT_ONCE) {
      const count = Math.min(size - from, MOST_AT_ONCE);
      const words = Array.from(
        { length: count },
        (_, i) => TYPES[name]((from + i) * STRIDE % size),
      );
      yield [name, keyOf(key), ...words.flat()];
    }
  }
}

function bytesOfStore(name: string, size: number, keys: number): number {
  using store = SharedStore.create();
  const before = store.stats().liveBytes;
  for (const [name_, ...args] of commandsOf(name, size, keys)) {
    store.call(name_, ...args);
  }
  return store.stats().liveBytes - before;
}

async function bytesOfRedis(
  name: string,
  size: number,
  keys: number,
): Promise<number> {
  await using server = await RedisServer.start(FOLDER);
  const before = await server.info("memory", "used_memory");
  let batch: RedisCommand[] = [];
  for (const command of commandsOf(name, size, keys)) {
    if (batch.push(command) < AT_ONCE) continue;
    await server.send(batch);
    batch = [];
  }
  await server.send(batch);
  if (size < LARGE) return await server.info("memory", "used_memory") - before;
  const usages = await server.send(
    Array.from(
      { length: keys },
      (_, i) => ["MEMORY", "USAGE", keyOf(i), "SAMPLES", "0"],
    ),
  );
  return usages.reduce((sum: number, usage) => sum + Number(usage.slice(1)), 0);
}

if (import.meta.main) {
  await runGoalBench({ help: HELP, times: ["repetitions", 1], measure });
}
