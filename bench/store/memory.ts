/**
 * The memory that elements of small collections take, beside Redis. `--help` says how it is
 * measured.
 */
import { SharedStore } from "../../src/store/mod.ts";
import type { Figure, GoalCheck } from "../measure/goal.ts";
import { runGoalBench } from "../measure/goal_command.ts";
import { hasRedis, type RedisCommand, RedisServer } from "../measure/redis.ts";
import { summarize } from "../measure/statistics.ts";

const HELP = `The memory that elements of small collections take, beside Redis.

  deno run --allow-read=. --allow-write=bench/results \\
    --allow-run=redis-server --allow-net=127.0.0.1 bench/store/memory.ts [options]

  --repetitions N  how often it is measured (default 1)
  --json PATH      writes the figures there

10,000 lists, sets, hashes and sorted sets have 10, and then 100 elements of 10
bytes; of hashes, fields and values of 10 bytes. The store's memory is \`liveBytes\`
of its statistics, without its tables. That of Redis is what \`used_memory\` grows
by, with its table. Redis is to be installed as redis-server.
`;

const TOTAL = 1_000_000;
const SIZES = [10, 100];
const AT_ONCE = 1_000;
/** Where Redis has its directory: it writes nothing there. */
const FOLDER = "bench/results";

/** An element of 10 bytes. */
function element(i: number): string {
  return `element${String(i).padStart(3, "0")}`;
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
  for (const [name, wordsOf] of Object.entries(TYPES)) {
    for (const size of SIZES) {
      const words = Array.from({ length: size }, (_, i) => wordsOf(i)).flat();
      const commands = Array.from(
        { length: TOTAL / 100 },
        (_, i) => [name, `key:${String(i).padStart(8, "0")}`, ...words],
      );
      const ratios: number[] = [];
      const ours = bytesOfStore(commands) / commands.length / size;
      for (let i = 0; i < repetitions; i++) {
        const redis = await bytesOfRedis(commands) / commands.length / size;
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

function bytesOfStore(commands: readonly RedisCommand[]): number {
  using store = SharedStore.create();
  const before = store.stats().liveBytes;
  for (const [name, ...args] of commands) store.call(`${name}`, ...args);
  return store.stats().liveBytes - before;
}

async function bytesOfRedis(
  commands: readonly RedisCommand[],
): Promise<number> {
  await using server = await RedisServer.start(FOLDER);
  const before = await server.info("memory", "used_memory");
  for (let i = 0; i < commands.length; i += AT_ONCE) {
    await server.send(commands.slice(i, i + AT_ONCE));
  }
  return await server.info("memory", "used_memory") - before;
}

if (import.meta.main) {
  await runGoalBench({ help: HELP, times: ["repetitions", 1], measure });
}
