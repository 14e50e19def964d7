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
  const worker = new Worker(url, { type: "module" });
  return new Promise<Sample>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      const { contender, mix } = order.cell;
      reject(
        new Error(`Cannot measure ${contender}, ${mix}: ${event.message}`),
      );
    };
    worker.postMessage(order);
  }).finally(() => worker.terminate());
}
