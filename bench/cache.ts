/**
 * How much of what is asked for does a map that evicts still have, beside other
 * caches, and what does it take to evict? `--help` says how it is measured.
 */
import * as current from "../mod.ts";
import { epochmap, playTogether } from "./cache/epochmap.ts";
import type { Contender } from "./cache/contender.ts";
import { lruCache } from "./cache/lru_cache.ts";
import { MIXES } from "./cache/mix.ts";
import { play } from "./cache/play.ts";
import { LruCache } from "./cache/policies/lru.ts";
import { RandomCache } from "./cache/policies/random.ts";
import { RedisLruCache } from "./cache/policies/redis_lru.ts";
import { S3FifoCache } from "./cache/policies/s3_fifo.ts";
import { SieveCache } from "./cache/policies/sieve.ts";
import { measureSets } from "./cache/set_times.ts";
import { syntheticTraces } from "./cache/synthetic.ts";
import { type Format, FORMATS, readTrace } from "./cache/trace_file.ts";
import type { Trace } from "./cache/trace.ts";
import {
  namesFrom,
  readOptions,
  runCommand,
  UsageError,
  wholeNumber,
} from "./measure/options.ts";
import { Progress } from "./measure/progress.ts";
import { formatSummary, summarize } from "./measure/statistics.ts";
import { formatTable } from "./measure/text_table.ts";

const ACCESSES = 600_000;
const ROUNDS = 3;
const WORKERS = 4;

const HELP = `Cache: the hits of a map that evicts, and what it takes to evict.

  deno run --allow-read --allow-net bench/cache.ts [options]

  --trace FILE    a trace, in the place of those that are here
  --format NAME   its format: ${FORMATS.join(", ")} (default lines)
  --entries N     how many entries the caches hold (default 1/10 of its keys)
  --accesses N    the length of each trace at most (default ${ACCESSES})
  --before PATH   a checkout of another version, to compare with (default: none)
  --rounds N      how often a set is measured (default ${ROUNDS})
  --seed N        of the traces that are made up (default 1)

Each access of a trace is a get, and a set if that finds nothing. The figures are
the hits among the accesses, in percent: of this map with one worker, with
${WORKERS} that share the accesses, and with its other policies; of npm:lru-cache;
and of S3-FIFO, SIEVE, LRU, LRU by samples as Redis has it, and random
replacement as textbooks have them. Below that, the time of a set of a new key in
a map that is full, beside one that need not evict: its median, and that of the
slowest hundredth, in microseconds. Last, what two workers do together of a mix
of nine gets and a set, of keys by Zipf's law of which a tenth fits, after as much
that does not count: of operations a millisecond the median, with the lowest and
the highest.

bench/cache/trace_file.ts says what the formats are, and bench/cache/traces/ where
to find traces.
`;

const TEXTBOOK: readonly Contender[] = [
  { name: "S3-FIFO", make: (entries) => new S3FifoCache(entries) },
  { name: "SIEVE", make: (entries) => new SieveCache(entries) },
  { name: "LRU", make: (entries) => new LruCache(entries) },
  { name: "Redis LRU", make: (entries) => new RedisLruCache(entries) },
  { name: "random", make: (entries) => new RandomCache(entries) },
];

/** The traces that are kept here, with the entries that others have measured them with. */
const KEPT: readonly [name: string, entries: number][] = [
  ["web07", 2048],
  ["web12", 1376],
];

async function ownTraces(seed: number, length: number): Promise<Trace[]> {
  const kept = KEPT.map(async ([name, entries]) => {
    const url = new URL(`./cache/traces/${name}.gz`, import.meta.url);
    return { name, entries, accesses: await readTrace(url, "lines", length) };
  });
  return [...syntheticTraces(seed, length), ...await Promise.all(kept)];
}

