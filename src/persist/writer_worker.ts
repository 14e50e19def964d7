/**
 * The worker of a periodic writer: it attaches to the map as any worker does, and writes its epochs.
 *
 * It needs no codecs, as it copies encoded entries. If its writer asks for it, it holds a lock for as long as it lives, which
 * says that this map is being written.
 *
 * @module
 */

import { parentPort, workerData } from "node:worker_threads";
import { Lifeline } from "../epoch/lifeline.ts";
import { Attachment } from "../map/attachment.ts";
import type { SnapshotInfo } from "./directory.ts";
import type { SnapshotProgress } from "./dump.ts";
import { type Assignment, type Order, pack, type Report } from "./messages.ts";
import { Series, SHORT_OF_MEMORY } from "./series.ts";

/** After an epoch that was given up for want of memory the next one begins no later than this, in milliseconds. */
const RETRY_MS = 5000;
/** Between two reports of progress, in milliseconds. */
const PROGRESS_MS = 50;

const assignment = workerData as Assignment;

function report(message: Report): void {
  parentPort!.postMessage(message);
}

/** Writes epochs, one at a time, in the order in which they are asked for. */
class Writing {
  readonly #attachment: Attachment;
  readonly #series: Series;
  #last: SnapshotInfo | undefined;
  /** What is being done, and all that waits for it. */
  #queue: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reportedAt = 0;

  constructor({ handle, directory, compression, keep }: Assignment) {
    this.#attachment = Attachment.attach(handle);
    const onWarning = (error: unknown) =>
      report({ kind: "failed", failure: pack(directory, error) });
    this.#series = new Series(this.#attachment, {
      directory,
      compression,
      keep,
      onWarning,
    });
  }

  obey(order: Order): void {
    if (order.kind === "start") return this.#plan();
    if (order.kind === "stop") clearTimeout(this.#timer);
    this.#enqueue(async () => {
      try {
        await this.#write();
        if (order.kind === "stop") this.#attachment.close();
        report({ kind: "done", request: order.request, info: this.#last });
      } catch (error) {
        const failure = pack(assignment.directory, error);
        report({ kind: "refused", request: order.request, failure });
      }
    });
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work);
  }

  /** The next epoch begins an interval after this one began, or at once if it took longer. */
  #plan(since = performance.now(), interval = assignment.interval): void {
    clearTimeout(this.#timer);
    const due = since + interval - performance.now();
    this.#timer = setTimeout(() => {
      const began = performance.now();
      this.#enqueue(async () => {
        const isRetry = await this.#tryToWrite();
        if (!this.#attachment.isOpen) return;
        if (isRetry) {
          this.#plan(performance.now(), Math.min(interval, RETRY_MS));
        } else this.#plan(began);
      });
    }, Math.max(0, due));
  }

  /** Writes, and reports what goes wrong; says whether it is worth trying again soon. */
  async #tryToWrite(): Promise<boolean> {
    try {
      await this.#write();
      return false;
    } catch (error) {
      const failure = pack(assignment.directory, error);
      report({ kind: "failed", failure });
      return failure.reason === SHORT_OF_MEMORY;
    }
  }

  async #write(): Promise<void> {
    const began = performance.now();
    const info = await this.#series.write((progress) => this.#tell(progress));
    this.#last = info ?? this.#last;
    report({ kind: "written", info, ms: performance.now() - began });
  }

  #tell(progress: SnapshotProgress): void {
    const now = performance.now();
    if (now - this.#reportedAt < PROGRESS_MS) return;
    this.#reportedAt = now;
    report({ kind: "progress", progress });
  }
}

if (assignment.lock !== undefined) Lifeline.hold(assignment.lock);
const writing = new Writing(assignment);
parentPort!.on("message", (order: Order) => writing.obey(order));
report({ kind: "ready" });
