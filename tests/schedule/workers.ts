/**
 * The workers of a search. This thread is the first one, and decides.
 *
 * @module
 */
import { kernelMemory } from "../../src/segment/kernel.ts";
import type { SegmentHandle } from "../../src/segment/segment.ts";
import { MOST_WORKERS, SEGMENT_WORDS, SharedState } from "./shared_state.ts";
import type { Assignment } from "./worker.ts";
import type { SearchMemory } from "./trial.ts";
import { register } from "./scheduler.ts";

/** Starts all others; returns what they share. */
export async function startWorkers(): Promise<SearchMemory> {
  const state = new SharedState();
  const segment = reserve(SEGMENT_WORDS * 4);
  register(state, 0);
  for (let worker = 1; worker < MOST_WORKERS; worker++) {
    await start({ state: state.buffer, segment, worker });
  }
  return { state, segment };
}

/** Memory for the segment: with a kernel, if this search has one. */
function reserve(bytes: number): SegmentHandle {
  const memory: WebAssembly.Memory | undefined = kernelMemory(bytes);
  if (memory === undefined) return { buffer: new SharedArrayBuffer(bytes) };
  return { buffer: memory.buffer as unknown as SharedArrayBuffer, memory };
}

function start(assignment: Assignment): Promise<void> {
  const url = new URL("./worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.onmessage = () => resolve();
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(assignment);
  return promise;
}
