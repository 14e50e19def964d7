/**
 * Candidates: electing the worker that writes a map which `SharedMap.open` keeps on disk.
 *
 * Each attachment that has the map open with `persist` is a candidate. Now and then one of them
 * checks whether somebody holds the writer's lock, a lock of the process. If not, candidates take
 * turns, by another lock for which none of them waits; and the one whose turn it is starts a
 * worker, which holds the writer's lock until it ends. When it has ended, in whatever way, the next
 * check by any candidate finds that out; the candidate that started it checks at once. A query of
 * the process's locks costs more than everything else here. So the candidates share the checks
 * among them, as they do those for dead workers (`map/background.ts`): two a second, however many
 * candidates there are.
 *
 * Each candidate also holds the lock of the directory (`directory_lock.ts`), and so does the
 * worker.
 *
 * A candidate that was closed is *finishing* until its last epoch is on disk, if its worker is the
 * one that writes, and a lock of the process says so: a new map of this process waits for that
 * before it restores the directory.
 *
 * @module
 */

import { Lifeline, locks } from "../reclamation/lifeline.ts";
import { aboutMap, type SnapshotError } from "../errors.ts";
import type { Dependent } from "../map/attachment.ts";
import type { Hold } from "../map/hold.ts";
import { takeTurn } from "../map/background.ts";
import { H_WRITER_LOOKED } from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { type Timer, timers } from "../timers.ts";
import type { DirectoryLock } from "./directory_lock.ts";
import { failure } from "./fs_error.ts";
import { FlushQuestion } from "./flush_channel.ts";
import { unpack } from "./messages.ts";
import type { PersistOptions } from "./persist_options.ts";
import { reporter, Trouble, warnNoMore } from "./trouble.ts";
import { WriterHost } from "./writer_host.ts";
import type { CheckedWriterOptions } from "./writer_options.ts";

/** Between two checks whether anybody writes the map, by all candidates together. */
const CHECK_MS = 500;
/** The same, but for as much as a timer may be early. */
const TURN_MS = 400;
/** Before an epoch is asked for again, in milliseconds: the writer may be gone. */
const ASK_AGAIN_MS = 100;

/** A map that is being written, as one hold sees it. */
export interface Kept {
  /**
   * Has an epoch written, by the worker that writes, and waits until it is durable. Throws
   * `SnapshotError`.
   */
  flush(): Promise<void>;
  /** Fulfilled when all that follows from closing the hold is done, whether it failed or not. */
  readonly ended: Promise<void>;
}

function finishingPrefix(directory: string): string {
  return `epochmap finishing ${JSON.stringify(directory)} `;
}

/** Whether a candidate of this process is finishing in a directory. */
export function isFinishing(directory: string): Promise<boolean> {
  return isHeld(finishingPrefix(directory));
}

/**
 * It names the map, too: should another map come to have a directory of this name, it elects a
 * writer of its own.
 */
function writerLock(directory: string, { id }: Segment): string {
  return `epochmap writer of ${JSON.stringify(directory)} ${id}`;
}

/** Whether anybody in this process holds a lock whose name begins with this. */
async function isHeld(prefix: string): Promise<boolean> {
  const { held } = await locks.query();
  return held.some(({ name }) => name.startsWith(prefix));
}

/** The candidate that an attachment has for a directory. */
export function candidateOf(
  { attachment }: Hold,
  directory: string,
): Candidate | undefined {
  for (const it of attachment.dependents) {
    if (it instanceof Candidate && it.directory === directory) return it;
  }
  return undefined;
}

/**
 * What a promise resolves to, if it does so in time; else undefined. The program does not end
 * meanwhile.
 */
async function within<T>(
  ms: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = timers.setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    timers.clear(timer);
  }
}

/**
 * The candidates of this thread that are open, and for which the end of the program has not been
 * held up yet.
 */
const forgotten = new Set<Candidate>();

// The worker that wrote the map may have ended already: then this thread has an epoch written,
// which holds up the end of the program once.
globalThis.addEventListener("beforeunload", (event) => {
  for (const candidate of forgotten) {
    forgotten.delete(candidate);
    if (candidate.isWriting) continue; // its host sees to that
    event.preventDefault();
    candidate.flushSoon();
  }
});

