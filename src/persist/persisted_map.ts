/**
 * Maps that `SharedMap.open` keeps on disk: restoring them, and electing who writes them.
 *
 * Everyone who has the map open with `persist` is a candidate. Once in a while each looks whether somebody holds the lock of the
 * writer; if not, candidates take turns (another lock, never waited for), and the one whose turn it is starts a worker, which
 * holds the writer's lock until it ends. When it ends, however that comes, the next look of any candidate finds that.
 *
 * A holder that closed the map is *finishing* until its last epoch is on disk, if it is the one who writes, and a lock says so:
 * whoever wants to restore the directory into a new map of this process waits for that. A lock says of each holder that it has the
 * map, too: another map cannot have the same directory.
 *
 * @module
 */

import { Lifeline, locks } from "../epoch/lifeline.ts";
import { aboutMap, SnapshotError } from "../errors.ts";
import type { Attachment } from "../map/attachment.ts";
import type { CheckedOptions } from "../map/options.ts";
import { type PersistOptions, providePersistence } from "../map/persistence.ts";
import { makeDirectory, pathOf } from "./directory.ts";
import { failure } from "./failure.ts";
import * as files from "./files.ts";
import { fill, findNewest } from "./restore.ts";
import { checkWriterOptions } from "./snapshot_writer.ts";
import { Trouble, warn, warnNoMore } from "./trouble.ts";
import { WriterHost } from "./writer_host.ts";

/** Between two looks at whether anybody writes the map. */
const LOOK_MS = 500;
/** Between two looks at whether a writer has ended. */
const LOOK_AGAIN_MS = 5;
/** Who is not finishing, and still there after this time, has another map. */
const DYING_MS = 500;

providePersistence({
  check: checkWriterOptions,
  restore(options, made, make) {
    return restore(options, made, make)
      .catch((error) => {
        throw aboutMap(error, made.name);
      });
  },
  keepWriting(options, attachment) {
    try {
      keepWriting(options, attachment);
    } catch (error) {
      throw aboutMap(error, attachment.segment.name);
    }
  },
});

/** Who hears what goes wrong with a map. */
function reporter(
  { onError = warn }: PersistOptions,
  name: string | undefined,
): (error: SnapshotError) => void {
  return (error) => onError(aboutMap(error, name));
}

/** The directory by its one true name: locks are named after it. */
function realPath(directory: string | URL): string {
  const path = pathOf(directory);
  try {
    return files.realPath(path);
  } catch (cause) {
    throw failure("use the directory", path, cause);
  }
}

function finishingPrefix(directory: string): string {
  return `epochmap finishing ${JSON.stringify(directory)} `;
}

function holderPrefix(directory: string): string {
  return `epochmap holder of ${JSON.stringify(directory)} `;
}

/** Whether anybody holds a lock whose name begins in one of these ways. */
async function isHeld(...prefixes: string[]): Promise<boolean> {
  const { held } = await locks.query();
  return held.some(({ name }) => prefixes.some((it) => name.startsWith(it)));
}

async function restore(
  options: PersistOptions,
  made: CheckedOptions,
  make: (seed?: readonly [number, number]) => Attachment,
): Promise<Attachment> {
  makeDirectory(pathOf(options.directory));
  const directory = realPath(options.directory);
  await othersToEnd(directory);
  const found = await findNewest(
    directory,
    { codecs: made },
    reporter(options, made.name),
  );
  if (found === undefined) return make();
  using epoch = found;
  const attachment = make(epoch.seed);
  try {
    await fill(attachment, epoch, true, () => {});
  } catch (error) {
    attachment.close();
    throw error;
  }
  return attachment;
}

/** Waits for the last epoch of a map that was closed, and for terminated workers to take their locks and writers along. */
async function othersToEnd(directory: string): Promise<void> {
  let patience = DYING_MS;
  while (patience > 0) {
    if (!await isHeld(finishingPrefix(directory))) {
      const inUse = [holderPrefix(directory), writerLock(directory)];
      if (!await isHeld(...inUse)) return;
      patience -= LOOK_AGAIN_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  throw new SnapshotError(
    `Cannot persist the map into "${directory}": another map of this program is persisted there: give each a directory of its own`,
    { path: directory, reason: "in use by another map" },
  );
}

function writerLock(directory: string): string {
  return `epochmap writer of ${JSON.stringify(directory)}`;
}

function keepWriting(options: PersistOptions, attachment: Attachment): void {
  makeDirectory(pathOf(options.directory));
  const directory = realPath(options.directory);
  attachment.dependents.add(new Candidate(options, attachment, directory));
}

/** One attachment's readiness to write the map. */
class Candidate {
  readonly #directory: string;
  readonly #host: WriterHost;
  readonly #lock: string;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #trouble: Trouble;
  readonly #holding: Lifeline;
  /** The look that is under way, or the last one. */
  #look: Promise<void>;
  #isLooking = false;

  constructor(
    options: PersistOptions,
    attachment: Attachment,
    directory: string,
  ) {
    this.#directory = directory;
    this.#lock = writerLock(directory);
    this.#trouble = new Trouble({
      onError: reporter(options, attachment.segment.name),
      onRecovered: options.onRecovered ?? (() => warnNoMore(directory)),
    });
    const { handle } = attachment.segment;
    this.#host = new WriterHost(
      { ...checkWriterOptions(options), directory, handle, lock: this.#lock },
      { onProgress() {}, onWritten() {}, onFailed() {} },
      this.#trouble,
    );
    this.#holding = Lifeline.hold(
      holderPrefix(directory) + crypto.randomUUID(),
    );
    this.#host.onDeath = () => {}; // the next look of any candidate finds that
    this.#look = this.#lookNow();
    this.#timer = setInterval(() => {
      if (!this.#isLooking) this.#look = this.#lookNow();
    }, LOOK_MS);
    Deno.unrefTimer(this.#timer);
  }

  /** Starts to write if nobody does; what goes wrong is reported. */
  async #lookNow(): Promise<void> {
    this.#isLooking = true;
    try {
      await this.#elect();
    } catch (error) {
      this.#trouble.fail(
        failure("write snapshots into", this.#directory, error),
      );
    } finally {
      this.#isLooking = false;
    }
  }

  async #elect(): Promise<void> {
    if (await isHeld(this.#lock)) return;
    await locks.request(
      `epochmap election for ${this.#lock}`,
      { ifAvailable: true },
      async (turn) => {
        if (turn === null || await isHeld(this.#lock)) return;
        await this.#host.start();
      },
    );
  }

  /** Stops to write, if need be as soon as that has begun; the map is being closed. */
  close(): void {
    clearInterval(this.#timer);
    const finishing = Lifeline.hold(
      finishingPrefix(this.#directory) + crypto.randomUUID(),
    );
    this.#holding.release();
    this.#look.then(() => this.#host.stopSoon())
      .finally(() => finishing.release());
  }
}
