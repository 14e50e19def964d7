/**
 * `deno task bench`: every goal that this project sets itself about speed, with
 * what this machine measures. `--help` says what it runs.
 */
import { hotGetRecord, measureHotGet } from "./hot_get.ts";
import { formatGoal } from "./measure/goal.ts";
import { JsonFile } from "./measure/json_file.ts";
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import {
  DEFAULT_SETTINGS,
  measureThroughput,
  throughputRecord,
} from "./throughput.ts";
import { formatResults } from "./throughput/report.ts";

const DEFAULTS = { rounds: "3", json: "bench/results/latest.json" };

const HELP = `Every goal about speed, with what this machine measures.

  deno task bench [options]
  deno run --allow-read --allow-write=bench/results bench/run.ts [options]

  --rounds N   rounds of the throughput part, about a minute each (default 3)
  --json PATH  where the samples go (default bench/results/latest.json)

Runs bench/hot_get.ts and bench/throughput.ts with their defaults, prints their
tables and then each goal with its result. Figures are ratios between things that
took turns in this run; a goal that is not met is no error. Leave the machine
alone meanwhile. bench/README.md explains the figures.
`;

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const rounds = wholeNumber("rounds", options.rounds, 1, 1_000);
  const file = new JsonFile(options.json);
  const hotGet = await measureHotGet();
  console.log(formatGoal(hotGet.goal) + "\n");
  const throughput = await measureThroughput({ ...DEFAULT_SETTINGS, rounds });
  console.log(formatResults(throughput.results, throughput.settings) + "\n");
  const goals = [hotGet.goal, ...throughput.goals];
  console.log(goals.map(formatGoal).join("\n"));
  file.write({
    runtime: {
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      cores: navigator.hardwareConcurrency,
    },
    hotGet: hotGetRecord(hotGet),
    throughput: throughputRecord(throughput),
  });
  console.log(`\nAll samples are in ${options.json}`);
}

if (import.meta.main) await runCommand(main);
