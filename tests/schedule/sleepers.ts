/**
 * Who sleeps on which word: what the runtime keeps behind `Atomics.waitAsync`.
 *
 * @module
 */
import { currentWorker, sharedState } from "./scheduler.ts";
import { ASLEEP, MOST_WORKERS } from "./shared_state.ts";

/** The worker that runs falls asleep on a word. */
export function fallAsleep(index: number): void {
  sharedState().words[ASLEEP + currentWorker()] = index + 1;
}

/** Wakes all who sleep on a word. */
export function wakeAll(index: number): void {
  const { words } = sharedState();
  for (let worker = 0; worker < MOST_WORKERS; worker++) {
    if (words[ASLEEP + worker] === index + 1) words[ASLEEP + worker] = 0;
  }
}

/** Whether a worker is asleep still. */
export function isAsleep(worker: number): boolean {
  return sharedState().words[ASLEEP + worker] !== 0;
}
