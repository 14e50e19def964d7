/// <reference lib="deno.worker" />
/**
 * Snapshots: a worker writes a log, line after line; a snapshot is one instant
 * of it. It has no gap, and it does not change while the log grows.
 *
 * ```sh
 * deno run --allow-read=. examples/snapshot.ts
 * ```
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../mod.ts";

const LINES = 50_000;

if ("WorkerGlobalScope" in self) self.onmessage = write;
else await main();

async function main() {
  using log = SharedMap.create<number, string>({
    key: "number",
    value: "string",
  });
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.postMessage(log.handle);
  while (log.size < LINES) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (log.size > 0) look(log);
  }
  worker.terminate();
}

function look(log: SharedMap<number, string>) {
  using snapshot = log.snapshot();
  const lines = [...snapshot.keys()].sort((a, b) => a - b);
  const gaps = lines.filter((line, at) => line !== at).length;
  console.log(
    `snapshot: ${lines.length} lines, ${gaps} gaps; the log: ${log.size} by now`,
  );
}

function write({ data: handle }: MessageEvent<SharedMapHandle>) {
  using log = SharedMap.attach<number, string>(handle, {
    key: "number",
    value: "string",
  });
  for (let line = 0; line < LINES; line++) log.set(line, `line ${line}`);
}
