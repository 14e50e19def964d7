/**
 * What values cost: objects under the default codec beside `"json"`, and long strings
 * beside bytes that `TextEncoder` made. `--help` says how.
 */
import { askWorker } from "./measure/ask_worker.ts";
import {
  type Figure,
  type Goal,
  type GoalCheck,
  parted,
} from "./measure/goal.ts";
import { runGoalBench } from "./measure/goal_command.ts";
import { Progress } from "./measure/progress.ts";
import {
  formatSummary,
  summarize,
  type Summary,
} from "./measure/statistics.ts";
import { formatTable } from "./measure/text_table.ts";
import { type Cost, COSTS, type Task, TASKS } from "./values/tasks.ts";

const REPETITIONS = 3;

const HELP =
  `Values: objects beside the codec "json", long strings beside bytes.

  deno run --allow-read bench/values.ts [options]

  --repetitions N  how often, each time in a new worker (default ${REPETITIONS})
  --json PATH      writes the figures there (needs --allow-write)

Objects are plain ones of 3 to 30 fields, and one with arrays inside; strings have
10,000 characters. Both sides take turns over 64 entries (8 strings); a figure is
the median of the turns, then the median of the repetitions with the lowest and
the highest. Times are those of the default codec divided by those of the other
side: set and get of the same objects under "json"; encodeInto and set of a bytes
value, get of that and decode. 0.50 is twice as fast. Before these stands what one
call takes: 64 entries, string keys, the default codec, one worker.
`;

/** A finished run. */
export interface Values {
  /** What one call takes. */
  readonly costs: readonly (Cost & { readonly nanoseconds: Summary })[];
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
}

/** Measures each task in one new worker after the other; repetitions take turns. */
export async function measureValues(
  repetitions = REPETITIONS,
): Promise<Values> {
  const tasks = [...COSTS, ...TASKS];
  const progress = new Progress(repetitions * tasks.length);
  const medians = tasks.map((): number[] => []);
  for (let n = 0; n < repetitions; n++) {
    for (const [i, task] of tasks.entries()) {
      progress.step(nameOf(task));
      medians[i].push(summarize(await measureOnce(task)).median);
    }
  }
  progress.end();
  const costs = COSTS.map((cost, i) => ({
    ...cost,
    nanoseconds: summarize(medians[i]),
  }));
  const measured = TASKS.map((task, i) => ({
    what: nameOf(task),
    goal: goalOf(task),
    measured: summarize(medians[COSTS.length + i]),
  }));
  return { costs, ...parted(measured) };
}

/** Plain objects are the usual case. */
function goalOf(task: Task): Goal | undefined {
  const isUsual = "object" in task && task.object === "10 fields";
  return isUsual ? { atMost: 1.2 } : undefined;
}

function nameOf(task: Task | Cost): string {
  if ("value" in task) return `${task.verb}, ${task.value}`;
  return "object" in task
    ? `${task.verb}, objects, ${task.object}, time to that of "json"`
    : `${task.verb}, long strings, ${task.text}, time to that of bytes`;
}

function formatCosts({ costs }: Values): string {
  return formatTable([
    ["", "nanoseconds a call"],
    ...costs.map((cost) => [nameOf(cost), formatSummary(cost.nanoseconds)]),
  ]);
}

function measureOnce(task: Task | Cost): Promise<number[]> {
  const url = new URL("./values/worker.ts", import.meta.url);
  return askWorker(url, task, nameOf(task));
}

if (import.meta.main) {
  await runGoalBench({
    help: HELP,
    times: ["repetitions", REPETITIONS],
    measure: measureValues,
    format: formatCosts,
  });
}
