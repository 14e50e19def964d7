/**
 * The periodic writer, as the worker that starts it sees it.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";
import type { SnapshotInfo } from "../persist/directory.ts";
import type { SnapshotProgress } from "../persist/dump.ts";
import { Trouble, warn, warnNoMore } from "../persist/trouble.ts";
import { WriterHost } from "../persist/writer_host.ts";
import { checkWriterOptions } from "../persist/writer_options.ts";
import { openHold, type SharedMap } from "./shared_map.ts";

/** Options of {@linkcode SnapshotWriter}. */
export interface SnapshotWriterOptions {
  /**
   * An existing directory, as a path or a file URL. A relative path is resolved when the writer is
   * made.
   */
  directory: string | URL;
  /** Milliseconds from one epoch to the next. */
  interval: number;
  /**
   * How many epochs to keep. Those that a kept one builds on stay, too, and only those count that
   * can be restored. What is damaged is renamed, so that its name ends in `.damaged`, and stays.
   *
   * @default {3}
   */
  keep?: number | undefined;
  /**
   * How the entries are stored.
   *
   * @default {"none"}
   */
  compression?: "none" | "zstd" | undefined;
}

/** What {@linkcode SnapshotWriter.prototype.stats} counts, since the writer was made. */
export interface SnapshotWriterStats {
  /** Epochs written. */
  written: number;
  /** Deltas among them. */
  deltas: number;
  /** Times that nothing had changed, so that nothing was written. */
  skipped: number;
  /** Epochs that could not be written. */
  failed: number;
  /** Bytes written. */
  bytes: number;
  /** How long the last epoch took, in milliseconds. */
  lastMs: number;
  /** The number of the last epoch; 0: none yet. */
  lastEpoch: number;
}

