/**
 * Snapshots on disk, beside the file system alone and beside Redis. `--help` says
 * what is measured.
 */
import {
  restoreSnapshot,
  SharedMap,
  SnapshotWriter,
  writeSnapshot,
} from "../mod.ts";
import { locks } from "../src/reclamation/lifeline.ts";
import { freshKey } from "./measure/fresh_keys.ts";
import { formatGoal, type GoalCheck, recordOf } from "./measure/goal.ts";
import { ResultFile } from "./measure/result_file.ts";
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import { Progress } from "./measure/progress.ts";
import { hasRedis, type RedisCommand, RedisServer } from "./measure/redis.ts";
import {
  formatSummary,
  summarize,
  type Summary,
} from "./measure/statistics.ts";
import { formatTable } from "./measure/text_table.ts";
import { type Latencies, measureLatencies } from "./snapshots/latencies.ts";

const DEFAULTS = { entries: "1000000", rounds: "3", json: "" };

const HELP = `Snapshots on disk, beside the file system alone and beside Redis.

  deno run --allow-read --allow-write --allow-run=redis-server \\
    --allow-net=127.0.0.1 bench/snapshots.ts [options]

  --entries N  entries of the map: keys of 12 characters, numbers (default 1000000)
  --rounds N   how often each is done, taking turns (default 3)
  --json PATH  writes all samples there

Dumps the map and restores it, without compression and with zstd, into another
map, and as a program does that opens the map at its start; writes and
reads a file as large as the dump; lets Redis, if redis-server is installed, save
the same entries in the background (BGSAVE) and load them at its start. Then
deltas after some of the entries were changed, and how long a write to the map
takes before a dump and during one. The files are in a temporary directory.
`;

const CHANGED_SHARES = [0, 0.001, 0.01, 0.1, 0.3];
const DURING_MS = 1_000;

type Work =
  | "dump"
  | "dump, zstd"
  | "restore at start"
  | "restore"
  | "restore, zstd";
type Beside = "write and fsync" | "read" | "BGSAVE" | "Redis loads";

/** Milliseconds and bytes of one time that something was done. */
interface Sample {
  readonly ms: number;
  readonly bytes?: number;
}

/** What is measured, round by round. */
class Samples {
  readonly #samples = new Map<Work | Beside, Sample[]>();

  add(what: Work | Beside, sample: Sample): void {
    const samples = this.#samples.get(what);
    if (samples === undefined) this.#samples.set(what, [sample]);
    else samples.push(sample);
  }

  of(what: Work | Beside): readonly Sample[] {
    return this.#samples.get(what) ?? [];
  }

  /** How many times as fast one is as the other, each round by itself. */
  ratio(fast: Work | Beside, slow: Work | Beside): Summary {
    const others = this.of(slow);
    return summarize(
      this.of(fast).map(({ ms }, i) => (others[i]?.ms ?? NaN) / ms),
    );
  }

