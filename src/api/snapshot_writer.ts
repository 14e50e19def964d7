/**
 * The periodic writer of snapshots.
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
   * How many epochs to keep. Those that a kept one builds on stay, too. Only epochs that can be
   * restored count. A damaged file stays, and is renamed: its name ends in `.damaged` then.
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
 * The first epoch is full. Those after it are deltas, which hold only what changed, until a full
 * one pays again. An interval in which nothing changed is skipped. After an error, which is
 * reported, the writer goes on.
 *
 * No write to the map fails because of a dump, and none waits for its end: while the dump goes on,
 * the map need not keep what is already on its way to the disk. (A write that has to evict, while
 * nearly everything is yet to be dumped, waits a few milliseconds at a time for the dump to
 * advance.) If the map runs short of memory nevertheless, it takes back what the dump still keeps,
 * and the dump begins again with the map as it is then: 10 milliseconds later the first time, and
 * twice as long each time after that. A map that evicts has to evict a little before that: 1/256 of
 * it the first time, up to 1/8. `onProgress` says how often this happened. After 8 times it is an
 * error, and the next dump begins within 5 seconds.
 *
 * So a map that evicts is written, however busy it is. A map that does not evict, is nearly full,
 * and is changed all the time may never be: each error says so, the older epochs stay, and the map
 * needs a larger `maxBytes`.
 *
 * The writer does not keep the program running. A program that ends by itself writes a last epoch
 * first. One that is killed, or calls `Deno.exit`, does not: call
 * {@linkcode SnapshotWriter.prototype.stop} in a signal handler. The writer has an attachment of
 * its own, so closing the map does not stop it.
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
   * Called with errors that no call of `write` or `stop` is told of. An error that comes back at
   * each interval is reported once. By default it is printed as a warning.
   */
  onError?: ((error: SnapshotError) => void) | undefined;
  /**
   * Called when an epoch is on disk again after errors. By default that is printed as a warning.
   */
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
   * Starts to write; the first epoch comes an interval from now. A second call does nothing.
   *
   * Until `stop`, the directory belongs to the map: so restore from it before or after that, not in
   * between.
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
   * Writes an epoch now, whether the writer is started or not.
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
   * Writes a last epoch, if anything has changed, and ends the worker; a second call does nothing.
   *
   * @throws {SnapshotError} If the last epoch cannot be written; the writer is stopped
   * nevertheless.
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
