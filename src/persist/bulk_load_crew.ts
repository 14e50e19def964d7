/**
 * Loading a large file with several workers: each takes a share, and so does the one that starts
 * them.
 *
 * @module
 */

import type { Worker } from "node:worker_threads";
import type { Attachment } from "../map/attachment.ts";
import type { FileReader } from "./file_reader.ts";
import type { BulkLoadAssignment } from "./bulk_load_share.ts";
import { startWorker } from "./worker.ts";

/** Entries for each worker: below that, starting it takes longer than it saves. */
const ENTRIES_PER_WORKER = 2_000_000;
/** More do not help: memory is the bottleneck then. */
const MOST_WORKERS = 4;

/** How many shares it is best to make of so many entries on this machine. */
export function suitableShares(entries: number): number {
  const workers = Math.min(MOST_WORKERS, navigator.hardwareConcurrency);
  return Math.max(
    1,
    Math.min(workers, Math.floor(entries / ENTRIES_PER_WORKER)),
  );
}

/** The workers that load all shares but the first. */
export class BulkLoadCrew implements Disposable {
  /** In how many shares the file is loaded, including the first. */
  readonly shares: number;
  readonly #loaded: Int32Array<SharedArrayBuffer>;
  readonly #workers: Worker[] = [];
  readonly #done: Promise<boolean>[] = [];

  constructor(attachment: Attachment, file: FileReader, shares: number) {
    this.shares = shares;
    this.#loaded = new Int32Array(new SharedArrayBuffer(shares * 4));
    for (let index = 1; index < shares; index++) {
      this.#add({
        handle: attachment.segment.handle,
        path: file.path,
        check: file.footer.check,
        share: { index, of: shares },
        loaded: this.#loaded,
      });
    }
  }

  #add(assignment: BulkLoadAssignment): void {
    const worker = startWorker("epochmap restore", {
      kind: "load",
      assignment,
    });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    worker.on("message", resolve);
    worker.on("error", () => resolve(false));
    worker.on("exit", () => resolve(false));
    this.#workers.push(worker);
    this.#done.push(promise);
  }

  /** Entries that they have written so far. */
  get others(): number {
    return this.#loaded.reduce((sum, loaded) => sum + loaded, 0);
  }

  /** Waits for all; resolves to the indices of the shares that are not done. */
  async unfinished(): Promise<number[]> {
    const done = await Promise.all(this.#done);
    return done.flatMap((isDone, i) => isDone ? [] : [i + 1]);
  }

  /** Ends the workers, wherever they are. */
  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}
