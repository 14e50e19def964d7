/**
 * The crew: N workers that build the index and one that reads it.
 *
 * @module
 */
import type { IndexerReport } from "./indexer.ts";
import type { Input } from "./input.ts";
import type { Job, Maps } from "./job.ts";
import type { Options } from "./options.ts";
import type { ReaderReport } from "./reader.ts";
import { Task } from "./task.ts";

const INDEXER = new URL("./indexer.ts", import.meta.url);
const READER = new URL("./reader.ts", import.meta.url);

/** Starts the workers, waits for them, and ends one if told to. */
export class Crew {
  /** What each indexer did; `undefined` for one that was terminated. */
  readonly built: Promise<(IndexerReport | undefined)[]>;
  readonly read: Promise<ReaderReport | undefined>;
  #indexers: Task<IndexerReport>[];

  constructor(maps: Maps, input: Input, { workers, longest }: Options) {
    const job = (worker: number): Job => ({
      worker,
      input,
      longest,
      index: maps.index.handle,
      board: maps.board.handle,
    });
    this.#indexers = Array.from(
      { length: workers },
      (_, at) => new Task<IndexerReport>(INDEXER, job(at + 1)),
    );
    this.built = Promise.all(this.#indexers.map(({ report }) => report));
    this.read = new Task<ReaderReport>(READER, job(0)).report;
  }

  /** Ends a worker in the middle of what it is doing. */
  terminate(worker: number) {
    this.#indexers[worker - 1].terminate();
  }
}