/**
 * Writes a map into a directory, an epoch per interval, from a worker of its own.
 *
 * The first epoch is full; those after it are deltas, which hold only what changed, until it pays
 * to write a full one again. An interval in which nothing changed is skipped. What goes wrong is
 * reported, and the writer goes on.
 *
 * No write fails because of a dump, and none waits for its end: as the dump goes on, the map lets
 * go of what is on its way to the disk. (Where a write has to evict, and all is yet to be dumped,
 * it waits a few milliseconds at a time for the dump to get on.) If the map runs short of memory
 * all the same, it takes back what the dump still keeps, and the dump begins again, with the map as
 * it is then: 10 milliseconds later the first time, and twice as long each time. A map that evicts
 * is made to evict a little beforehand: 1/256 of it the first time, up to 1/8. `onProgress` says
 * how often this happened. After 8 times it is an error, and the next dump begins within 5 seconds.
 *
 * So a map that evicts is written, however busy it is. A map that does not evict, is all but full,
 * and in which much is replaced all the time may never be: each error says so, the older epochs
 * stay, and the map needs a larger `maxBytes`.
 *
 * The writer does not keep the program running. A program that ends by itself while one is started
 * writes a last epoch first; one that is killed, or calls `Deno.exit`, does not: call
 * {@linkcode SnapshotWriter.prototype.stop} in the handler of the signal. The writer has its own
 * hold on the map, so closing the map does not stop it.
 *
 * @example Usage
 * ```ts
 * import { SharedMap, SnapshotWriter } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using map = SharedMap.create<string, number>();
 * const directory = await Deno.makeTempDir();
 * {
 *   await using writer = new SnapshotWriter(map, { directory, interval: 30_000 });
 *   await writer.start();
 *   map.set("a", 1);
 *   const { entries } = await writer.write();
 *   assertEquals(entries, 1);
 * }
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export class SnapshotWriter implements AsyncDisposable {
  /** Called now and then while an epoch is written. */
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /** Called with each epoch that was written. */
  onSnapshot?: ((info: SnapshotInfo) => void) | undefined;
  /**
   * Called with what goes wrong between calls of `write` and `stop`: when it begins, and when it
   * becomes something else, and not at each interval again. By default it is printed as a warning.
   */
  onError?: ((error: SnapshotError) => void) | undefined;
  /** Called when what went wrong is over. By default that is printed as a warning. */
  onRecovered?: (() => void) | undefined;
  readonly #host: WriterHost;
  readonly #stats: SnapshotWriterStats = {
    written: 0,
    deltas: 0,
    skipped: 0,
    failed: 0,
    bytes: 0,
    lastMs: 0,
    lastEpoch: 0,
  };

  /**
   * Makes a writer; nothing happens before `start` or `write`.
   *
   * @param map The map.
   * @param options Where and how often.
   * @throws {TypeError} If an argument has the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {ClosedError} If the map was closed in this worker.
   */
  // deno-lint-ignore no-explicit-any
  constructor(map: SharedMap<any, any>, options: SnapshotWriterOptions) {
    const { segment } = openHold(map, "write snapshots").attachment;
    const assignment = {
      ...checkWriterOptions(options),
      handle: segment.handle,
      lock: undefined,
    };
    const trouble = new Trouble({
      onError: (error) => (this.onError ?? warn)(error),
      onRecovered: () =>
        (this.onRecovered ?? (() => warnNoMore(assignment.directory)))(),
    });
    this.#host = new WriterHost(assignment, {
      onProgress: (progress) => this.onProgress?.(progress),
      onWritten: (info, ms) => this.#count(info, ms),
      onFailed: () => this.#stats.failed++,
    }, trouble);
  }

  #count(info: SnapshotInfo | undefined, ms: number): void {
    const stats = this.#stats;
    if (info === undefined) {
      stats.skipped++;
      return;
    }
    stats.written++;
    if (info.kind === "delta") stats.deltas++;
    stats.bytes += info.bytes;
    stats.lastMs = ms;
    stats.lastEpoch = info.epoch;
    this.onSnapshot?.(info);
  }

  /** What was written so far. */
  get stats(): SnapshotWriterStats {
    return { ...this.#stats };
  }

  /**
   * Starts to write: the first epoch an interval from now. A second call does nothing.
   *
   * From then on the directory belongs to the map, until `stop`: so what is to be restored from it
   * is best restored after that.
   *
   * @throws {SnapshotError} If the worker cannot be started, the directory is missing, or another
   * map or process writes there.
   *
   * @example Usage
   * ```ts
   * import { SharedMap, SnapshotWriter } from "@epochmap/epochmap";
   *
   * using map = SharedMap.create<string, number>();
   * const directory = await Deno.makeTempDir();
   * const writer = new SnapshotWriter(map, { directory, interval: 30_000 });
   * writer.onProgress = ({ entries, total }) => console.log(entries / total);
   * await writer.start();
   * await writer.stop();
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  async start(): Promise<void> {
    await this.#host.start();
  }

  /**
   * Writes an epoch now, started or not.
   *
   * @returns What was written; if nothing has changed since the last epoch, that one.
   * @throws {SnapshotError} If it cannot be written; the map and older epochs are unharmed.
   *
   * @example Usage
   * ```ts
   * import { SharedMap, SnapshotWriter } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * const directory = await Deno.makeTempDir();
   * await using writer = new SnapshotWriter(map, { directory, interval: 30_000 });
   * for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
   * assertEquals((await writer.write()).kind, "full");
   * map.delete("key 5");
   * assertEquals((await writer.write()).kind, "delta");
   * await writer.stop();
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  async write(): Promise<SnapshotInfo> {
    return await this.#host.write();
  }

  /**
   * Writes a last epoch, if something has changed, and ends the worker; a second call does nothing.
   *
   * @throws {SnapshotError} If the last epoch cannot be written; the writer is stopped then, too.
   *
   * @example Usage
   * ```ts
   * import { listSnapshots, SharedMap, SnapshotWriter } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using map = SharedMap.create<string, number>();
   * const directory = await Deno.makeTempDir();
   * const writer = new SnapshotWriter(map, { directory, interval: 30_000 });
   * await writer.start();
   * map.set("a", 1);
   * await writer.stop();
   * assertEquals((await listSnapshots(directory))[0].entries, 1);
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  async stop(): Promise<void> {
    await this.#host.stop();
  }

  /** The same as {@linkcode SnapshotWriter.prototype.stop}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
