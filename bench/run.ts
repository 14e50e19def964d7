/**
 * `deno task bench`: every goal that this project sets itself about speed, with
 * what this machine measures. `--help` says what it runs.
 */
import { measureCounter } from "./counter.ts";
import { measureFrozen } from "./frozen.ts";
import { measureHotGet } from "./hot_get.ts";
import { drawGoals } from "./measure/chart.ts";
import { formatLimit, isMet, recordOf } from "./measure/goal.ts";
import { ResultFile } from "./measure/result_file.ts";
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import { formatSummary } from "./measure/statistics.ts";
import { formatTable } from "./measure/text_table.ts";
import { measureMemory } from "./memory.ts";
import { USUAL_CONTENDERS } from "./peers/all.ts";
import { measureSingle } from "./single.ts";
import {
  DEFAULT_SETTINGS,
  measureThroughput,
  throughputRecord,
} from "./throughput.ts";
import { measureValues } from "./values.ts";
import { formatResults } from "./throughput/report.ts";

const DEFAULTS = {
  rounds: "3",
  json: "bench/results/latest.json",
  chart: "bench/results/goals.svg",
};

const HELP = `Every goal about speed, with what this machine measures.

  deno task bench [options]

  --rounds N    how often each part is repeated (default 3)
  --json PATH   where the samples go (default bench/results/latest.json)
  --chart PATH  where the chart goes (default bench/results/goals.svg)

Runs bench/hot_get.ts, single.ts, counter.ts, frozen.ts, values.ts, throughput.ts
and, if redis-server is installed, memory.ts with their defaults, and npm:lmdb beside the
others if it is permitted (--allow-ffi; bench/README.md tells how); prints the tables of
throughput and then each goal with its result. A round takes some six minutes.
Figures are ratios between things that took turns in this run; a goal that is not
met is no error. Leave the machine alone meanwhile. bench/README.md explains the
figures.
`;

/** Where npm:lmdb has its addon. */
const ADDONS: Deno.FfiPermissionDescriptor = {
  name: "ffi",
  path: "node_modules",
};

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const rounds = wholeNumber("rounds", options.rounds, 1, 1_000);
  const [json, chart] = [options.json, options.chart].map((path) =>
    new ResultFile(path)
  );
  const hotGet = await measureHotGet();
  const single = await measureSingle(rounds);
  const counter = await measureCounter();
  const frozen = await measureFrozen(rounds);
  const values = await measureValues(rounds);
  const memory = await measureMemory();
  const hasLmdb = Deno.permissions.querySync(ADDONS).state === "granted";
  const throughput = await measureThroughput({
    ...DEFAULT_SETTINGS,
    contenders: hasLmdb ? [...USUAL_CONTENDERS, "lmdb"] : USUAL_CONTENDERS,
    rounds,
  });
  console.log(formatResults(throughput.results, throughput.settings) + "\n");
  const parts = [
    ...[hotGet, single, counter, frozen, values],
    ...[memory, throughput],
  ];
  const goals = parts.flatMap((part) => part?.goals ?? []);
  console.log(formatTable([
    ["", "goal", "measured", ""],
    ...goals.map((check) => [
      check.what,
      formatLimit(check.goal),
      formatSummary(check.measured),
      isMet(check) ? "met" : "not met",
    ]),
  ]));
  console.log(formatTable([
    ["\nmeasured as well", ""],
    ...[hotGet, single, values].flatMap(({ figures }) =>
      figures.map(({ what, measured }) => [what, formatSummary(measured)])
    ),
  ]));
  const met = goals.filter(isMet).length;
  console.log(`\n${met} of ${goals.length} goals are met.`);
  if (memory === undefined) {
    console.log("Without memory: redis-server is not installed.");
  }
  if (!hasLmdb) {
    console.log("Without npm:lmdb: bench/README.md tells how to have it.");
  }
  json.writeJson({
    runtime: {
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      cores: navigator.hardwareConcurrency,
    },
    hotGet: recordOf(hotGet),
    single: recordOf(single),
    counter: recordOf(counter),
    frozen: recordOf(frozen),
    values: recordOf(values),
    memory: memory && recordOf(memory),
    throughput: throughputRecord(throughput),
  });
  chart.writeText(drawGoals(goals, "Goals, and what was measured"));
  console.log(
    `All samples are in ${options.json}, a chart in ${options.chart}`,
  );
}

if (import.meta.main) await runCommand(main);
