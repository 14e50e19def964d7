/**
 * One counter that all workers increment. `--help` says how it is measured.
 */
import { SharedMap } from "../mod.ts";
import type { Order } from "./counter/worker.ts";
import { askWorker } from "./measure/ask_worker.ts";
import type { GoalCheck } from "./measure/goal.ts";
import { runGoalBench } from "./measure/goal_command.ts";
import { Progress } from "./measure/progress.ts";
import { summarize } from "./measure/statistics.ts";
import { Gate } from "./throughput/gate.ts";

const ROUNDS = 5;

const HELP = `One counter that all workers increment.

  deno run --allow-read bench/counter.ts [options]

  --rounds N   how often, one worker and two taking turns (default ${ROUNDS})
  --json PATH  writes all samples there (needs --allow-write)

Each worker calls increment() on the same key for 0.3 s. The figure is how many
increments two get done together, divided by those of one. The sum is checked.
`;

const SECONDS = 0.3;

/** A finished run. */
export interface CounterRun {
  readonly goals: readonly GoalCheck[];
  /** Increments a second, by the number of workers. */
  readonly rates: Readonly<Record<number, readonly number[]>>;
}

/** Counts with one worker and with two, round by round. */
export async function measureCounter(
  rounds = ROUNDS,
): Promise<CounterRun> {
  const progress = new Progress(rounds * 2);
  const rates: Record<number, number[]> = { 1: [], 2: [] };
  for (let round = 0; round < rounds; round++) {
    for (const workers of [1, 2]) {
      progress.step(`one counter, workers: ${workers}`);
      rates[workers].push(await count(workers) / SECONDS);
    }
  }
  progress.end();
  const goal: GoalCheck = {
    what: "one hot counter, two workers to one",
    goal: { atLeast: 0.6 },
    measured: summarize(rates[2].map((both, round) => both / rates[1][round])),
  };
  return { goals: [goal], rates };
}

async function count(workers: number): Promise<number> {
  using map = SharedMap.create<string, number>({ value: "number" });
  const order: Order = {
    handle: map.handle,
    gate: Gate.create(),
    workers,
    seconds: SECONDS,
  };
  const counts = await Promise.all(
    Array.from({ length: workers }, () => countOnce(order)),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (map.get("hot") !== total) throw new Error("The counter lost increments");
  return total;
}

function countOnce(order: Order): Promise<number> {
  const url = new URL("./counter/worker.ts", import.meta.url);
  return askWorker(url, order, "the counter");
}

if (import.meta.main) {
  await runGoalBench({
    help: HELP,
    times: ["rounds", ROUNDS],
    measure: measureCounter,
  });
}
