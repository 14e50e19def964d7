/**
 * Snapshots on disk: write one, restore the newest, list and verify them.
 *
 * What this room guarantees: a snapshot that was acknowledged is there after a crash at any moment; no file that is not
 * complete and whole is ever restored, in part or altogether; what a file shows is the map at one moment. The writers of
 * the map wait for none of this.
 *
 * What it needs: `--allow-read` and `--allow-write` for the directory.
 *
 * @module
 */

import {
  aboutMap,
  namingMap,
  received,
  type SnapshotError,
} from "../errors.ts";
import { holdOf, SharedMap } from "../map/shared_map.ts";
import type { Hold } from "../map/hold.ts";
import {
  absolutePathOf,
  checkUnderstood,
  listEpochs,
  pathOf,
} from "./directory.ts";
import { chainOf, type SnapshotInfo } from "./directory.ts";
import { DirectoryLock } from "./directory_lock.ts";
import type { SnapshotProgress } from "./dump.ts";
import { failure } from "./fs_error.ts";
import type { Compression } from "./format.ts";
import { fill, findNewest, type RejectedSnapshot } from "./restore.ts";
import { Series } from "./series.ts";
import { verifyFile } from "./verify.ts";

/** Options of {@linkcode writeSnapshot}. */
export interface WriteSnapshotOptions {
  /**
   * How many epochs of the directory to keep, this one included; older ones are removed, but for those that a kept one builds
   * on. Only those count that can be restored: before anything is removed, files are read that this worker did not write. What is
   * damaged is renamed, so that its name ends in `.damaged`, and stays. By default nothing is removed.
   */
  keep?: number | undefined;
  /**
   * How the entries are stored. `"zstd"` makes files a third as large where keys and values are alike, and takes about twice
   * the time.
   *
   * @default {"none"}
   */
  compression?: "none" | "zstd" | undefined;
  /** Called now and then while the file is written. */
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /** Called with what went wrong without harm to the snapshot: an old one is damaged, or could not be removed. */
  onWarning?: ((error: SnapshotError) => void) | undefined;
}

/** Options of {@linkcode restoreSnapshot}. */
export interface RestoreSnapshotOptions {
  /** Called now and then while entries are restored. */
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /** Called for each epoch that is passed over, because a file is damaged or missing. */
  onWarning?: ((error: SnapshotError) => void) | undefined;
}

/** What {@linkcode restoreSnapshot} returns. */
export interface RestoredSnapshot extends SnapshotInfo {
  /** Newer epochs that were passed over, because a file is damaged or missing. */
  rejected: RejectedSnapshot[];
}

/**
 * Writes the map as it is at this moment into a file of its own: a full epoch. The writers of the map go on meanwhile. When the
 * promise is fulfilled, the file is durable.
 *
 * No write fails because of it: if the map runs short of memory, what is being written is given up and begun again, with the map as
 * it is then; `onProgress` says how often. After several times in vain that is an error.
 *
 * O(entries), in turns with the event loop. Needs memory for two blocks of 256 KiB and the largest entry.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 * @param map The map.
 * @param directory An existing directory, as a path or a file URL.
 * @param options What to keep, and how to store it.
 * @returns What was written.
 * @throws {SnapshotError} If the file cannot be written, another map or process writes there, the directory holds what is from
 * a newer version of this module or from a map with other codecs, or the map was short of memory each
 * time; the map and older snapshots are unharmed.
 * @throws {TypeError} If an argument has the wrong type.
 * @throws {RangeError} If `keep` is not a whole number from 1 on.
 * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
 *
 * @example Usage
 * ```ts
 * import { SharedMap, writeSnapshot } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using map = SharedMap.create<string, number>();
 * map.set("a", 1);
 * const directory = await Deno.makeTempDir();
 * const { entries } = await writeSnapshot(map, directory, { keep: 3 });
 * assertEquals(entries, 1);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeSnapshot<K, V>(
  map: SharedMap<K, V>,
  directory: string | URL,
  options: WriteSnapshotOptions = {},
): Promise<SnapshotInfo> {
  const hold = openHold(map, "write a snapshot");
  const { id, name } = hold.attachment.segment;
  const { onProgress, onWarning } = options;
  const path = absolutePathOf(directory);
  const compression = checkCompression(options.compression);
  const keep = checkKeep(options.keep);
  return await namingMap(name, async () => {
    const check = () => checkUnderstood(path, hold.attachment.segment);
    using _lock = await DirectoryLock.take(path, id, { check });
    hold.checkOpen("write a snapshot");
    const series = new Series(hold.attachment, {
      directory: path,
      compression,
      keep,
      onWarning: (error) =>
        onWarning?.(aboutMap(failure("tidy up", path, error), name)),
    });
    return await series.writeFull(false, (progress) => {
      hold.checkOpen("write the snapshot"); // others may go on with the attachment
      onProgress?.(progress);
    });
  });
}

/**
 * Restores the newest epoch of a directory that verifies into a map. Its entries are merged over those that the map has. What
 * has expired is left out; the others keep their expiry.
 *
 * All files that are needed are verified before the first entry is written. A damaged epoch is passed over for the one before
 * it; `rejected` and `onWarning` say so. One that cannot be read, or is from a newer version of this module, is not: it may be the
 * newest state.
 *
 * O(entries), in turns with the event loop; others may use the map meanwhile. Needs memory for a block per file and the
 * largest entry.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 * @param map The map; with the codecs of the one that was written.
 * @param directory The directory, as a path or a file URL.
 * @param options Who hears of progress and of damage.
 * @returns The epoch that was restored; undefined if there is none, or none that verifies.
 * @throws {SnapshotError} If the directory or a file in it cannot be read, the map has other codecs, or a file is from a newer version of
 * this module; the map is unchanged then.
 * @throws {MapFullError} If the map is too small: the message says what the snapshot needs, and a `maxBytes` that does. The map has
 * some of the entries then.
 * @throws {TypeError} If an argument has the wrong type.
 * @throws {ClosedError} If the map was closed in this worker, then or meanwhile.
 *
 * @example Usage
 * ```ts
 * import { restoreSnapshot, SharedMap, writeSnapshot } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * {
 *   using map = SharedMap.create<string, number>();
 *   map.set("a", 1);
 *   await writeSnapshot(map, directory);
 * }
 * using map = SharedMap.create<string, number>();
 * await restoreSnapshot(map, directory);
 * assertEquals(map.get("a"), 1);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function restoreSnapshot<K, V>(
  map: SharedMap<K, V>,
  directory: string | URL,
  options: RestoreSnapshotOptions = {},
): Promise<RestoredSnapshot | undefined> {
  const hold = openHold(map, "restore a snapshot");
  const { name } = hold.attachment.segment;
  const { onWarning } = options;
  const path = absolutePathOf(directory);
  return await namingMap(name, () =>
    restoreInto(hold, path, {
      ...options,
      onWarning: (error) => onWarning?.(aboutMap(error, name)),
    }));
}

/** As `restoreSnapshot`. */
async function restoreInto(
  hold: Hold,
  directory: string,
  { onProgress, onWarning }: RestoreSnapshotOptions,
): Promise<RestoredSnapshot | undefined> {
  const rejected: RejectedSnapshot[] = [];
  const reject = (error: SnapshotError) => {
    rejected.push({ path: error.path ?? directory, reason: error.reason });
    onWarning?.(error);
  };
  const { attachment } = hold;
  const found = await findNewest(
    directory,
    { codecs: attachment.segment },
    reject,
  );
  if (found === undefined) return undefined;
  using epoch = found;
  hold.checkOpen("restore a snapshot");
  const { info } = epoch;
  await fill(
    attachment,
    epoch,
    false,
    (entries) => {
      hold.checkOpen("restore the snapshot"); // others may go on with the attachment
      onProgress?.({
        entries,
        total: info.entries,
        bytes: info.bytes,
        restarts: 0,
      });
    },
  );
  return { ...info, rejected };
}

