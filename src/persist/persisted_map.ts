/**
 * Maps that `SharedMap.open` keeps on disk: restoring them, and electing who writes them.
 *
 * Everyone who has the map open with `persist` is a candidate. Now and then one of them looks
 * whether somebody holds the lock of the writer, a lock of the process; if not, candidates take
 * turns (another lock, never waited for), and the one whose turn it is starts a worker, which holds
 * the writer's lock until it ends. When it ends, however that comes, the next look of any candidate
 * finds that; who started it looks at once. To ask for the locks of the process costs more than all
 * the rest, so the looks are shared out among the candidates, as those for the dead are
 * (`map/background.ts`): there are two a second, however many candidates.
 *
 * Every candidate holds the lock of the directory, too (`directory_lock.ts`), and so does the
 * worker. Whoever makes the map takes it before he looks what there is to restore.
 *
 * What is in the directory and not understood is an error, what is damaged is set aside.
 *
 * A holder that closed the map is *finishing* until its last epoch is on disk, if it is the one who
 * writes, and a lock of the process says so: whoever wants to restore the directory into a new map
 * of this process waits for that.
 *
 * @module
 */

import { Lifeline, locks } from "../reclamation/lifeline.ts";
import { aboutMap, namingMap, received, SnapshotError } from "../errors.ts";
import { createAttachment } from "../map/attach.ts";
import type {
  Attachment,
  CheckedOptions,
  Dependent,
} from "../map/attachment.ts";
import type { Hold } from "../map/hold.ts";
import { noteBeginning } from "../map/disk_record.ts";
import { takeTurn } from "../map/background.ts";
import { H_WRITER_LOOKED } from "../segment/layout.ts";
import { idOf, type Segment } from "../segment/segment.ts";
import { type Timer, timers } from "../timers.ts";
import {
  checkUnderstood,
  listEpochs,
  makeDirectory,
  tidied,
} from "./directory.ts";
import { DirectoryLock, DYING_MS } from "./directory_lock.ts";
import { failure } from "./fs_error.ts";
import * as files from "./files.ts";
import { FlushQuestion } from "./flush_channel.ts";
import { unpack } from "./messages.ts";
import type { PersistOptions } from "./persist_options.ts";
import { fill, findNewest } from "./restore.ts";
import { Trouble, warn, warnNoMore } from "./trouble.ts";
import { WriterHost } from "./writer_host.ts";
import {
  type CheckedWriterOptions,
  checkWriterOptions,
} from "./writer_options.ts";

/** Between two looks at whether anybody writes the map, by all candidates together. */
const LOOK_MS = 500;
/** The same, as far as a timer is early. */
const TURN_MS = 400;
/** Before a question for an epoch is asked again, in milliseconds: whoever wrote may be gone. */
const ASK_AGAIN_MS = 100;
/** The longest time one may wait for the directory, in milliseconds. */
const MOST_WAIT_MS = 2 ** 31 - 1;

/** A map that is being written, as one hold sees it. */
export interface Kept {
  /**
   * Has an epoch written, by whoever writes; when it is durable, the promise is fulfilled. Throws
   * `SnapshotError`.
   */
  flush(): Promise<void>;
  /** When all that the closing of the hold asks for is done, whatever came of it. */
  readonly ended: Promise<void>;
}

/** Who hears what goes wrong with a map. */
function reporter(
  { onError = warn }: PersistOptions,
  name: string | undefined,
): (error: SnapshotError) => void {
  return (error) => onError(aboutMap(error, name));
}

/** Checks the option `waitForLock`. */
function checkWaitForLock(ms: unknown = 0): number {
  if (typeof ms !== "number") {
    throw new TypeError(
      `Cannot persist the map: waitForLock must be a number: ${received(ms)}`,
    );
  }
  if (!(ms >= 0 && ms <= MOST_WAIT_MS)) {
    throw new RangeError(
      `Cannot persist the map: waitForLock must be from 0 to ${MOST_WAIT_MS} milliseconds: received ${ms}`,
    );
  }
  return ms;
}

/** Checks what is to be called when something goes wrong, before it does. */
function checkCallback(name: string, callback: unknown): void {
  if (callback === undefined || typeof callback === "function") return;
  throw new TypeError(
    `Cannot persist the map: ${name} must be a function: ${received(callback)}`,
  );
}

