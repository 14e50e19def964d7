/**
 * The memory that entries take, beside Redis. `--help` says how it is measured.
 */
import { SharedMap } from "../mod.ts";
import { freshKey } from "./measure/fresh_keys.ts";
import { formatGoal, type GoalCheck, recordOf } from "./measure/goal.ts";
import { ResultFile } from "./measure/result_file.ts";
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import { hasRedis, type RedisCommand, RedisServer } from "./measure/redis.ts";
import { summarize } from "./measure/statistics.ts";

const DEFAULTS = { entries: "1000000", json: "" };

const HELP = `The memory that entries take, beside Redis.

  deno run --allow-read=. --allow-write=bench/results \\
    --allow-run=redis-server --allow-net=127.0.0.1 bench/memory.ts [options]

  --entries N  entries, with keys of 12 characters (default 1000000)
  --json PATH  writes the figures there

With numbers and with strings of 100 characters as values. The map's memory is
\`usedBytes\` of its statistics: all that is in use, the table too. That of Redis is
what \`used_memory\` grows by. Redis is to be installed as redis-server.
`;

const COMMANDS_AT_ONCE = 1_000;
/** Where Redis has its directory: it writes nothing there. */
const FOLDER = "bench/results";
/** What the map grew out of is freed in the background. */
const SETTLES_MS = 2_000;

/** Values by what they are called. */
const VALUES: Readonly<Record<string, (n: number) => number | string>> = {
  "a number": (n) => n * 1.5,
  "a string of 100 characters": (n) => `${n}`.padEnd(100, "x"),
};

/** Bytes of both. */
interface Pair {
  readonly ours: number;
  readonly redis: number;
}

/** A finished run. */
export interface MemoryRun {
  readonly goals: readonly GoalCheck[];
  readonly bytes: Readonly<Record<string, Pair>>;
}

/** Fills both with each kind of value; undefined: Redis is not installed. */
export async function measureMemory(
  entries = Number(DEFAULTS.entries),
): Promise<MemoryRun | undefined> {
  if (!await hasRedis()) return undefined;
  const bytes: Record<string, Pair> = {};
  const goals: GoalCheck[] = [];
  for (const [name, valueOf] of Object.entries(VALUES)) {
    const ours = await bytesOfMap(entries, valueOf);
    const redis = await bytesOfRedis(entries, valueOf);
    bytes[name] = { ours, redis };
    const each = (total: number) => `${Math.round(total / entries)} bytes`;
    goals.push({
      what: `memory, ${name} each, to Redis`,
      goal: { atMost: 1 },
      measured: summarize([ours / redis]),
      remark: `an entry takes ${each(ours)}, in Redis ${each(redis)}`,
    });
  }
  return { goals, bytes };
}

async function bytesOfMap(
  entries: number,
  valueOf: (n: number) => number | string,
): Promise<number> {
  const map = SharedMap.create<string, number | string>({
    maxBytes: 2 ** 26 + 512 * entries,
  });
  for (let n = 0; n < entries; n++) map.set(freshKey(n), valueOf(n));
  await new Promise((resolve) => setTimeout(resolve, SETTLES_MS));
  const { usedBytes } = map.stats();
  map.close();
  return usedBytes;
}

async function bytesOfRedis(
  entries: number,
  valueOf: (n: number) => number | string,
): Promise<number> {
  const directory = Deno.makeTempDirSync({ dir: FOLDER, prefix: "redis-" });
  try {
    await using redis = await RedisServer.start(directory);
    const before = await redis.info("memory", "used_memory");
    for (let n = 0; n < entries;) {
      const commands: RedisCommand[] = [];
      for (; commands.length < COMMANDS_AT_ONCE && n < entries; n++) {
        commands.push(["SET", freshKey(n), valueOf(n)]);
      }
      await redis.send(commands);
    }
    return await redis.info("memory", "used_memory") - before;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const entries = wholeNumber("entries", options.entries, 1_000, 10_000_000);
  const file = options.json === "" ? undefined : new ResultFile(options.json);
  const memory = await measureMemory(entries);
  if (memory === undefined) return console.log("redis-server is not installed");
  console.log(memory.goals.map(formatGoal).join("\n"));
  file?.writeJson(recordOf(memory));
}

if (import.meta.main) await runCommand(main);