/**
 * The complete snapshots of a directory, newest first: those whose header and footer are whole, and, for a delta, whose base is
 * there. None if there is no such directory. O(files); {@linkcode verifySnapshot} reads all of one.
 *
 * @param directory The directory, as a path or a file URL.
 * @returns What each is.
 * @throws {SnapshotError} If the directory cannot be read.
 * @throws {TypeError} If the directory is neither a path nor a file URL.
 *
 * @example Usage
 * ```ts
 * import { listSnapshots, SharedMap, writeSnapshot } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using map = SharedMap.create<string, number>();
 * const directory = await Deno.makeTempDir();
 * await writeSnapshot(map, directory);
 * await writeSnapshot(map, directory);
 * const epochs = (await listSnapshots(directory)).map((info) => info.epoch);
 * assertEquals(epochs, [2, 1]);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
// deno-lint-ignore require-await
export async function listSnapshots(
  directory: string | URL,
): Promise<SnapshotInfo[]> {
  const all = listEpochs(pathOf(directory));
  return all.filter((epoch) => chainOf(epoch, all) !== undefined)
    .map((epoch) => epoch.info);
}

/**
 * Reads the file of a snapshot from end to end and checks every byte of it. Says nothing about the files that a delta builds
 * on: verify those, too.
 *
 * O(bytes), in turns with the event loop.
 *
 * @param path The file, as a path or a file URL.
 * @returns What it is.
 * @throws {SnapshotError} If anything is not as it was written, with the place.
 * @throws {TypeError} If the path is neither a path nor a file URL.
 *
 * @example Usage
 * ```ts
 * import {
 *   SharedMap,
 *   SnapshotError,
 *   verifySnapshot,
 *   writeSnapshot,
 * } from "@epochmap/epochmap";
 * import { assertRejects } from "@std/assert";
 *
 * using map = SharedMap.create<string, number>();
 * const directory = await Deno.makeTempDir();
 * const { path } = await writeSnapshot(map, directory);
 * await verifySnapshot(path);
 * await Deno.truncate(path, 10);
 * await assertRejects(() => verifySnapshot(path), SnapshotError);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function verifySnapshot(
  path: string | URL,
): Promise<SnapshotInfo> {
  return await verifyFile(pathOf(path));
}

/** What a map that is open holds of its attachment. Throws `TypeError` or `ClosedError`. */
export function openHold<K, V>(
  map: SharedMap<K, V>,
  what: string,
): Hold {
  if (!(map instanceof SharedMap)) {
    throw new TypeError(
      `Cannot ${what}: expected a SharedMap: ${received(map)}`,
    );
  }
  const hold = holdOf(map);
  hold.checkOpen(what);
  return hold;
}

/** Checks the option `keep`. */
export function checkKeep(keep: unknown): number | undefined {
  if (keep === undefined) return undefined;
  if (typeof keep !== "number") {
    throw new TypeError(
      `Cannot write snapshots: keep must be a number: ${received(keep)}`,
    );
  }
  if (!(Number.isInteger(keep) && keep >= 1)) {
    throw new RangeError(
      `Cannot write snapshots: keep must be a whole number from 1 on: received ${keep}`,
    );
  }
  return keep;
}

/** Checks the option `compression`. */
export function checkCompression(compression: unknown): Compression {
  switch (compression) {
    case undefined:
      return "none";
    case "none":
    case "zstd":
      return compression;
  }
  throw new TypeError(
    `Cannot write snapshots: compression must be "none" or "zstd": ${
      received(compression)
    }`,
  );
}