/** The directory by its one true name: locks are named after it. Made, if need be. */
function ready(directory: string): string {
  makeDirectory(directory);
  try {
    return files.realPath(directory);
  } catch (cause) {
    throw failure("use the directory", directory, cause);
  }
}

function finishingPrefix(directory: string): string {
  return `epochmap finishing ${JSON.stringify(directory)} `;
}

/**
 * With the map: should another one come to have a directory of this name, it elects a writer of its
 * own.
 */
function writerLock(directory: string, { id }: Segment): string {
  return `epochmap writer of ${JSON.stringify(directory)} ${id}`;
}

/** Whether anybody in this process holds a lock whose name begins so. */
async function isHeld(prefix: string): Promise<boolean> {
  const { held } = await locks.query();
  return held.some(({ name }) => name.startsWith(prefix));
}

/** The directory of a map that is opened. */
export class PersistedMap {
  readonly #options: PersistOptions;
  /** Checked; the directory is what it was when they were given. */
  readonly #checked: CheckedWriterOptions;
  readonly #waitMs: number;
  /** Taken for a map that was restored, which has no candidate yet. */
  #taken: DirectoryLock | undefined;

  /** Throws `TypeError` or `RangeError`. */
  constructor(options: PersistOptions) {
    this.#options = options;
    this.#checked = checkWriterOptions(options);
    this.#waitMs = checkWaitForLock(options.waitForLock);
    checkCallback("onError", options.onError);
    checkCallback("onRecovered", options.onRecovered);
  }

