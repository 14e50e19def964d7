/**
 * What do several workers get done that search one index, or add to it, beside one with a mutex
 * around it? `--help` says how it is measured.
 */
import { HotVectorIndex } from "../../src/vectors/mod.ts";
import { readOptions, runCommand, wholeNumber } from "../measure/options.ts";
import { formatTable } from "../measure/text_table.ts";
import { Mixture } from "./mixture.ts";
import { Mutex } from "./mutex.ts";
import type { Order } from "./worker.ts";

const DEFAULTS = { vectors: "20000", seconds: "1" };
const DIMENSIONS = 128;
const SEED = 7;

const HELP = `Searches and additions of several workers on one index.

  deno run --allow-read=. bench/vectors/workers.ts [options]

  --vectors N  how many there are from the beginning (default ${DEFAULTS.vectors})
  --seconds N  how long each figure is measured (default ${DEFAULTS.seconds})

Vectors of ${DIMENSIONS} dimensions. Beside the index is the same one with a mutex around
each operation. The figures are operations a second of all workers together.
`;

/** Runs workers on one thing; resolves to operations a second. */
async function rateOf(
  count: number,
  order: Omit<Order, "signal">,
  seconds: number,
): Promise<number> {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from(
    { length: count },
    () =>
      new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  );
  const next = (worker: Worker) =>
    new Promise<number>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
  const ready = Promise.all(workers.map(next));
  for (const worker of workers) worker.postMessage({ ...order, signal });
  await ready;
  const done = Promise.all(workers.map(next));
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  Atomics.store(signal, 0, 2);
  const operations = await done;
  for (const worker of workers) worker.terminate();
  return operations.reduce((sum, one) => sum + one, 0) / seconds;
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const count = wholeNumber("vectors", options.vectors, 1, 200_000);
  const seconds = wholeNumber("seconds", options.seconds, 1, 600);
  const vectors = new Mixture(DIMENSIONS, SEED).take(count);
  const rows: string[][] = [["", "1 worker", "2 workers", "of one"]];
  for (const work of ["search", "add"] as const) {
    for (const kind of ["alone", "with a mutex"] as const) {
      const rates: number[] = [];
      for (const workers of [1, 2]) {
        using index = HotVectorIndex.create({
          dimensions: DIMENSIONS,
          metric: "dot",
        });
        index.addMany(vectors.map((vector, id) => [id, vector] as const));
        const mutex = new Mutex().word;
        const order = { kind, work, handle: index.handle, mutex };
        rates.push(await rateOf(workers, order, seconds));
      }
      const [one, two] = rates;
      rows.push([
        `${work}, ${kind}`,
        one.toFixed(0),
        two.toFixed(0),
        (two / one).toFixed(2),
      ]);
    }
  }
  console.log(formatTable(rows));
}

await runCommand(main);
