/**
 * Is `get` of a hot entry as fast as the built-in `Map`'s? `--help` says how it
 * is measured.
 */
import type { HotGetReply } from "./hot_get/reply.ts";
import { askWorker } from "./measure/ask_worker.ts";
import { type Figure, type GoalCheck, parted } from "./measure/goal.ts";
import { runGoalBench } from "./measure/goal_command.ts";
import { Progress } from "./measure/progress.ts";
import { summarize } from "./measure/statistics.ts";

const REPETITIONS = 7;

const HELP = `Hot get: SharedMap beside the built-in Map.

  deno run --allow-read bench/hot_get.ts [options]

  --repetitions N  how often, each time in a new worker (default ${REPETITIONS})
  --json PATH      writes the figures there (needs --allow-write)

1,000 entries, keys of 12 characters, number values. The maps take turns of
1,000 gets each, over keys that were built afresh for the turn, outside of the
timed part. The figure is the time of SharedMap divided by the time of Map: the
median of 3,000 turns, then the median of the repetitions with the lowest and
the highest. 1.00 means as fast, 0.50 twice as fast.
`;

/** A finished run. */
export interface HotGet {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
  readonly replies: readonly HotGetReply[];
}

/** Measures in one new worker after the other. */
export async function measureHotGet(
  repetitions = REPETITIONS,
): Promise<HotGet> {
  const progress = new Progress(repetitions);
  const replies: HotGetReply[] = [];
  for (let n = 0; n < repetitions; n++) {
    progress.step("hot get beside Map");
    replies.push(await measureOnce());
  }
  progress.end();
  return { ...figuresOf(replies), replies };
}

function figuresOf(replies: readonly HotGetReply[]) {
  return parted([
    {
      what: "get, 1,000 entries, freshly built string keys, time to Map's",
      goal: { atMost: 0.75 },
      measured: summarize(replies.map((reply) => reply.fresh)),
    },
    {
      what: "get, 1,000 entries, the same string objects again, time to Map's",
      measured: summarize(replies.map((reply) => reply.again)),
    },
  ]);
}

function measureOnce(): Promise<HotGetReply> {
  const url = new URL("./hot_get/worker.ts", import.meta.url);
  return askWorker(url, undefined, "hot get");
}

if (import.meta.main) {
  await runGoalBench({
    help: HELP,
    times: ["repetitions", REPETITIONS],
    measure: measureHotGet,
  });
}