  record(): Record<string, readonly Sample[]> {
    return Object.fromEntries(this.#samples);
  }
}

async function timed<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

function newMap(entries: number): SharedMap<string, number> {
  return SharedMap.create({ value: "number", maxBytes: maxBytesFor(entries) });
}

function maxBytesFor(entries: number): number {
  return 2 ** 26 + 256 * entries;
}

function valueOf(i: number): number {
  return i * 1.5;
}

/** The same entries in a Redis. */
async function fillRedis(redis: RedisServer, entries: number): Promise<void> {
  for (let i = 0; i < entries;) {
    const commands: RedisCommand[] = [];
    for (; commands.length < 1_000 && i < entries; i++) {
      commands.push(["SET", freshKey(i), valueOf(i)]);
    }
    await redis.send(commands);
  }
}

/** Dumps and restores once, and leaves how large the dump was. */
async function dumpAndRestore(
  map: SharedMap<string, number>,
  directory: string,
  compression: "none" | "zstd",
  samples: Samples,
): Promise<number> {
  const suffix = compression === "none" ? "" : ", zstd" as const;
  const [{ bytes }, dumping] = await timed(() =>
    writeSnapshot(map, directory, { compression, keep: 1 })
  );
  samples.add(`dump${suffix}`, { ms: dumping, bytes });
  using restored = newMap(map.size);
  const [, restoring] = await timed(() => restoreSnapshot(restored, directory));
  if (restored.size !== map.size) throw new Error("The restore lost entries");
  samples.add(`restore${suffix}`, { ms: restoring, bytes });
  return bytes;
}

/** Opens a map that is kept in the directory, as a program does at its start. */
async function openAndClose(
  { size }: SharedMap<string, number>,
  directory: string,
  samples: Samples,
): Promise<void> {
  const options = {
    value: "number",
    maxBytes: maxBytesFor(size),
    persist: { directory, interval: 2 ** 30 },
  } as const;
  const [opened, ms] = await timed(() =>
    SharedMap.open<string, number>("restored at start", options)
  );
  if (opened.size !== size) throw new Error("The restore lost entries");
  samples.add("restore at start", { ms });
  opened.close();
  while ((await locks.query()).held.some(({ name }) => isWriters(name))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether a lock is held by a writer that still is at its last epoch. */
function isWriters(lock: string): boolean {
  return /^epochmap (writer|finishing) /.test(lock);
}

/** Writes and reads a file of that size, as fast as the file system can. */
async function writeAndRead(
  directory: string,
  bytes: number,
  samples: Samples,
): Promise<void> {
  const path = `${directory}/raw`;
  const data = crypto.getRandomValues(new Uint8Array(2 ** 16));
  const [, writing] = await timed(async () => {
    using file = await Deno.create(path);
    for (let at = 0; at < bytes; at += data.length) {
      await file.write(data.subarray(0, Math.min(data.length, bytes - at)));
    }
    await file.sync();
  });
  samples.add("write and fsync", { ms: writing, bytes });
  const [, reading] = await timed(() => Deno.readFile(path));
  samples.add("read", { ms: reading, bytes });
  Deno.removeSync(path);
}

async function saveAndLoad(
  redis: RedisServer,
  directory: string,
  samples: Samples,
): Promise<void> {
  const ms = await redis.backgroundSave();
  const bytes = Deno.statSync(`${directory}/dump.rdb`).size;
  samples.add("BGSAVE", { ms, bytes });
  await using restarted = await RedisServer.start(directory);
  if (restarted.loadedIn === undefined) throw new Error("Redis loaded nothing");
  samples.add("Redis loads", { ms: restarted.loadedIn, bytes });
}

/** What deltas take, after some of the entries were changed. */
async function measureDeltas(
  map: SharedMap<string, number>,
  directory: string,
): Promise<string[][]> {
  const rows = [["delta, entries changed", "ms", "of a full dump", "MB"]];
  const entries = map.size;
  const writer = new SnapshotWriter(map, {
    directory,
    interval: 2 ** 30,
    keep: 1,
  });
  await writer.write();
  const full = writer.stats.lastMs;
  for (const share of CHANGED_SHARES) {
    for (let i = 0; i < entries * share; i++) {
      map.set(freshKey((i * 7919) % entries), -i);
    }
    map.increment("one more");
    const { bytes, kind } = await writer.write();
    const ms = writer.stats.lastMs;
    rows.push([
      `${share * 100} %${kind === "full" ? ", became a full one" : ""}`,
      ms.toFixed(0),
      (ms / full).toFixed(2),
      (bytes / 1e6).toFixed(1),
    ]);
  }
  await writer.stop();
  return rows;
}

/**
 * Latencies of writes alone, and while a writer in a worker of its own dumps the map again
 * and again.
 */
async function measureWrites(
  map: SharedMap<string, number>,
  directory: string,
): Promise<[Latencies, Latencies]> {
  const entries = map.size;
  const write = (i: number) => {
    map.set(freshKey((i * 7919) % entries), i);
  };
  measureLatencies(write, DURING_MS); // warms up
  const before = measureLatencies(write, DURING_MS);
  const writer = new SnapshotWriter(map, {
    directory,
    interval: 2 ** 30,
    keep: 1,
  });
  await writer.start();
  const { promise: started, resolve } = Promise.withResolvers<void>();
  writer.onProgress = () => resolve();
  const dump = writer.write();
  await Promise.race([started, dump]);
  // A dump of a million entries takes about 200 ms.
  const during = measureLatencies(write, Math.max(50, entries / 8_000));
  await dump;
  await writer.stop();
  return [before, during];
}

function formatSamples(samples: Samples, entries: number): string {
  const rows = [["", "ms", "M entries/s", "MB", "MB/s"]];
  const names: (Work | Beside)[] = [
    "dump",
    "dump, zstd",
    "write and fsync",
    "BGSAVE",
    "restore at start",
    "restore",
    "restore, zstd",
    "read",
    "Redis loads",
  ];
  for (const name of names) {
    const all = samples.of(name);
    if (all.length === 0) continue;
    const { median, low, high } = summarize(all.map(({ ms }) => ms));
    const bytes = all[0].bytes ?? 0;
    rows.push([
      name,
      `${median.toFixed(0)} [${low.toFixed(0)}–${high.toFixed(0)}]`,
      (entries / median / 1e3).toFixed(2),
      (bytes / 1e6).toFixed(0),
      (bytes / median / 1e3).toFixed(0),
    ]);
  }
  return formatTable(rows);
}

function formatLatencies(before: Latencies, during: Latencies): string {
  const row = (name: string, of: Latencies) => [
    name,
    of.p50.toFixed(1),
    of.p99.toFixed(1),
    of.max.toFixed(0),
  ];
  return formatTable([
    ["a write, µs", "p50", "p99", "max"],
    row("before a dump", before),
    row("during a dump", during),
  ]);
}

function goalsOf(
  samples: Samples,
  entries: number,
  [before, during]: [Latencies, Latencies],
): GoalCheck[] {
  const rates = samples.of("restore at start")
    .map(({ ms }) => entries / ms / 1e3);
  const goals: GoalCheck[] = [
    {
      what: "restore at start, millions of entries a second",
      goal: { atLeast: 3 },
      measured: summarize(rates),
    },
    {
      what: "p99 of a write, before a dump to during one",
      goal: { atLeast: 0.5 },
      measured: summarize([before.p99 / during.p99]),
    },
  ];
  if (samples.of("BGSAVE").length === 0) return goals;
  return [
    ...goals,
    {
      what: "restore at start, times as fast as Redis loads",
      goal: { atLeast: 3 },
      measured: samples.ratio("restore at start", "Redis loads"),
    },
    {
      what: "dump, times as fast as BGSAVE",
      goal: { atLeast: 1 },
      measured: samples.ratio("dump", "BGSAVE"),
    },
  ];
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const entries = wholeNumber("entries", options.entries, 1_000, 20_000_000);
  const rounds = wholeNumber("rounds", options.rounds, 1, 1_000);
  const file = options.json === "" ? undefined : new ResultFile(options.json);
  const directory = Deno.makeTempDirSync({ prefix: "epochmap-bench-" });
  try {
    const { samples, writes } = await measure(entries, rounds, directory);
    const goals = goalsOf(samples, entries, writes);
    console.log("\n" + goals.map(formatGoal).join("\n"));
    file?.writeJson(recordOf({
      entries,
      goals,
      samples: samples.record(),
      writes: { before: writes[0], during: writes[1] },
    }));
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

async function measure(entries: number, rounds: number, directory: string) {
  const samples = new Samples();
  using map = newMap(entries);
  for (let i = 0; i < entries; i++) map.set(freshKey(i), valueOf(i));
  const ofRedis = `${directory}/redis`;
  Deno.mkdirSync(ofRedis);
  await using redis = await hasRedis()
    ? await RedisServer.start(ofRedis)
    : undefined;
  if (redis === undefined) {
    console.log("Without Redis: redis-server is not installed.\n");
  } else await fillRedis(redis, entries);
  const progress = new Progress(rounds * 5);
  for (let round = 0; round < rounds; round++) {
    progress.step("dump and restore");
    const bytes = await dumpAndRestore(map, directory, "none", samples);
    progress.step("restore at start");
    await openAndClose(map, directory, samples);
    progress.step("dump and restore, zstd");
    await dumpAndRestore(map, directory, "zstd", samples);
    progress.step("the file system alone");
    await writeAndRead(directory, bytes, samples);
    progress.step("Redis");
    if (redis !== undefined) await saveAndLoad(redis, ofRedis, samples);
  }
  progress.end();
  console.log(formatSamples(samples, entries) + "\n");
  console.log(formatTable(await measureDeltas(map, directory)) + "\n");
  const writes = await measureWrites(map, directory);
  console.log(formatLatencies(...writes));
  const restores = samples.ratio("restore", "read");
  const dumps = samples.ratio("dump", "write and fsync");
  console.log(
    `\nTo the file system alone: dump ${formatSummary(dumps)}, restore ` +
      formatSummary(restores),
  );
  return { samples, writes };
}

if (import.meta.main) await runCommand(main);
