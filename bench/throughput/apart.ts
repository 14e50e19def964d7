import { askWorker } from "../measure/ask_worker.ts";
import type { Cell, Sample, Scale } from "./sample.ts";

/** What the worker that takes one sample is asked. */
export interface Order {
  readonly cell: Cell;
  readonly scale: Scale;
  readonly round: number;
}

/**
 * Takes one sample in a worker of its own, which ends with it: neither compiled
 * code nor memory of an earlier sample reaches a later one, and a hundred maps do
 * not wait for the collector.
 */
export function takeSampleApart(order: Order): Promise<Sample> {
  const url = new URL("./sample_worker.ts", import.meta.url);
  const { contender, mix } = order.cell;
  return askWorker(url, order, `${contender}, ${mix}`);
}