/** One attachment's candidate for writing the map into a directory. */
export class Candidate implements Dependent {
  readonly directory: string;
  /** The holds in the attachment that it is there for. */
  #users = 0;
  readonly #segment: Segment;
  readonly #directoryLock: DirectoryLock;
  readonly #host: WriterHost;
  readonly #writerLock: string;
  readonly #timer: Timer;
  /**
   * What keeps epochs from being written; and what keeps anybody from being elected to write them.
   */
  readonly #trouble: Trouble;
  readonly #vacancy: Trouble;
  /** The check that is under way, or the last one. */
  #check: Promise<SnapshotError | undefined> = Promise.resolve(undefined);
  #isChecking = false;
  /**
   * The flush that is under way, or the last one; and the next one, which all share that ask for
   * one meanwhile.
   */
  #flushing: Promise<void> = Promise.resolve();
  #nextFlush: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  constructor(
    options: PersistOptions,
    writer: CheckedWriterOptions,
    segment: Segment,
    lock: DirectoryLock,
  ) {
    const { directory } = writer;
    this.directory = directory;
    this.#segment = segment;
    this.#directoryLock = lock;
    this.#writerLock = writerLock(directory, segment);
    this.#trouble = new Trouble({
      onError: reporter(options, segment.name),
      onRecovered: options.onRecovered ?? (() => warnNoMore(directory)),
    });
    this.#vacancy = this.#trouble.another();
    this.#host = new WriterHost(
      { ...writer, handle: segment.handle, lock: this.#writerLock },
      { onProgress() {}, onWritten() {}, onFailed() {} },
      this.#trouble,
    );
    this.#host.onDeath = () => this.#checkSoon();
    this.#checkSoon();
    this.#timer = timers.setInterval(() => {
      const isDue = this.#host.isWaiting ||
        takeTurn(segment, H_WRITER_LOOKED, TURN_MS);
      if (isDue) this.#checkSoon();
    }, CHECK_MS);
    this.#timer.unref();
    forgotten.add(this);
  }

  /** Whether the worker that writes is its own. */
  get isWriting(): boolean {
    return this.#host.isStarted;
  }

  /** Has an epoch written; what goes wrong is reported. */
  async flushSoon(): Promise<void> {
    try {
      await this.#flushOnce();
    } catch (error) {
      this.#trouble.fail(error as SnapshotError);
    }
  }

  /**
   * Checks whether anybody writes, and starts to write if nobody does; unless a check is under way.
   */
  #checkSoon(): void {
    if (this.#isChecking) return;
    this.#isChecking = true;
    this.#check = this.#tryToElect().finally(() => this.#isChecking = false);
  }

  /** Returns what goes wrong, and reports it. */
  async #tryToElect(): Promise<SnapshotError | undefined> {
    try {
      await this.#elect();
      this.#vacancy.end();
    } catch (cause) {
      const error = failure("write snapshots into", this.directory, cause);
      this.#vacancy.fail(error);
      return aboutMap(error, this.#segment.name);
    }
  }

  async #elect(): Promise<void> {
    // Elected before, and nobody else can be.
    if (this.#host.isWaiting) return await this.#host.start();
    if (await isHeld(this.#writerLock)) return;
    await locks.request(
      `epochmap election for ${this.#writerLock}`,
      { ifAvailable: true },
      async (turn) => {
        if (turn === null || await isHeld(this.#writerLock)) return;
        await this.#host.start();
      },
    );
  }

  /** Serves a hold until that is closed; with the last hold the candidate ends. */
  serve(hold: Hold): Kept {
    this.#users++;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    hold.beforeEnd(() => {
      if (--this.#users > 0) return resolve();
      hold.attachment.dependents.delete(this);
      this.close();
      resolve(this.#ended.promise);
    });
    return { flush: () => this.#flushOnce(), ended };
  }

  #flushOnce(): Promise<void> {
    this.#nextFlush ??= this.#flushAfter(this.#flushing);
    return this.#nextFlush;
  }

  /** The epoch before may show the map as it was before this one was asked for. */
  async #flushAfter(before: Promise<void>): Promise<void> {
    await before.catch(() => {}); // its own callers hear of it
    this.#flushing = this.#nextFlush!;
    this.#nextFlush = undefined;
    await this.#flush();
  }

  /**
   * Asks the worker that writes, which may be another one each time. If nobody answers, a check
   * sees to it that somebody writes.
   */
  async #flush(): Promise<void> {
    using question = new FlushQuestion(this.#segment.id);
    for (;;) {
      question.ask();
      const answered = await within(ASK_AGAIN_MS, question.answer);
      if (answered?.failure !== undefined) {
        throw aboutMap(unpack(answered.failure), this.#segment.name);
      }
      if (answered !== undefined) return;
      this.#checkSoon();
      const error = await this.#check;
      if (error !== undefined) throw error;
    }
  }

  /**
   * Stops writing, as the map is being closed. What it was asked for before is done first.
   */
  close(): void {
    forgotten.delete(this);
    timers.clear(this.#timer);
    const finishing = Lifeline.hold(
      finishingPrefix(this.directory) + crypto.randomUUID(),
    );
    this.#finish().finally(() => {
      this.#directoryLock.close();
      finishing.release();
      this.#ended.resolve();
    });
  }

  async #finish(): Promise<void> {
    await Promise.allSettled([this.#flushing, this.#nextFlush]);
    await this.#check;
    await this.#host.stopSoon();
  }
}
