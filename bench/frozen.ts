/**
 * What a worker notices of another one that stops in the middle of an operation.
 * `--help` says how it is measured.
 */
import type { Frozen, Order, Reply } from "./frozen/worker.ts";
import { freshKey } from "./measure/fresh_keys.ts";
import type { GoalCheck } from "./measure/goal.ts";
import { runGoalBench } from "./measure/goal_command.ts";
import { Progress } from "./measure/progress.ts";
import { summarize } from "./measure/statistics.ts";
import { commitMemory } from "./throughput/commit_memory.ts";
import { loadContender, TITLES } from "./peers/all.ts";
import type { NearMap } from "./peers/contender.ts";

const ROUNDS = 3;

const HELP = `What a worker notices of another one that stops in mid-operation.

  deno run --allow-read bench/frozen.ts [options]

  --rounds N   how often, the contenders taking turns (default ${ROUNDS})
  --json PATH  writes all figures there (needs --allow-write)

Two workers share 10,000 entries. One reads and writes for a second; then the
other one stops for a second in the middle of an update, behind the lock where
there is one. Told are the slowest 0.1 % of the operations of the first, before
and meanwhile, and the longest.
`;

const ENTRIES = 10_000;
/**
 * The room that they have, in entries: nothing that is replaced while a worker is frozen
 * can be reused, as it may still read that. For all contenders alike.
 */
const ROOM = 2_000_000;
const CONTENDERS: readonly Frozen[] = ["epochmap", "mutex", "striped"];
const URL_OF_WORKER = new URL("./frozen/worker.ts", import.meta.url);

/** A finished run. */
export interface FrozenRun {
  readonly goals: readonly GoalCheck[];
  readonly replies: Readonly<Record<string, readonly Reply[]>>;
}

/** Freezes a worker of each contender, round by round. */
export async function measureFrozen(
  rounds = ROUNDS,
): Promise<FrozenRun> {
  const progress = new Progress(rounds * CONTENDERS.length);
  const replies: Record<string, Reply[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const contender of CONTENDERS) {
      progress.step(`a frozen worker, ${TITLES[contender]}`);
      (replies[contender] ??= []).push(await measureOnce(contender));
    }
  }
  progress.end();
  return { goals: [goalOf(replies)], replies };
}

function goalOf(replies: Record<string, readonly Reply[]>): GoalCheck {
  const longest = (contender: Frozen) => {
    const { median } = summarize(
      replies[contender].map(({ frozen }) => frozen.longest / 1_000),
    );
    return `${TITLES[contender]} ${median.toFixed(median < 10 ? 1 : 0)} ms`;
  };
  return {
    what: "the slowest 0.1 % beside a frozen worker, time to before",
    goal: { atMost: 2 },
    measured: summarize(
      replies.epochmap.map(({ before, frozen }) =>
        frozen.slowest / before.slowest
      ),
    ),
    remark: `the longest of all: ${CONTENDERS.map(longest).join(", ")}`,
  };
}

async function measureOnce(contender: Frozen): Promise<Reply> {
  const { create, attach } = await loadContender(contender);
  const stage = create({ entries: ROOM, growing: false });
  const handle = stage.handle().message;
  const map = attach(handle) as NearMap;
  commitMemory(handle);
  for (let n = 0; n < ENTRIES; n++) map.set(freshKey(n), n);
  const order = {
    contender,
    handle,
    phase: new Int32Array(new SharedArrayBuffer(4)),
    entries: ENTRIES,
  };
  const sleeper = start({ ...order, role: "freezes" });
  const runner = start({ ...order, role: "goes on" });
  try {
    return await new Promise<Reply>((resolve, reject) => {
      runner.onmessage = ({ data }) => resolve(data);
      for (const worker of [sleeper, runner]) {
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(`Cannot measure ${contender}: ${event.message}`));
        };
      }
    });
  } finally {
    sleeper.terminate();
    runner.terminate();
    map.close?.();
    stage.close();
  }
}

function start(order: Order): Worker {
  const worker = new Worker(URL_OF_WORKER, { type: "module" });
  worker.postMessage(order);
  return worker;
}

if (import.meta.main) {
  await runGoalBench({
    help: HELP,
    times: ["rounds", ROUNDS],
    measure: measureFrozen,
  });
}