  /**
   * Makes a map with what the directory holds, once it belongs to that map. Throws `SnapshotError`
   * or `MapFullError`.
   *
   * @param made The options of the map.
   */
  async restore(made: CheckedOptions): Promise<Attachment> {
    return await namingMap(made.name, () => this.#takeAndRestore(made));
  }

  async #takeAndRestore(made: CheckedOptions): Promise<Attachment> {
    const directory = ready(this.#checked.directory);
    const [high, low] = crypto.getRandomValues(new Int32Array(2));
    const id = [high, low] as const;
    const lock = await this.#lock(
      directory,
      idOf(id),
      () => checkUnderstood(directory, made),
    );
    try {
      const attachment = await this.#restore(directory, { ...made, id });
      attachment.dependents.add(lock); // until a candidate has it
      this.#taken = lock;
      return attachment;
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  async #restore(
    directory: string,
    made: CheckedOptions,
  ): Promise<Attachment> {
    const passedOver: SnapshotError[] = [];
    using epoch = await findNewest(
      directory,
      { codecs: made },
      (error) => passedOver.push(error),
    );
    const report = reporter(this.#options, made.name);
    for (const error of passedOver) report(tidied(error));
    if (epoch === undefined) return createAttachment(made);
    const attachment = createAttachment({ ...made, seed: epoch.seed });
    noteBeginning(attachment.segment, epoch.info);
    try {
      await fill(attachment, epoch, true, () => {});
    } catch (error) {
      attachment.close();
      throw error;
    }
    return attachment;
  }

  /**
   * Takes the directory for a map. The last epoch of one that was closed in this process is waited
   * for, however long it takes.
   */
  #lock(
    directory: string,
    map: string,
    check: () => void,
  ): Promise<DirectoryLock> {
    return DirectoryLock.take(directory, map, {
      ms: Math.max(DYING_MS, this.#waitMs),
      isLeaving: () => isHeld(finishingPrefix(directory)),
      check,
    });
  }

  /** Takes the directory for a map that is open already. */
  #lockForOpen(directory: string, { id }: Segment): Promise<DirectoryLock> {
    return this.#lock(directory, id, () => checkEmpty(directory));
  }

  /**
   * Sees to it that somebody in this process keeps writing the map, until the hold is closed.
   * Whoever that is begins in the background. Throws `SnapshotError` if the directory cannot be
   * used. Of several holds in an attachment that name the same directory the options of the first
   * count.
   */
  async keepWriting(hold: Hold): Promise<Kept> {
    try {
      const directory = ready(this.#checked.directory);
      const candidate = candidateOf(hold, directory) ??
        await this.#newCandidate(hold, directory);
      return candidate.serve(hold);
    } catch (error) {
      throw aboutMap(error, hold.attachment.segment.name);
    }
  }

  async #newCandidate(hold: Hold, directory: string): Promise<Candidate> {
    const { segment, dependents } = hold.attachment;
    const lock = this.#taken ?? await this.#lockForOpen(directory, segment);
    dependents.delete(lock);
    const another = candidateOf(hold, directory);
    if (another !== undefined) { // made meanwhile
      lock.close();
      return another;
    }
    const writer = { ...this.#checked, directory };
    const candidate = new Candidate(this.#options, writer, segment, lock);
    dependents.add(candidate);
    return candidate;
  }
}

/**
 * Refuses a directory for a map that was made without what is there: its next epoch would take
 * that's place. Throws `SnapshotError`.
 */
function checkEmpty(directory: string): void {
  let count = 0;
  listEpochs(directory, () => count++).forEach(() => count++);
  if (count === 0) return;
  throw new SnapshotError(
    `Cannot persist the map into "${directory}": it holds ${count} epochs that the map does not know, since it was opened without persist at first: give \`persist\` wherever it is opened, or another directory`,
    { path: directory, reason: "it holds epochs that were not restored" },
  );
}

/** The candidate that an attachment has for a directory. */
function candidateOf(
  { attachment }: Hold,
  directory: string,
): Candidate | undefined {
  for (const it of attachment.dependents) {
    if (it instanceof Candidate && it.directory === directory) return it;
  }
  return undefined;
}

/** What a promise brings, if it does so in time. The program does not end meanwhile. */
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
 * Those of this thread that are not closed, and have not seen to it yet that the program ends well.
 */
const forgotten = new Set<Candidate>();

// Whoever had the map written may have ended before: then an epoch is written here, which holds up
// the end once.
globalThis.addEventListener("beforeunload", (event) => {
  for (const candidate of forgotten) {
    forgotten.delete(candidate);
    if (candidate.isWriting) continue; // its host sees to that
    event.preventDefault();
    candidate.flushSoon();
  }
});

/** One attachment's readiness to write the map into a directory. */
class Candidate implements Dependent {
  readonly directory: string;
  /** The holds in the attachment that it is there for. */
  #users = 0;
  readonly #segment: Segment;
  readonly #directoryLock: DirectoryLock;
  readonly #host: WriterHost;
  readonly #writerLock: string;
  readonly #timer: Timer;
  /**
   * What keeps epochs from being written; and what keeps one from finding somebody to write them.
   */
  readonly #trouble: Trouble;
  readonly #vacancy: Trouble;
  /** The look that is under way, or the last one. */
  #look: Promise<SnapshotError | undefined> = Promise.resolve(undefined);
  #isLooking = false;
  /**
   * The question for an epoch that is under way, or the last one; and the next one, which all share
   * that ask meanwhile.
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
    this.#host.onDeath = () => this.#lookNow();
    this.#lookNow();
    this.#timer = timers.setInterval(() => {
      const isToLook = this.#host.isWaiting ||
        takeTurn(segment, H_WRITER_LOOKED, TURN_MS);
      if (isToLook) this.#lookNow();
    }, LOOK_MS);
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

  /** Starts to write if nobody does, unless such a look is under way. */
  #lookNow(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#look = this.#tryToElect().finally(() => this.#isLooking = false);
  }

  /** Returns what goes wrong, which is also reported. */
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

  /** Is there for a hold until that is closed; with the last one it ends. */
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

  /** The one before may show the map as it was before somebody asked for this one. */
  async #flushAfter(before: Promise<void>): Promise<void> {
    await before.catch(() => {}); // whoever asked for that hears of it
    this.#flushing = this.#nextFlush!;
    this.#nextFlush = undefined;
    await this.#flush();
  }

  /**
   * Asks whoever writes, which may be another one each time; if nobody does, it is somebody soon.
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
      this.#lookNow();
      const error = await this.#look;
      if (error !== undefined) throw error;
    }
  }

  /**
   * Stops to write, if need be as soon as that has begun; the map is being closed. What it was
   * asked for before is done.
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
    await this.#look;
    await this.#host.stopSoon();
  }
}
