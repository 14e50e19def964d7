/**
 * Counts its own runs in a persisted map, which a worker opens first, and so has written;
 * the worker ends, and nobody closes anything.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";

/** What a worker has, which the types of a program do not know. */
const scope = globalThis as unknown as {
  postMessage(message: string): void;
  onmessage: () => void;
  close(): void;
};

const open = () =>
  SharedMap.open<string, number>("runs", {
    persist: { directory: Deno.args[0], interval: 60_000 },
  });

if (self.name === "first") {
  const runs = await open();
  await runs.flush(); // somebody writes, and so this worker does
  scope.postMessage("opened");
  scope.onmessage = () => scope.close();
} else {
  const worker = new Worker(import.meta.url, { type: "module", name: "first" });
  await new Promise((resolve) => worker.onmessage = resolve);
  const runs = await open();
  console.log(runs.increment("runs") - 1);
  worker.postMessage("end");
}
