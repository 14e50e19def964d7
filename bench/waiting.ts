/**
 * How long does it take from a `set` in one worker to the wake-up in another?
 * `--help` says how it is measured.
 */
import { SharedMap } from "../mod.ts";
import { askWorker } from "./measure/ask_worker.ts";
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import { Progress } from "./measure/progress.ts";
import { summarize } from "./measure/statistics.ts";
import { formatSummary } from "./measure/statistics.ts";
import { formatTable } from "./measure/text_table.ts";
import { now } from "./throughput/gate.ts";
import type { Order, Way } from "./waiting/worker.ts";

const ROUNDS = 7;
const COUNT = 2_000;
/** Of each round the first ones are not counted. */
const WARM_UP = 500;
/** Entries of the map, besides the one that is waited for. */
const OTHERS = 10_000;
const WAYS: readonly Way[] = ["waitFor", "watch", "postMessage"];

const HELP = `From a set in one worker to the wake-up in another.

  deno run --allow-read=. bench/waiting.ts [options]

  --rounds N   how often each way takes its turn (default ${ROUNDS})

One worker sets a key to the present time, and waits until the other one has
heard of it; that one waits for the key, by waitFor() or watch(), and subtracts.
Beside it the time is sent by postMessage(), over a port. The figures are the
medians of the rounds, in microseconds, with the lowest and the highest round.
`;

/** The delays of one round, in microseconds, from the shortest to the longest. */
async function measure(way: Way): Promise<number[]> {
  using map = SharedMap.create<string, number>({ value: "number" });
  for (let i = 0; i < OTHERS; i++) map.set(`other ${i}`, i);
  const { port1, port2 } = new MessageChannel();
  const order: Order = {
    handle: map.handle,
    way,
    port: port2,
    count: WARM_UP + COUNT,
  };
  const send = way === "postMessage"
    ? () => port1.postMessage(now())
    : () => map.set("time", now());
  port1.onmessage = () => send();
  const url = new URL("./waiting/worker.ts", import.meta.url);
  const delays = await askWorker<number[]>(url, order, way, [port2]);
  port1.close();
  return delays.slice(WARM_UP).sort((a, b) => a - b);
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, { rounds: `${ROUNDS}` });
  if (options === undefined) return console.log(HELP);
  const rounds = wholeNumber("rounds", options.rounds, 1, 1_000);
  const progress = new Progress(rounds * WAYS.length);
  const found = new Map(WAYS.map((way) => [way, [] as number[][]]));
  for (let round = 0; round < rounds; round++) {
    for (const way of WAYS) {
      progress.step(way);
      found.get(way)!.push(await measure(way));
    }
  }
  progress.end();
  const figure = (all: number[][], share: number) =>
    formatSummary(
      summarize(all.map((delays) => delays[Math.floor(delays.length * share)])),
    );
  console.log(formatTable([
    ["µs", "p50", "p99"],
    ...WAYS.map((way) => {
      const all = found.get(way)!;
      return [way, figure(all, 0.5), figure(all, 0.99)];
    }),
  ]));
}

if (import.meta.main) await runCommand(main);
