/// <reference lib="deno.worker" />
/**
 * One counter, two workers: no increment is lost.
 *
 * ```sh
 * deno run --allow-read=. examples/counter.ts
 * ```
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../mod.ts";

const EACH = 50_000;

// This file is both the program and its workers' module.
if ("WorkerGlobalScope" in self) self.onmessage = count;
else await main();

async function main() {
  using map = SharedMap.create<string, number>({ value: "number" });
  await Promise.all([runWorker(map.handle), runWorker(map.handle)]);
  console.log(`2 workers, ${EACH} each:`, map.get("clicks"));
}

/** A handle is small: the worker gets the same memory, not a copy. */
function runWorker(handle: SharedMapHandle): Promise<void> {
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.postMessage(handle);
  return new Promise((resolve) => {
    worker.onmessage = () => {
      worker.terminate();
      resolve();
    };
  });
}

function count({ data: handle }: MessageEvent<SharedMapHandle>) {
  using map = SharedMap.attach<string, number>(handle, { value: "number" });
  for (let i = 0; i < EACH; i++) map.increment("clicks");
  self.postMessage("done");
}