async function givenTrace(
  path: string,
  format: string,
  entries: string,
  length: number,
): Promise<Trace> {
  const [known] = namesFrom("format", format, FORMATS) as Format[];
  const accesses = await readTrace(path, known, length);
  const tenth = Math.max(1, Math.ceil(new Set(accesses).size / 10));
  return {
    name: path.split("/").at(-1)!,
    accesses,
    entries: wholeNumber("entries", entries || `${tenth}`, 1, 2 ** 20),
  };
}

async function contendersOf(before: string): Promise<Contender[]> {
  const ours = (["s3-fifo", "lru", "random"] as const)
    .map((policy) => epochmap(policy, current));
  if (before !== "") {
    const root = new URL(`file://${Deno.realPathSync(before)}/`);
    const module = await import(new URL("mod.ts", root).href);
    ours.push({ ...epochmap("s3-fifo", module), name: "before" });
  }
  return [...ours, await lruCache(), ...TEXTBOOK];
}

const percent = (share: number) => (100 * share).toFixed(2);

async function measureHits(
  traces: readonly Trace[],
  before: string,
): Promise<string> {
  const contenders = await contendersOf(before);
  const progress = new Progress(traces.length);
  const rows: string[][] = [];
  for (const { name, accesses, entries } of traces) {
    progress.step(name);
    const [first, ...others] = contenders
      .map((contender) => play(contender.make(entries), accesses));
    const together = await playTogether(current, WORKERS, entries, accesses);
    const shares = [first, together, ...others].map(percent);
    rows.push([`${name}, ${entries}`, ...shares]);
  }
  progress.end();
  const [first, ...others] = contenders.map(({ name }) => name);
  const heads = ["hits in %", first, `${WORKERS} workers`, ...others];
  return formatTable([heads, ...rows]);
}

function measureTimes(rounds: number): string {
  const all = Array.from({ length: rounds }, measureSets);
  const row = (name: string, kind: "evicting" | "roomy") => [
    name,
    ...(["p50", "p99"] as const).map((share) =>
      formatSummary(summarize(all.map((round) => round[kind][share])))
    ),
  ];
  const ratios = (["p50", "p99"] as const).map((share) =>
    formatSummary(summarize(
      all.map(({ evicting, roomy }) => evicting[share] / roomy[share]),
    ))
  );
  return formatTable([
    ["a set, µs", "p50", "p99"],
    row("evicts", "evicting"),
    row("need not", "roomy"),
    ["ratio", ...ratios],
  ]);
}

async function measureMixes(rounds: number, seed: number): Promise<string> {
  const rates = new Map(
    Object.keys(MIXES).map((name) => [name, [] as number[]]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(MIXES)) {
      rates.get(name)!.push(await measure(seed + round));
    }
  }
  return formatTable([
    ["operations/ms", "2 workers"],
    ...[...rates].map(([name, all]) => [name, formatSummary(summarize(all))]),
  ]);
}

if (import.meta.main) {
  await runCommand(async () => {
    const options = readOptions(Deno.args, {
      trace: "",
      format: "lines",
      entries: "",
      accesses: `${ACCESSES}`,
      before: "",
      rounds: `${ROUNDS}`,
      seed: "1",
    });
    if (options === undefined) return console.log(HELP);
    const { before, entries, format, trace } = options;
    const accesses = wholeNumber("accesses", options.accesses, 1, 2 ** 24);
    const rounds = wholeNumber("rounds", options.rounds, 1, 1000);
    const seed = wholeNumber("seed", options.seed, 0, 2 ** 24);
    if (trace === "" && entries !== "") {
      throw new UsageError("Cannot use --entries: it is for a --trace");
    }
    const traces = trace === ""
      ? await ownTraces(seed, accesses)
      : [await givenTrace(trace, format, entries, accesses)];
    console.log(await measureHits(traces, before));
    console.log(`\n${measureTimes(rounds)}`);
    console.log(`\n${await measureMixes(rounds, seed)}`);
  });
}
