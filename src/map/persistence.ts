/**
 * Persistence, as the map sees it: somebody above fills a new map from a directory and keeps writing it there. The map itself
 * knows of no files; the room that does announces itself here.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";
import type { Attachment } from "./attachment.ts";
import type { Hold } from "./hold.ts";
import type { CheckedOptions } from "./options.ts";

/** Where and how often {@linkcode SharedMap.open} keeps a map on disk: its option `persist`. */
export interface PersistOptions {
  /**
   * The directory, as a path or a file URL; it is made if need be. It belongs to one map of one process for as long as that is open: a
   * lock of the system, on the file `epochmap.lock` there, keeps others out, and ends with the process, however that ends.
   */
  directory: string | URL;
  /** Milliseconds from one epoch to the next. An interval in which nothing changed is skipped. */
  interval: number;
  /**
   * How many epochs to keep. Those that a kept one builds on stay, too, and only those count that can be restored. What is damaged
   * is renamed, so that its name ends in `.damaged`, and stays.
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
   * How long to wait, in milliseconds, for another process or map that has the directory, as the program before does in a rolling
   * restart. What that one wrote until it ends is restored. Half a second is waited in any case.
   *
   * @default {0}
   */
  waitForLock?: number | undefined;
  /**
   * Called with what goes wrong: a damaged epoch that was passed over at the start, one that could not be written, also because the map
   * needed the memory time and again (then it is tried again within 5 seconds). What goes wrong at each interval is said when it
   * begins, and when it becomes something else. By default it is printed as a warning.
   */
  onError?: ((error: SnapshotError) => void) | undefined;
  /** Called when what went wrong is over: an epoch is on disk again. By default that is printed as a warning. */
  onRecovered?: (() => void) | undefined;
}

/** What the map asks of the room that knows files, for one directory. */
export interface Persistence {
  /**
   * Makes a map with what the directory holds, once it belongs to that map.
   *
   * @param made The options of the map.
   * @param make Makes an empty one, with a name and a hash seed if given.
   */
  restore(
    made: CheckedOptions,
    make: (given: GivenIdentity) => Attachment,
  ): Promise<Attachment>;
  /**
   * Sees to it that somebody in this process keeps writing the map, until the hold is closed. Whoever that is begins in the
   * background. Throws `SnapshotError` if the directory cannot be used. Of several holds in an attachment that name the same directory
   * the options of the first count.
   */
  keepWriting(hold: Hold): Promise<Kept>;
}

/** A map that is being written, as one hold sees it. */
export interface Kept {
  /** Has an epoch written, by whoever writes; when it is durable, the promise is fulfilled. Throws `SnapshotError`. */
  flush(): Promise<void>;
  /** When all that the closing of the hold asks for is done, whatever came of it. */
  readonly ended: Promise<void>;
}

/** What is given of a map that is made. */
export type GivenIdentity = Pick<CheckedOptions, "id" | "seed">;

type Provider = (options: PersistOptions) => Persistence;

let provided: Provider | undefined;

/** Announces who persists maps: it checks the options, and throws `TypeError` or `RangeError`. */
export function providePersistence(provider: Provider): void {
  provided = provider;
}

/** Who persists a map; the options are checked. */
export function persistenceFor(options: PersistOptions): Persistence {
  if (provided === undefined) {
    throw new TypeError(
      "Cannot open SharedMap: persist needs the main module: import SharedMap from there",
    );
  }
  return provided(options);
}
