/**
 * Throughput of several workers on one map, side by side with what one would use
 * otherwise. `--help` says how.
 */
import { ResultFile } from "./measure/result_file.ts";
import { formatGoal, type GoalCheck, recordOf } from "./measure/goal.ts";
import {
  namesFrom,
  positive,
  powerOfTwo,
  readOptions,
  runCommand,
  wholeNumber,
} from "./measure/options.ts";
import { Progress } from "./measure/progress.ts";
import {
  CONTENDER_NAMES,
  type ContenderName,
  USUAL_CONTENDERS,
} from "./peers/all.ts";
import { selfCheck } from "./peers/self_check.ts";
import { checkGoals } from "./throughput/goals.ts";
import { workersOf } from "./throughput/words.ts";
import { MIX_NAMES, type MixName } from "./throughput/mixes.ts";
import { type Field, formatResults } from "./throughput/report.ts";
import { Results } from "./throughput/results.ts";
import type { Cell, Sample, Scale } from "./throughput/sample.ts";
import { takeSampleApart } from "./throughput/apart.ts";

/** What to run, how long, how often. */
export interface Settings extends Field, Scale {
  readonly rounds: number;
}

/** A finished run. */
export interface Throughput {
  readonly settings: Settings;
  readonly results: Results;
  readonly goals: readonly GoalCheck[];
}

const DEFAULTS = {
  contenders: USUAL_CONTENDERS.join(","),
  mixes: MIX_NAMES.join(","),
  workers: "1,2,4",
  rounds: "5",
  seconds: "0.6",
  "warm-up": "1.5",
  capacity: "131072",
  json: "",
};

const HELP = `Throughput of several workers on one map, beside its alternatives.

  deno run --allow-read bench/throughput.ts [options]

  --contenders LIST  from ${CONTENDER_NAMES.join(", ")}
                     (default: all but unlocked, which is no map for several
                     workers, and lmdb, which has to be installed:
                     bench/README.md says how)
  --mixes LIST       from ${MIX_NAMES.join(", ")} (default: all)
  --workers LIST     how many workers, each from 1 to 16 (default 1,2,4)
  --rounds N         samples of each kind; the median counts (default 5)
  --seconds S        how long a sample is counted (default 0.6)
  --warm-up S        how long its workers warm up before, if each has a
                     processor; longer if not (default 1.5)
  --capacity N       half of N entries in the level mixes, at most four times N
                     in rapid-grow; a power of two (default 131072)
  --json PATH        writes all samples and goals there (needs --allow-write)

Each sample has workers and maps of its own. A round takes one sample of every
kind, so that contenders take turns, and ratios are drawn within rounds. Every
answer of every map is checked. The tables give medians with the lowest and the
highest round; bench/README.md explains the figures.

Example: a quick look at locks and at this map, with two workers
  deno run --allow-read bench/throughput.ts --contenders epochmap,mutex,striped \\
    --workers 1,2 --rounds 3
`;

/** The settings that `--name value` options ask for. */
export function readSettings(options: typeof DEFAULTS): Settings {
  return {
    contenders: namesFrom(
      "contenders",
      options.contenders,
      CONTENDER_NAMES,
    ) as ContenderName[],
    mixes: namesFrom("mixes", options.mixes, MIX_NAMES) as MixName[],
    workers: [...new Set(options.workers.split(","))]
      .map((part) => wholeNumber("workers", part, 1, 16)),
    rounds: wholeNumber("rounds", options.rounds, 1, 1_000),
    seconds: positive("seconds", options.seconds),
    warmUp: positive("warm-up", options["warm-up"]),
    capacity: powerOfTwo("capacity", options.capacity, 2 ** 10, 2 ** 22),
  };
}

/** The settings of a run without options. */
export const DEFAULT_SETTINGS = readSettings(DEFAULTS);

/** Checks every contender, then takes all samples, round by round. */
export async function measureThroughput(
  settings: Settings,
): Promise<Throughput> {
  for (const contender of settings.contenders) await selfCheck(contender);
  const cells = cellsOf(settings);
  const progress = new Progress(settings.rounds * cells.length);
  const { seconds, warmUp, capacity } = settings;
  const scale = { seconds, warmUp, capacity };
  const samples: Sample[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    for (const cell of cells) {
      progress.step(`${cell.mix}, ${cell.contender}, ${workersOf(cell)}`);
      samples.push(await takeSampleApart({ cell, scale, round }));
    }
  }
  progress.end();
  const results = new Results(samples);
  return { settings, results, goals: checkGoals(results, cells) };
}

/** The numbers of workers are innermost: scaling is a closer call than the rest. */
function cellsOf({ contenders, mixes, workers }: Field): Cell[] {
  return mixes.flatMap((mix) =>
    contenders.flatMap((contender) =>
      workers.map((count) => ({ contender, mix, workers: count }))
    )
  );
}

/** What goes into the JSON file. */
export function throughputRecord({ settings, results, goals }: Throughput) {
  return recordOf({ settings, goals, samples: results.samples });
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const settings = readSettings(options);
  const file = options.json === "" ? undefined : new ResultFile(options.json);
  const throughput = await measureThroughput(settings);
  console.log(formatResults(throughput.results, settings) + "\n");
  for (const goal of throughput.goals) console.log(formatGoal(goal));
  file?.writeJson(throughputRecord(throughput));
}

if (import.meta.main) await runCommand(main);
