/**
 * Maps that `SharedMap.open` keeps on disk: taking their directory, restoring them, and seeing to
 * it that somebody writes them.
 *
 * The worker that makes the map takes the lock of the directory before it restores anything; from
 * then on its candidate (`candidate.ts`) holds it.
 *
 * Files in the directory that are not understood are an error; damaged ones are set aside.
 *
 * @module
 */

import { aboutMap, namingMap, received, SnapshotError } from "../errors.ts";
import { createAttachment } from "../map/attach.ts";
import type { Codecs } from "../map/codecs.ts";
import { scaleFor } from "./record_scale.ts";
import type { Attachment, CheckedOptions } from "../map/attachment.ts";
import type { Hold } from "../map/hold.ts";
import { noteBeginning } from "../map/disk_record.ts";
import { idOf, type Segment } from "../segment/segment.ts";
import { Candidate, candidateOf, isFinishing, type Kept } from "./candidate.ts";
import {
  checkUnderstood,
  listEpochs,
  makeDirectory,
  tidied,
} from "./directory.ts";
import { DirectoryLock, DYING_MS } from "./directory_lock.ts";
import { failure } from "./fs_error.ts";
import * as files from "./files.ts";
import type { PersistOptions } from "./persist_options.ts";
import { findNewest, loadEpoch } from "./restore.ts";
import { reporter } from "./trouble.ts";
import {
  type CheckedWriterOptions,
  checkWriterOptions,
} from "./writer_options.ts";

/** The longest time one may wait for the directory, in milliseconds. */
const MOST_WAIT_MS = 2 ** 31 - 1;

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

/** Checks a callback early, so that a wrong one is found before it is needed. */
function checkCallback(name: string, callback: unknown): void {
  if (callback === undefined || typeof callback === "function") return;
  throw new TypeError(
    `Cannot persist the map: ${name} must be a function: ${received(callback)}`,
  );
}

/**
 * The real path of a directory, by which its locks are named. The directory is made if it is not
 * there.
 */
function ready(directory: string): string {
  makeDirectory(directory);
  try {
    return files.realPath(directory);
  } catch (cause) {
    throw failure("use the directory", directory, cause);
  }
}

/** The directory of a map that is opened. */
export class PersistedMap {
  readonly #options: PersistOptions;
  /** Checked; the directory is what it was when they were given. */
  readonly #checked: CheckedWriterOptions;
  readonly #waitMs: number;
  /** The lock, from when the map was restored until a candidate has it. */
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
   * Takes the directory, and makes a map with its entries. Throws `SnapshotError` or
   * `MapFullError`.
   *
   * @param made The options of the map.
   * @param codecs Its codecs, and what weighs its values.
   */
  async restore(made: CheckedOptions, codecs: Codecs): Promise<Attachment> {
    return await namingMap(made.name, () => this.#takeAndRestore(made, codecs));
  }

  async #takeAndRestore(
    made: CheckedOptions,
    codecs: Codecs,
  ): Promise<Attachment> {
    const directory = ready(this.#checked.directory);
    const [high, low] = crypto.getRandomValues(new Int32Array(2));
    const id = [high, low] as const;
    const lock = await this.#lock(
      directory,
      idOf(id),
      () => checkUnderstood(directory, made),
    );
    try {
      const attachment = await this.#restore(
        directory,
        { ...made, id },
        codecs,
      );
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
    codecs: Codecs,
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
      const scale = scaleFor(attachment.segment, codecs);
      await loadEpoch(attachment, epoch, true, () => {}, scale);
    } catch (error) {
      attachment.close();
      throw error;
    }
    return attachment;
  }

  /**
   * Takes the lock of the directory for a map. It waits for the last epoch of a map that was closed
   * in this process, however long that takes.
   */
  #lock(
    directory: string,
    map: string,
    check: () => void,
  ): Promise<DirectoryLock> {
    return DirectoryLock.take(directory, map, {
      ms: Math.max(DYING_MS, this.#waitMs),
      isLeaving: () => isFinishing(directory),
      check,
    });
  }

  /** The same for a map that is open already. */
  #lockForOpen(directory: string, { id }: Segment): Promise<DirectoryLock> {
    return this.#lock(directory, id, () => checkEmpty(directory));
  }

  /**
   * Sees to it that somebody in this process writes the map, until the hold is closed; that begins
   * in the background. If several holds of an attachment name the same directory, the options of
   * the first count. Throws `SnapshotError` if the directory cannot be used.
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
 * Refuses a directory with epochs for a map that was made without them: its own epochs would
 * replace them. Throws `SnapshotError`.
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
