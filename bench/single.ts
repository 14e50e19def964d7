/**
 * Single operations of one worker, beside the built-in `Map`. `--help` says how.
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
import { summarize } from "./measure/statistics.ts";
import type { TaskName } from "./single/tasks.ts";

const REPETITIONS = 3;

const HELP = `Single operations of one worker, beside the built-in Map.

  deno run --allow-read bench/single.ts [options]

  --repetitions N  how often, each time in a new worker (default ${REPETITIONS})
  --json PATH      writes the figures there (needs --allow-write)

Keys are strings of 12 characters that were built afresh, or numbers; values are
numbers. Both sides take turns; a figure is the median of the turns, then the
median of the repetitions with the lowest and the highest. Times are those of
SharedMap divided by those of the other side: 0.50 is twice as fast.
`;

/** What each task measures, and what is promised of it. */
const GOALS: Readonly<Record<TaskName, { what: string; goal?: Goal }>> = {
  "get, number keys, hot": {
    what: "get, 1,000 entries, number keys, time to Map's",
  },
  "get, number keys, 1 M": {
    what: "get, 1 M entries, number keys, time to Map's",
  },
  "get, string keys, 1 M": {
    what: "get, 1 M entries, string keys, time to Map's",
    goal: { atMost: 2 },
  },
  "set, hot": {
    what: "set over 1,000 entries, time to Map's",
    goal: { atMost: 4 },
  },
  "insert, growing": {
    what: "insert into a growing map, time to Map's",
    goal: { atMost: 2.5 },
  },
  "getMany, 5 M": {
    what: "getMany of 100 in 5 M entries, time to 100 get's",
    goal: { atMost: 0.6 },
  },
  "iterate, 1 M": {
    what: "iteration, 1 M entries, millions of entries a second",
  },
  "iterate, 1 M, beside a clone": {
    what: "iteration, 1 M entries, time to that of a Map which is cloned first",
    goal: { atMost: 1 },
  },
  "set, growing, longest": {
    what: "the longest set while growing to 2 M entries, milliseconds",
    goal: { atMost: 2 },
  },
};

/** A finished run. */
export interface Single {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
  /** Medians of the turns, one for each repetition. */
  readonly medians: Readonly<Record<string, readonly number[]>>;
}

/** Measures each task in one new worker after the other; repetitions take turns. */
export async function measureSingle(
  repetitions = REPETITIONS,
): Promise<Single> {
  const names = Object.keys(GOALS) as TaskName[];
  const progress = new Progress(repetitions * names.length);
  const medians: Record<string, number[]> = {};
  for (let n = 0; n < repetitions; n++) {
    for (const name of names) {
      progress.step(name);
      (medians[name] ??= []).push(summarize(await measureOnce(name)).median);
    }
  }
  progress.end();
  const measured = names.map((name) => ({
    ...GOALS[name],
    measured: summarize(medians[name]),
  }));
  return { ...parted(measured), medians };
}

function measureOnce(name: TaskName): Promise<number[]> {
  const url = new URL("./single/worker.ts", import.meta.url);
  return askWorker(url, name, name);
}

if (import.meta.main) {
  await runGoalBench({
    help: HELP,
    times: ["repetitions", REPETITIONS],
    measure: measureSingle,
  });
}
