/**
 * How fast is the server, beside Redis? `--help` says how it is measured.
 */
import { type Figure, type GoalCheck, parted } from "../measure/goal.ts";
import { runGoalBench } from "../measure/goal_command.ts";
import { Progress } from "../measure/progress.ts";
import { summarize } from "../measure/statistics.ts";
import {
  measureBy,
  type Measured,
  REDIS,
  SERVER,
  Started,
} from "./programs.ts";

const ROUNDS = 5;

const HELP = `How fast the server is, beside Redis.

  deno run --allow-read --allow-run --allow-net=127.0.0.1 bench/server/commands.ts [options]

  --rounds N   how often everything takes its turn (default ${ROUNDS})
  --json PATH  writes the figures there (needs --allow-write)

redis-benchmark asks this server, with two workers, and redis-server, one after
the other: 50 clients, keys by chance out of 100,000, so many requests at once
as the pipeline says. It shares the processors with what it measures. The ratios
are requests a second here by those of Redis, and of the 99th percentile of the
time that a request takes. Figures without a goal are thousands of requests for
each second of processor time that the server itself takes.
`;

/** What is asked, and the least that its rate is to be of that of Redis, with a pipeline. */
const GOALS: Readonly<Record<string, number>> = {
  get: 1,
  set: 1,
  incr: 1,
  hset: 1,
  sadd: 1,
  lpush: 0.7,
  zadd: 0.7,
  mset: 0.7,
};
/** With none. */
const UNPIPED_GOAL = 0.8;
/** The most that the 99th percentile may be of that of Redis, with none. */
const P99_GOAL = 2;

/** How many requests are sent, by the pipeline. */
const REQUESTS: Readonly<Record<number, number>> = {
  1: 20_000,
  16: 100_000,
  64: 200_000,
};

/** How much is measured in a round. */
const STEPS = Object.keys(REQUESTS).length * Object.keys(GOALS).length;

interface ServerRun {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
}

/** All figures, by what they are about. */
class Figures {
  readonly #all = new Map<
    string,
    { values: number[]; goal: GoalCheck["goal"] | undefined }
  >();

  add(what: string, value: number, goal?: GoalCheck["goal"]): void {
    const known = this.#all.get(what) ?? { values: [], goal };
    known.values.push(value);
    this.#all.set(what, known);
  }

  parted(): ServerRun {
    return parted(
      [...this.#all].map(([what, { goal, values }]) => ({
        what,
        measured: summarize(values),
        ...(goal === undefined ? {} : { goal }),
      })),
    );
  }
}

async function measure(rounds: number): Promise<ServerRun> {
  await using redis = await Started.start(REDIS);
  await using server = await Started.start(SERVER);
  const figures = new Figures();
  const progress = new Progress((rounds + 1) * STEPS);
  for (let round = 0; round <= rounds; round++) {
    for (const [pipeline, requests] of Object.entries(REQUESTS)) {
      for (const [command, atLeast] of Object.entries(GOALS)) {
        progress.step(`${command}, pipeline ${pipeline}`);
        const load = { command, pipeline: Number(pipeline), requests };
        const theirs = await measureBy(redis, load);
        const ours = await measureBy(server, load);
        if (round > 0) note(figures, load, ours, theirs, atLeast); // the first one warms up
      }
    }
  }
  progress.end();
  return figures.parted();
}

function note(
  figures: Figures,
  { command, pipeline }: {
    readonly command: string;
    readonly pipeline: number;
  },
  ours: Measured,
  theirs: Measured,
  atLeast: number,
): void {
  const what = `${command}, pipeline ${pipeline}`;
  figures.add(`${what}: by Redis's rate`, ours.rate / theirs.rate, {
    atLeast: pipeline === 1 ? UNPIPED_GOAL : atLeast,
  });
  if (pipeline === 1) {
    figures.add(`${what}: by Redis's 99th percentile`, ours.p99 / theirs.p99, {
      atMost: P99_GOAL,
    });
  }
  figures.add(
    `${what}: thousands by processor second`,
    ours.perProcessor / 1000,
  );
  figures.add(
    `${what}: the same of Redis`,
    theirs.perProcessor / 1000,
  );
}

if (import.meta.main) {
  await runGoalBench({ help: HELP, times: ["rounds", ROUNDS], measure });
}
