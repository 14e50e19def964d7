/**
 * The worker of a periodic writer: it attaches to the map as any worker does, and writes its
 * epochs.
 *
 * It needs no codecs, as it copies encoded entries. It holds the lock of the directory. If its
 * writer asks for it, it also holds a lock of the process as long as it lives, which says that this
 * map is being written: so no other worker writes it.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { Lifeline } from "../reclamation/lifeline.ts";
import { attach } from "../map/attach.ts";
import type { Attachment } from "../map/attachment.ts";
import { type Timer, timers } from "../timers.ts";
import {
  noteBeginning,
  noteCurrent,
  noteEpoch,
  noteFailure,
} from "../map/disk_record.ts";
import { checkOwn, checkUnderstood, type SnapshotInfo } from "./directory.ts";
import { DirectoryLock } from "./directory_lock.ts";
import type { SnapshotProgress } from "./dump.ts";
import { answerFlushes } from "./flush_channel.ts";
import {
  type Assignment,
  type Failure,
  type Order,
  pack,
  type Report,
} from "./messages.ts";
import { Series, SHORT_OF_MEMORY } from "./series.ts";

/**
 * After an epoch that was given up for lack of memory, the next one begins within this time, in
 * milliseconds.
 */
const RETRY_MS = 5000;
/** Between two reports of progress, in milliseconds. */
const PROGRESS_MS = 50;

function report(message: Report): void {
  parentPort!.postMessage(message);
}

/** What is asked for. */
interface Asked {
  kind: Order["kind"];
  answer(failure: Failure | undefined): void;
}

/**
 * Writes epochs, one at a time. Requests that come while one is being written are answered together
 * by the next one, which shows the map as it is after the last of these requests.
 */
class Writing {
  readonly #assignment: Assignment;
  readonly #attachment: Attachment;
  readonly #series: Series;
  #lock: DirectoryLock | undefined;
  #state: "idle" | "writing" | "ended" = "idle";
  /** What the next round answers. */
  #asked: Asked[] = [];
  /** Whether the clock asks for an epoch. */
  #isDue = false;
  #isStarted = false;
  #timer: Timer | undefined;
  /** The last epoch. */
  #last: SnapshotInfo | undefined;
  /** An error that does no harm to the present epoch. */
  #warning: Failure | undefined;
  #reportedAt = 0;

  constructor(assignment: Assignment) {
    const { handle, directory, compression, keep } = assignment;
    this.#assignment = assignment;
    this.#attachment = attach(handle);
    noteBeginning(this.#attachment.segment);
    this.#series = new Series(this.#attachment, {
      directory,
      compression,
      keep,
      onWarning: (error) => this.#warning = pack(directory, error),
    });
  }

  /** The id of its segment. */
  get map(): string {
    return this.#attachment.segment.id;
  }

  obey({ kind, request }: Order): void {
    const answer = (failure: Failure | undefined) =>
      failure === undefined
        ? report({ kind: "done", request, info: this.#last })
        : report({ kind: "refused", request, failure });
    this.ask({ kind, answer });
  }

  ask(asked: Asked): void {
    this.#asked.push(asked);
    this.#work();
  }

  async #work(): Promise<void> {
    // Another round follows the one under way, or that one is the last.
    if (this.#state !== "idle") return;
    this.#state = "writing";
    while (this.#asked.length > 0 || this.#isDue) {
      if (await this.#round() === "ended") return;
    }
    this.#state = "idle";
  }

  /** Carries out what has been asked for. */
  async #round(): Promise<"ended" | undefined> {
    const all = this.#asked;
    const wasDue = this.#isDue;
    const began = timers.elapsed();
    this.#asked = [];
    this.#isDue = false;
    const wanted = all.filter(({ kind }) => kind !== "start");
    const unlocked = await this.#try(() => this.#hold());
    let unwritten = unlocked;
    if (wasDue || wanted.length > 0) {
      unwritten ??= await this.#try(() => this.#write());
      this.#reportFailure(unwritten, wanted.length > 0);
    }
    const isLast = all.some(({ kind }) => kind === "stop");
    if (isLast) this.#end();
    for (const { kind, answer } of all) {
      answer(kind === "start" ? unlocked : unwritten);
    }
    if (isLast) return "ended";
    const starts = all.length > wanted.length && unlocked === undefined;
    if (wasDue || (starts && !this.#isStarted)) this.#plan(began, unwritten);
    this.#isStarted ||= starts;
  }

  /** Tries to do something; returns what went wrong. */
  async #try(work: () => Promise<void>): Promise<Failure | undefined> {
    try {
      await work();
    } catch (error) {
      return pack(this.#assignment.directory, error);
    }
  }

  /** Holds the lock of the directory, from the first time on. Throws `SnapshotError`. */
  async #hold(): Promise<void> {
    if (this.#lock?.isGood) return;
    this.#lock?.close();
    this.#lock = undefined;
    const { segment } = this.#attachment;
    const { directory, lock } = this.#assignment;
    // Candidates hold the lock, too: if the directory does not belong to the map any more, it was
    // taken away.
    const check = lock === undefined ? checkUnderstood : checkOwn;
    this.#lock = await DirectoryLock.take(
      directory,
      segment.id,
      { check: () => check(directory, segment) },
    );
  }

  /** Writes an epoch, if anything has changed. Throws `SnapshotError`. */
  async #write(): Promise<void> {
    const began = timers.elapsed();
    const beganAt = Date.now();
    this.#warning = undefined;
    const info = await this.#series.write((progress) => this.#tell(progress));
    this.#last = info ?? this.#last;
    const ms = timers.elapsed() - began;
    const { segment } = this.#attachment;
    if (info === undefined) noteCurrent(segment, beganAt);
    else noteEpoch(segment, info, ms);
    report({ kind: "written", info, ms, warning: this.#warning });
  }

  #reportFailure(failure: Failure | undefined, isAnswered: boolean): void {
    if (failure === undefined) return;
    noteFailure(this.#attachment.segment);
    report({ kind: "failed", failure, isAnswered });
  }

  /**
   * Plans the next epoch: an interval after this one began, or at once if it took longer; soon, if
   * it was given up.
   */
  #plan(began: number, failure: Failure | undefined): void {
    const { interval } = this.#assignment;
    const now = timers.elapsed();
    const due = failure?.reason === SHORT_OF_MEMORY
      ? now + Math.min(interval, RETRY_MS)
      : began + interval;
    this.#timer = timers.setTimeout(() => {
      this.#isDue = true;
      this.#work();
    }, Math.max(0, due - now));
  }

  /** From here on nothing is written any more. */
  #end(): void {
    this.#state = "ended";
    timers.clear(this.#timer);
    this.#attachment.close();
    this.#lock?.close();
  }

  #tell(progress: SnapshotProgress): void {
    const now = timers.elapsed();
    if (now - this.#reportedAt < PROGRESS_MS) return;
    this.#reportedAt = now;
    report({ kind: "progress", progress });
  }
}

/** Writes a map as its writer orders, until it is told to stop. */
export function write(assignment: Assignment): void {
  const { lock } = assignment;
  if (lock !== undefined) Lifeline.hold(lock);
  const writing = new Writing(assignment);
  parentPort!.on("message", (order: Order) => writing.obey(order));
  if (lock !== undefined) {
    answerFlushes(
      writing.map,
      (answer) => writing.ask({ kind: "write", answer }),
    );
  }
}
