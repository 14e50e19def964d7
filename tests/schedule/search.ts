/**
 * Does a list of tasks: explores scenarios, or runs one schedule of one again. Prints a
 * report per scenario as JSON.
 *
 * `deno run --config tests/schedule/instrumented.json search.ts TASKS`
 *
 * @module
 */
import { Random } from "../testing/random.ts";
import { startWorkers } from "./workers.ts";
import { tryByChance } from "./chance.ts";
import { explore, type Explored } from "./explore.ts";
import { readPlan } from "./plan.ts";
import { type Replay, replay, show } from "./replay.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { Trials } from "./trial.ts";

/** What to do. */
export interface Task {
  /** Name of a group, or of a scenario; all scenarios if there is none. */
  readonly of?: string;
  /** Every so many of them, from that one on: for searches side by side. */
  readonly share?: { readonly of: number; readonly from: number };
  readonly preemptions: number;
  /** Runs per scenario, and random ones after that. */
  readonly runs: number;
  readonly randomRuns: number;
  readonly seed: number;
  /** A fault that is planted: one failure is enough then. */
  readonly fault?: string;
  /** A plan to run, and nothing else. */
  readonly plan?: string;
}

/** What came of one scenario. */
export interface Report {
  readonly fault?: string;
  readonly seed: number;
  readonly group: string;
  readonly name: string;
  /** Runs altogether. */
  readonly runs: number;
  /** Schedules with 0, 1, 2, … preemptions that were run. */
  readonly schedules: number[];
  /** The last number of preemptions with which all were. */
  readonly complete: number;
  /** Images of the segment that runs led to. */
  readonly images: number;
  readonly failure?: Replay;
}

const tasks: Task[] = JSON.parse(Deno.args[0]);
const memory = await startWorkers();
for (const task of tasks) perform(task);
Deno.exit(); // the other workers wait

function perform(task: Task): void {
  const { of, share = { of: 1, from: 0 } } = task;
  const chosen = SCENARIOS.keys()
    .filter((i) => isMeant(SCENARIOS[i], of))
    .filter((_, i) => i % share.of === share.from);
  for (const number of chosen) {
    const report = search(task, number);
    console.log(JSON.stringify(report));
    if (report.failure && task.fault !== undefined) return;
  }
}

function isMeant({ group, isSlip, name }: Scenario, of?: string): boolean {
  return of === undefined ? !isSlip : of === group || of === name;
}

function search(task: Task, number: number): Report {
  const trials = new Trials(memory, SCENARIOS[number], number, task.fault);
  if (task.plan !== undefined) {
    const failure = show(trials, readPlan(task.plan));
    return report(task, trials, { schedules: [], complete: -1 }, failure);
  }
  const random = new Random(task.seed + number);
  const explored = explore(trials, task, random);
  const failed = explored.failed ??
    tryByChance(trials, task.randomRuns, random);
  return report(task, trials, explored, failed && replay(trials, failed));
}

function report(
  { fault, seed }: Task,
  { count: runs, images, scenario: { group, name } }: Trials,
  { complete, schedules }: Explored,
  failure?: Replay,
): Report {
  return {
    fault,
    seed,
    group,
    name,
    runs,
    schedules,
    complete,
    images,
    failure,
  };
}
