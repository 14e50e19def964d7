/**
 * Hosting the writer's worker: starting it, handing it orders, hearing its reports, noticing its end.
 *
 * The worker keeps the program running only while somebody waits for it. A program that ends by itself is held up once, until
 * a last epoch is written; the program's end can be held up in its main thread only, so writers that other threads started end
 * with them, like all that these threads do.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { SnapshotError } from "../errors.ts";
import type { SnapshotInfo } from "./directory.ts";
import type { SnapshotProgress } from "./dump.ts";
import {
  type Assignment,
  type Order,
  type Report,
  unpack,
} from "./messages.ts";
import { workerUrl } from "./worker_url.ts";

const WORKER = new URL("./writer_worker.ts", import.meta.url);
/** Before a worker that died is replaced, in milliseconds. */
const REVIVAL_MS = 1000;

/** Who hears what. */
export interface HostEvents {
  onProgress(progress: SnapshotProgress): void;
  /** An epoch was written; without info: nothing had changed. */
  onWritten(info: SnapshotInfo | undefined, ms: number): void;
  onError(error: SnapshotError): void;
}

interface Waiting {
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
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;
  #worker: Worker | undefined;
  #ready = Promise.resolve();
  #began: PromiseWithResolvers<void> | undefined;
  #stopping: Promise<void> | undefined;
  /** Called when the worker ended without being told to; by default another one is made. */
  onDeath: () => void = () => this.#revive();

  constructor(assignment: Assignment, events: HostEvents) {
    this.#assignment = assignment;
    this.#events = events;
  }

  /** Whether epochs are being written by the clock. */
  get isStarted(): boolean {
    return started.has(this);
  }

  /** Starts to write an epoch per interval; again is nothing. */
  async start(): Promise<void> {
    await this.#stopping;
    if (this.isStarted) return await this.#ready;
    started.add(this);
    try {
      await this.#begin();
    } catch (error) {
      started.delete(this);
      throw error;
    }
    this.#post({ kind: "start" });
  }

  /** Writes an epoch now; returns the last one, if nothing has changed since. */
  async write(): Promise<SnapshotInfo> {
    await this.#stopping;
    await this.#begin();
    const info = await this.#ask("write");
    return info!;
  }

  /** Writes a last epoch and ends the worker; again is nothing. */
  stop(): Promise<void> {
    started.delete(this);
    if (this.#worker === undefined) return Promise.resolve();
    this.#stopping ??= this.#stop().finally(() => this.#stopping = undefined);
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    try {
      await this.#ready;
      await this.#ask("stop");
    } finally {
      await this.#end();
    }
  }

  /** As `stop`; what goes wrong is reported. */
  async stopSoon(): Promise<void> {
    try {
      await this.stop();
    } catch (error) {
      this.#events.onError(error as SnapshotError);
    }
  }

  #begin(): Promise<void> {
    if (this.#worker !== undefined) return this.#ready;
    const began = Promise.withResolvers<void>();
    this.#began = began;
    this.#ready = began.promise;
    const worker = new Worker(workerUrl(WORKER), {
      name: "epochmap snapshots",
      workerData: this.#assignment,
    });
    this.#worker = worker;
    worker.on("message", (report: Report) => this.#hear(report));
    worker.on("error", (error: Error) => this.#died(worker, error.message));
    worker.on("exit", () => this.#died(worker, "it ended"));
    return this.#ready;
  }

  #ask(kind: "write" | "stop"): Promise<SnapshotInfo | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<
      SnapshotInfo | undefined
    >();
    const request = ++this.#requests;
    this.#waiting.set(request, { resolve, reject });
    this.#post({ kind, request });
    this.#worker?.ref();
    return promise;
  }

  #post(order: Order): void {
    this.#worker?.postMessage(order);
  }

  #hear(report: Report): void {
    switch (report.kind) {
      case "ready":
        this.#began?.resolve();
        break;
      case "progress":
        return this.#events.onProgress(report.progress);
      case "written":
        return this.#events.onWritten(report.info, report.ms);
      case "failed":
        return this.#events.onError(unpack(report.failure));
      case "done":
        this.#take(report.request)?.resolve(report.info);
        break;
      case "refused":
        this.#take(report.request)?.reject(unpack(report.failure));
    }
    if (this.#waiting.size === 0) this.#worker?.unref();
  }

  #take(request: number): Waiting | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    return waiting;
  }

  #died(worker: Worker, why: string): void {
    if (worker !== this.#worker) return; // it was told to, or it was said already
    this.#worker = undefined;
    const { directory } = this.#assignment;
    const error = new SnapshotError(
      `Cannot write snapshots into "${directory}": the worker that does it died: ${why}`,
      { path: directory, reason: "the writer's worker died" },
    );
    this.#began?.reject(error);
    this.#ready.catch(() => {}); // whoever waits hears of it
    const isAwaited = this.#waiting.size > 0;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (!started.delete(this)) return;
    if (!isAwaited) this.#events.onError(error);
    this.onDeath();
  }

  #revive(): void {
    const timer = setTimeout(async () => {
      try {
        await this.start();
      } catch (error) {
        this.#events.onError(error as SnapshotError);
      }
    }, REVIVAL_MS);
    Deno.unrefTimer(timer);
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

/** What is done with an error that nobody asked for. */
export function warn(error: SnapshotError): void {
  console.warn(`${error.name}: ${error.message}`);
}
