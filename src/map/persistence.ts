/**
 * Persistence, as the map sees it: somebody above fills a new map from a directory and keeps writing it there. The map itself
 * knows of no files; the room that does announces itself here.
 *
 * @module
 */

import type { Attachment } from "./attachment.ts";
import type { Hold } from "./hold.ts";
import type { CheckedOptions } from "./options.ts";
import type { PersistOptions } from "./persist_options.ts";

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
