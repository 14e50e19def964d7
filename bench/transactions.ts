/**
 * What do transactions cost, alone and where they are in each other's way?
 * `--help` says how it is measured.
 */
import { SharedMap } from "../mod.ts";
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
import { Gate } from "./throughput/gate.ts";
import type {
  ConflictOrder,
  Transfers,
} from "./transactions/conflict_worker.ts";
import type { Order, Work } from "./transactions/worker.ts";

const ROUNDS = 3;
const SECONDS = 0.5;

const HELP =
  `What transactions cost, alone and where they are in each other's way.

  deno run --allow-read=. bench/transactions.ts [options]

  --rounds N   how often everything takes its turn (default ${ROUNDS})
  --json PATH  writes the figures there (needs --allow-write)

One worker writes to 2, 10 or 100 keys in a transaction, and in turns to as many
keys one after the other. Then one, two and four workers transfer between
accounts by chance, of which there are 10 or 10,000, for half a second. The sum
of all accounts is checked.
`;

const SIZES = [2, 10, 100];
const WORKS: readonly Work[] = ["set", "increment", "setMany"];
const GOALS: Readonly<Record<number, Goal>> = {
  2: { atMost: 4 },
  10: { atMost: 2 },
  100: { atMost: 2 },
};
const ACCOUNTS = [10_000, 10];
const CREWS = [1, 2, 4];

/** A finished run. */
interface TransactionsRun {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
}

async function measure(rounds: number): Promise<TransactionsRun> {
  const samples = new Map<string, number[]>();
  const add = (what: string, sample: number) => {
    const all = samples.get(what) ?? [];
    samples.set(what, all);
    all.push(sample);
  };
  const orders = WORKS.flatMap((work) => SIZES.map((keys) => ({ work, keys })));
  const crews = ACCOUNTS.flatMap((accounts) =>
    CREWS.map((workers) => ({ accounts, workers }))
  );
  const progress = new Progress(rounds * (orders.length + crews.length));
  for (let round = 0; round < rounds; round++) {
    for (const order of orders) {
      const what = nameOf(order);
      progress.step(what);
      add(what, summarize(await costOf(order)).median);
    }
    for (const { accounts, workers } of crews) {
      const what = `${accounts} accounts, workers: ${workers}`;
      progress.step(what);
      const { count, runs } = await transfer(accounts, workers);
      add(`${what}, transfers a millisecond`, count / SECONDS / 1_000);
      add(`${what}, runs per transfer`, runs / count);
    }
  }
  progress.end();
  const goals = new Map(
    orders.filter(({ work }) => work === "set").map((order) => [
      nameOf(order),
      GOALS[order.keys],
    ]),
  );
  return parted([...samples].map(([what, all]) => ({
    what,
    measured: summarize(all),
    goal: goals.get(what),
  })));
}

function nameOf({ work, keys }: Order): string {
  return work === "setMany"
    ? `setMany of ${keys} keys, atomic, time to that of one after the other`
    : `a transaction, ${work} of ${keys} keys, time to as many single ones`;
}

function costOf(order: Order): Promise<number[]> {
  const url = new URL("./transactions/worker.ts", import.meta.url);
  return askWorker(url, order, nameOf(order));
}

/** Transfers with so many workers at a time; returns what all of them did. */
async function transfer(accounts: number, workers: number): Promise<Transfers> {
  using map = SharedMap.create<string, number>({ value: "number" });
  for (let i = 0; i < accounts; i++) map.set(`account ${i}`, 0);
  const order: ConflictOrder = {
    handle: map.handle,
    gate: Gate.create(),
    workers,
    seconds: SECONDS,
    accounts,
  };
  const url = new URL("./transactions/conflict_worker.ts", import.meta.url);
  const all = await Promise.all(
    Array.from(
      { length: workers },
      () => askWorker<Transfers>(url, order, "transfers"),
    ),
  );
  const sum = [...map.values()].reduce((sum, balance) => sum + balance, 0);
  if (sum !== 0) throw new Error(`The accounts have ${sum} together, not 0`);
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    runs: all.reduce((sum, { runs }) => sum + runs, 0),
  };
}

if (import.meta.main) {
  await runGoalBench({ help: HELP, times: ["rounds", ROUNDS], measure });
}
