/**
 * Hosting the writer's worker: starting it, giving it orders, receiving its answers, noticing its
 * end.
 *
 * Orders go to the worker at once, in the order in which they come, and each is answered: by the
 * worker, or, if it dies, with an error. The worker is absent until there is an order for it, and
 * works until it is told to stop. From then on it is ending, and orders wait for the next worker. A
 * stop is answered when nothing is being written any more.
 *
 * ```text
 * absent --an order--> working --stop--> ending --answered--> absent
 *    ^------------------- it died --------------------------/
 * ```
 *
 * The worker keeps the program running only while somebody waits for it. A program that ends by
 * itself is held up once, until a last epoch is written. Only the main thread can hold it up, so
 * writers that other threads started end with those threads.
 *
 * @module
 */

import type { Worker } from "node:worker_threads";
import { aboutMap, SnapshotError } from "../errors.ts";
import { timers } from "../timers.ts";
import type { SnapshotInfo } from "./directory.ts";
import type { SnapshotProgress } from "./dump.ts";
import {
  type Assignment,
  type Failure,
  type Order,
  type Report,
  unpack,
} from "./messages.ts";
import type { Trouble } from "./trouble.ts";
import { startWorker } from "./worker.ts";

/** Before a worker that died is replaced, in milliseconds. */
const REVIVAL_MS = 1000;

/** What to call. */
export interface HostEvents {
  onProgress(progress: SnapshotProgress): void;
  /** An epoch was written; without info: nothing had changed. */
  onWritten(info: SnapshotInfo | undefined, ms: number): void;
  /** An epoch was not written; the error goes to the one that asked for it, or to the trouble. */
  onFailed(): void;
}

/** An order, until it is answered. */
interface Asked {
  kind: Order["kind"];
  resolve(info: SnapshotInfo | undefined): void;
  reject(error: Error): void;
}

/** Hosts that were started: they write a last epoch when the program ends. */
const started = new Set<WriterHost>();

globalThis.addEventListener("beforeunload", (event) => {
  if (started.size === 0) return;
  event.preventDefault();
  for (const host of started) host.stopSoon();
});

/** One writer's worker, made when it is needed. */
export class WriterHost {
  readonly #assignment: Assignment;
  readonly #events: HostEvents;
  readonly #trouble: Trouble;
  /** Errors that do no harm to the epochs. */
  readonly #untidiness: Trouble;
  #state: "absent" | "working" | "ending" = "absent";
  /** There unless it is absent. */
  #worker: Worker | undefined;
  /** For the next worker. */
  readonly #queue: Asked[] = [];
  /** What the worker has not answered yet, by its number. */
  readonly #sent = new Map<number, Asked>();
  #numbers = 0;
  /**
   * How often it was started since the last stop, but for starts that failed; and how often it was
   * stopped.
   */
  #starts = 0;
  #stops = 0;
  /** Called when the worker ended without being told to; by default another one is made. */
  onDeath: () => void = () => this.#revive();

  constructor(assignment: Assignment, events: HostEvents, trouble: Trouble) {
    this.#assignment = assignment;
    this.#events = events;
    this.#trouble = trouble;
    this.#untidiness = trouble.another();
  }

  /** Whether epochs are written at intervals, or are to be. */
  get isStarted(): boolean {
    return started.has(this);
  }

  /**
   * Whether there is a worker that does not write at intervals, because its start failed, or is
   * still to come. It keeps the locks that it holds.
   */
  get isWaiting(): boolean {
    return this.#state === "working" && !this.isStarted;
  }

