/**
 * The chart of the README: five ways to keep a map, out of the results of a run.
 * `--help` says how.
 */
import { drawBars } from "./measure/bars.ts";
import { ResultFile } from "./measure/result_file.ts";
import { readOptions, runCommand, UsageError } from "./measure/options.ts";
import { summarize } from "./measure/statistics.ts";
import type { ContenderName } from "./peers/all.ts";
import type { Settings } from "./throughput.ts";
import type { Cell, Sample } from "./throughput/sample.ts";
import { entriesOf, MIXES } from "./throughput/mixes.ts";
import { Results } from "./throughput/results.ts";

const DEFAULTS = {
  from: "bench/results/latest.json",
  to: "bench/throughput.svg",
};

const HELP = `The chart of the README, out of the results of a run.

  deno task chart [options]

  --from PATH  what \`deno task bench\`, or bench/throughput.ts with --json, wrote
               (default ${DEFAULTS.from})
  --to PATH    where the chart goes (default ${DEFAULTS.to})

Operations per second of two workers, read-heavy: the median of the rounds.
`;

const CELL: Omit<Cell, "contender"> = { mix: "read-heavy", workers: 2 };

/** The bars, in the words of somebody who has not read bench/README.md. */
const BARS: readonly [ContenderName, string][] = [
  ["map", "a Map for each worker (nothing is shared)"],
  ["epochmap", "epochmap"],
  ["general", "a hash map with 64 locks"],
  ["sharedmap", "npm:sharedmap"],
  ["owner-100", "a Map in one worker, asked by postMessage"],
];

/** What a run wrote about throughput. */
interface Run {
  readonly settings: Settings;
  readonly samples: readonly Sample[];
}

async function readRun(path: string): Promise<Run> {
  try {
    const record = JSON.parse(await Deno.readTextFile(path));
    return record.throughput ?? record;
  } catch (cause) {
    throw new UsageError(
      `Cannot read the results of a run in '${path}': ${
        (cause as Error).message
      }: let \`deno task bench\` write them, or name others with --from`,
    );
  }
}

function draw({ settings, samples }: Run, from: string): string {
  const results = new Results(samples);
  const bars = BARS.map(([contender, label]) => {
    const { count, median } = summarize(
      results.series({ ...CELL, contender }),
    );
    if (count > 0) {
      return { label, value: median, isOurs: contender === "epochmap" };
    }
    throw new UsageError(
      `There is no sample of ${contender}, ${CELL.mix}, ${CELL.workers} workers in '${from}'`,
    );
  });
  const mix = MIXES[CELL.mix];
  const entries = entriesOf(mix, settings.capacity).toLocaleString("en");
  return drawBars(bars, {
    title: "Million operations per second, two workers together",
    remark:
      `${mix.title}; ${entries} entries; string keys, made anew each time`,
    unit: 1e6,
  });
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const chart = draw(await readRun(options.from), options.from);
  new ResultFile(options.to).writeText(chart);
  console.log(`The chart is in ${options.to}`);
}

if (import.meta.main) await runCommand(main);
