/**
 * The cast: the workers of a search. This one plays the first part, and decides.
 *
 * @module
 */
import { Board, MOST_PARTS, SEGMENT_WORDS } from "./board.ts";
import type { Assignment } from "./worker.ts";
import type { Workers } from "./trial.ts";
import { sitDown } from "./scheduler.ts";

/** Seats everyone. */
export async function gather(): Promise<Workers> {
  const board = new Board();
  const buffer = new SharedArrayBuffer(SEGMENT_WORDS * 4);
  sitDown(board, 0);
  for (let part = 1; part < MOST_PARTS; part++) {
    await seat({ board: board.buffer, segment: buffer, part });
  }
  return { board, buffer };
}

function seat(seat: Assignment): Promise<void> {
  const url = new URL("./worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.onmessage = () => resolve();
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(seat);
  return promise;
}
