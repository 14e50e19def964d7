/**
 * The option `persist` of {@linkcode SharedMap.open}.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";

/** Where and how often {@linkcode SharedMap.open} keeps a map on disk: its option `persist`. */
export interface PersistOptions {
  /**
   * The directory, as a path or a file URL; it is made if it is not there. It belongs to one map of
   * one process while that is open: a lock of the system, on the file `epochmap.lock` in it, keeps
   * others out. The lock ends with the process, however that ends.
   */
  directory: string | URL;
  /** Milliseconds from one epoch to the next. An interval in which nothing changed is skipped. */
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
  /**
   * How long to wait, in milliseconds, for another process or map that has the directory, such as
   * the old program in a rolling restart. All that it wrote until it ended is restored. At least
   * half a second is waited.
   *
   * @default {0}
   */
  waitForLock?: number | undefined;
  /**
   * Called with errors: an epoch that was skipped at the start because it is damaged, or one that
   * could not be written, also because the map needed the memory each time (then it is tried again
   * within 5 seconds). An error that comes back at each interval is reported once, and again when
   * it becomes another one. By default it is printed as a warning.
   */
  onError?: ((error: SnapshotError) => void) | undefined;
  /**
   * Called when an epoch is on disk again after errors. By default that is printed as a warning.
   */
  onRecovered?: (() => void) | undefined;
}