  /** Starts to write an epoch per interval; a second call does nothing more. */
  async start(): Promise<void> {
    const stops = this.#stops;
    this.#starts++;
    started.add(this);
    try {
      await this.#ask("start");
    } catch (error) {
      if (stops === this.#stops && --this.#starts === 0) started.delete(this);
      throw error;
    }
  }

  /** Writes an epoch now; returns the last one, if nothing has changed since. */
  async write(): Promise<SnapshotInfo> {
    return (await this.#ask("write"))!;
  }

  /** Writes a last epoch, and ends the worker; does nothing if there is none. */
  async stop(): Promise<void> {
    this.#stops++;
    this.#starts = 0;
    started.delete(this);
    await this.#ask("stop");
  }

  /** As `stop`, but errors are reported. */
  async stopSoon(): Promise<void> {
    try {
      await this.stop();
    } catch (error) {
      this.#trouble.fail(error as SnapshotError);
    }
  }

  #ask(kind: Order["kind"]): Promise<SnapshotInfo | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<
      SnapshotInfo | undefined
    >();
    this.#queue.push({ kind, resolve, reject });
    this.#sendAll();
    return promise;
  }

  #sendAll(): void {
    while (this.#state !== "ending" && this.#queue.length > 0) {
      const asked = this.#queue.shift()!;
      if (this.#state === "absent" && asked.kind === "stop") {
        asked.resolve(undefined);
      } else this.#send(asked);
    }
  }

  #send(asked: Asked): void {
    const worker = this.#worker ??= this.#begin();
    const request = ++this.#numbers;
    this.#sent.set(request, asked);
    worker.postMessage({ kind: asked.kind, request } satisfies Order);
    worker.ref();
    this.#state = asked.kind === "stop" ? "ending" : "working";
  }

  #begin(): Worker {
    const worker = startWorker("epochmap snapshots", {
      kind: "write",
      assignment: this.#assignment,
    });
    worker.on("message", (report: Report) => this.#hear(report));
    worker.on("error", (error: Error) => this.#died(worker, error.message));
    worker.on("exit", () => this.#died(worker, "it ended"));
    return worker;
  }

  #hear(report: Report): void {
    switch (report.kind) {
      case "progress":
        return this.#events.onProgress(report.progress);
      case "written":
        this.#events.onWritten(report.info, report.ms);
        this.#trouble.end();
        return this.#noteWarning(report.warning);
      case "failed":
        this.#events.onFailed();
        if (!report.isAnswered) {
          this.#trouble.fail(this.#unpack(report.failure));
        }
        return;
      case "done":
        return this.#answer(report.request, (it) => it.resolve(report.info));
      case "refused":
        return this.#answer(
          report.request,
          (it) => it.reject(this.#unpack(report.failure)),
        );
    }
  }

  #unpack(failure: Failure): SnapshotError {
    return this.#aboutMap(unpack(failure));
  }

  #aboutMap(error: SnapshotError): SnapshotError {
    return aboutMap(error, this.#assignment.handle.name);
  }

  #noteWarning(warning: Failure | undefined): void {
    if (warning === undefined) this.#untidiness.end();
    else this.#untidiness.fail(this.#unpack(warning));
  }

  #answer(request: number, answer: (asked: Asked) => void): void {
    const asked = this.#sent.get(request);
    if (asked === undefined) return; // from a worker that has died since
    this.#sent.delete(request);
    if (asked.kind === "stop") this.#end();
    else if (this.#sent.size === 0) this.#worker!.unref();
    answer(asked);
  }

  /** Ends the worker, which has answered everything and does nothing any more. */
  #end(): void {
    const worker = this.#worker!;
    this.#worker = undefined;
    this.#state = "absent";
    worker.terminate();
    this.#sendAll();
  }

  #died(worker: Worker, why: string): void {
    if (worker !== this.#worker) return; // it was ended, or its death was reported already
    this.#worker = undefined;
    this.#state = "absent";
    const { directory } = this.#assignment;
    const error = this.#aboutMap(
      new SnapshotError(
        `Cannot write snapshots into "${directory}": the worker that does it died: ${why}`,
        { path: directory, reason: "the writer's worker died" },
      ),
    );
    const unanswered = [...this.#sent.values()];
    this.#sent.clear();
    for (const { reject } of unanswered) reject(error);
    if (this.isStarted) {
      if (unanswered.length === 0) this.#trouble.fail(error);
      this.onDeath();
    }
    this.#sendAll();
  }

  /** Starts another worker soon, and tries again until that succeeds. */
  #revive(): void {
    const timer = timers.setTimeout(async () => {
      if (!this.isStarted) return;
      try {
        await this.#ask("start");
      } catch (error) {
        this.#trouble.fail(error as SnapshotError);
        if (this.#state !== "absent") this.#revive(); // it did not die
      }
    }, REVIVAL_MS);
    timer.unref();
  }
}
