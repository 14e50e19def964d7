/**
 * Attaches to a map, so often, and does nothing.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";

const { module, handle, attachments } = workerData as {
  module: string;
  handle: { buffer: SharedArrayBuffer };
  attachments: number;
};
const { SharedMap } = await import(module);
const maps = Array.from(
  { length: attachments },
  () => SharedMap.attach(handle),
);
parentPort!.on("message", () => {
  for (const map of maps) map.close();
  Deno.exit();
});
parentPort!.postMessage("ready");
