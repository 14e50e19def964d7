/**
 * The option `persist` of {@linkcode SharedMap.open}.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";

/** Where and how often {@linkcode SharedMap.open} keeps a map on disk: its option `persist`. */
export interface PersistOptions {
  /**
   * The directory, as a path or a file URL; it is made if need be. It belongs to one map of one
   * process for as long as that is open: a lock of the system, on the file `epochmap.lock` there,
   * keeps others out, and ends with the process, however that ends.
   */
  directory: string | URL;
  /** Milliseconds from one epoch to the next. An interval in which nothing changed is skipped. */
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
  /**
   * How long to wait, in milliseconds, for another process or map that has the directory, as the
   * program before does in a rolling restart. What that one wrote until it ends is restored. Half a
   * second is waited in any case.
   *
   * @default {0}
   */
  waitForLock?: number | undefined;
  /**
   * Called with what goes wrong: a damaged epoch that was passed over at the start, one that could
   * not be written, also because the map needed the memory time and again (then it is tried again
   * within 5 seconds). What goes wrong at each interval is said when it begins, and when it becomes
   * something else. By default it is printed as a warning.
   */
  onError?: ((error: SnapshotError) => void) | undefined;
  /**
   * Called when what went wrong is over: an epoch is on disk again. By default that is printed as a
   * warning.
   */
  onRecovered?: (() => void) | undefined;
}
