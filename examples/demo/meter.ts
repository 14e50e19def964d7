/**
 * What the progress line tells: throughput, memory, and how the reader fares.
 *
 * @module
 */
import { ASKED, FOUND, operationsOf } from "./board.ts";
import { megabytes, percent, short } from "./figures.ts";
import type { Maps } from "./job.ts";

/** Reads the board; remembers what it read last, and the most memory. */
export class Meter {
  peakBytes = 0;
  #last = { time: performance.now(), operations: 0, rate: 0 };

  constructor(readonly maps: Maps, readonly workers: number) {}

  /** Throughput and memory now, in words. */
  read(): string {
    const { index, board } = this.maps;
    const memory = Deno.memoryUsage().rss;
    this.peakBytes = Math.max(this.peakBytes, memory);
    const asked = board.get(ASKED) ?? 0;
    const found = (board.get(FOUND) ?? 0) / Math.max(asked, 1);
    return [
      `${short(this.#rate()).padStart(4)} ops/s`,
      `${short(index.size).padStart(4)} entries`,
      megabytes(memory).padStart(7),
      `reader: ${short(asked)} gets, ${percent(found)} found`,
    ].join("  ");
  }

  /** Operations per second, over the last half second or so. */
  #rate(): number {
    const time = performance.now();
    const seconds = (time - this.#last.time) / 1000;
    if (seconds >= 0.5) {
      const operations = totalOperations(this.maps, this.workers);
      const rate = (operations - this.#last.operations) / seconds;
      this.#last = { time, operations, rate };
    }
    return this.#last.rate;
  }
}

/** Operations of all workers so far. */
export function totalOperations({ board }: Maps, workers: number): number {
  let sum = 0;
  for (let worker = 1; worker <= workers; worker++) {
    sum += board.get(operationsOf(worker)) ?? 0;
  }
  return sum;
}
