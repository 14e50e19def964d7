/**
 * Persistence, as the map sees it: somebody above fills a new map from a directory and keeps writing it there. The map itself
 * knows of no files; the room that does announces itself here.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";
import type { Attachment } from "./attachment.ts";
import type { CheckedOptions } from "./options.ts";

/** Where and how often {@linkcode SharedMap.open} keeps a map on disk: its option `persist`. */
export interface PersistOptions {
  /** The directory, as a path or a file URL; it is made if need be. One map only may use it. */
  directory: string | URL;
  /** Milliseconds from one epoch to the next. An interval in which nothing changed is skipped. */
  interval: number;
  /**
   * How many epochs to keep. Those that a kept one builds on stay, too.
   *
   * @default {3}
   */
  keep?: number;
  /**
   * How the entries are stored.
   *
   * @default {"none"}
   */
  compression?: "none" | "zstd";
  /**
   * Called with what goes wrong: a damaged epoch that was passed over at the start, one that could not be written, also because the map
   * needed the memory time and again (then it is tried again within 5 seconds). What goes wrong at each interval is said when it
   * begins, and when it becomes something else. By default it is printed as a warning.
   */
  onError?: (error: SnapshotError) => void;
  /** Called when what went wrong is over: an epoch is on disk again. By default that is printed as a warning. */
  onRecovered?: () => void;
}

/** What the map asks of the room that knows files. */
export interface Persistence {
  /** Checks the options. Throws `TypeError` or `RangeError`. */
  check(options: PersistOptions): void;
  /**
   * Makes a map with what the directory holds.
   *
   * @param options The directory.
   * @param made The options of the map.
   * @param make Makes an empty one, with a hash seed if given.
   */
  restore(
    options: PersistOptions,
    made: CheckedOptions,
    make: (seed?: readonly [number, number]) => Attachment,
  ): Promise<Attachment>;
  /**
   * Sees to it that somebody in this process keeps writing the map, until the attachment is closed. Whoever that is begins in the
   * background. Throws `SnapshotError` if the directory cannot be used.
   */
  keepWriting(options: PersistOptions, attachment: Attachment): void;
}

let provided: Persistence | undefined;

/** Announces who persists maps. */
export function providePersistence(persistence: Persistence): void {
  provided = persistence;
}

/** Who persists maps; the options are checked. */
export function persistenceFor(options: PersistOptions): Persistence {
  if (provided === undefined) {
    throw new TypeError(
      "Cannot open SharedMap: persist needs the main module: import SharedMap from there",
    );
  }
  provided.check(options);
  return provided;
}
