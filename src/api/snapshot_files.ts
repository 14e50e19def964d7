/**
 * Snapshots on disk: write one, restore the newest, list and verify them.
 *
 * What this room guarantees: a snapshot that was acknowledged is there after a crash at any moment;
 * no file that is not complete and whole is ever restored, in part or altogether; what a file shows
 * is the map at one moment. The writers of the map wait for none of this.
 *
 * What it needs: `--allow-read` and `--allow-write` for the directory.
 *
 * @module
 */

import { aboutMap, namingMap, type SnapshotError } from "../errors.ts";
import {
  absolutePathOf,
  listComplete,
  pathOf,
  type SnapshotInfo,
} from "../persist/directory.ts";
import type { SnapshotProgress } from "../persist/dump.ts";
import type { RejectedSnapshot } from "../persist/restore.ts";
import { restoreNewest } from "../persist/restore_newest.ts";
import { verifyFile } from "../persist/verify.ts";
import { writeFull } from "../persist/write_full.ts";
import { checkCompression, checkKeep } from "../persist/writer_options.ts";
import { openHold, type SharedMap } from "./shared_map.ts";

/** Options of {@linkcode writeSnapshot}. */
export interface WriteSnapshotOptions {
  /**
   * How many epochs of the directory to keep, this one included; older ones are removed, but for
   * those that a kept one builds on. Only those count that can be restored: before anything is
   * removed, files are read that this worker did not write. What is damaged is renamed, so that its
   * name ends in `.damaged`, and stays. By default nothing is removed.
   */
  keep?: number | undefined;
  /**
   * How the entries are stored. `"zstd"` makes files a third as large where keys and values are
   * alike, and takes about twice the time.
   *
   * @default {"none"}
   */
  compression?: "none" | "zstd" | undefined;
  /** Called now and then while the file is written. */
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /**
   * Called with what went wrong without harm to the snapshot: an old one is damaged, or could not
   * be removed.
   */
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
 * Writes the map as it is at this moment into a file of its own: a full epoch. The writers of the
 * map go on meanwhile. When the promise is fulfilled, the file is durable.
 *
 * No write fails because of it: if the map runs short of memory, what is being written is given up
 * and begun again, with the map as it is then; `onProgress` says how often. After several times in
 * vain that is an error.
 *
 * O(entries), in turns with the event loop. Needs memory for two blocks of 256 KiB and the largest
 * entry.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 * @param map The map.
 * @param directory An existing directory, as a path or a file URL.
 * @param options What to keep, and how to store it.
 * @returns What was written.
 * @throws {SnapshotError} If the file cannot be written, another map or process writes there, the
 * directory holds what is from a newer version of this module or from a map with other codecs, or
 * the map was short of memory each time; the map and older snapshots are unharmed.
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
  const { name } = hold.attachment.segment;
  const { onProgress, onWarning } = options;
  const path = absolutePathOf(directory);
  const compression = checkCompression(options.compression);
  const keep = checkKeep(options.keep);
  return await namingMap(name, () =>
    writeFull(hold, path, {
      compression,
      keep,
      onProgress: (progress) => onProgress?.(progress),
      onWarning: (error) => onWarning?.(aboutMap(error, name)),
    }));
}

/**
 * Restores the newest epoch of a directory that verifies into a map. Its entries are merged over
 * those that the map has. What has expired is left out; the others keep their expiry.
 *
 * All files that are needed are verified before the first entry is written. A damaged epoch is
 * passed over for the one before it; `rejected` and `onWarning` say so. One that cannot be read, or
 * is from a newer version of this module, is not: it may be the newest state.
 *
 * O(entries), in turns with the event loop; others may use the map meanwhile. Needs memory for a
 * block per file and the largest entry.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 * @param map The map; with the codecs of the one that was written.
 * @param directory The directory, as a path or a file URL.
 * @param options Who hears of progress and of damage.
 * @returns The epoch that was restored; undefined if there is none, or none that verifies.
 * @throws {SnapshotError} If the directory or a file in it cannot be read, the map has other
 * codecs, or a file is from a newer version of this module; the map is unchanged then.
 * @throws {MapFullError} If the map is too small: the message says what the snapshot needs, and a
 * `maxBytes` that does. The map has some of the entries then.
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
  const { onProgress, onWarning } = options;
  const path = absolutePathOf(directory);
  return await namingMap(name, () =>
    restoreNewest(hold, path, {
      onProgress: (progress) => onProgress?.(progress),
      onWarning: (error) => onWarning?.(aboutMap(error, name)),
    }));
}

/**
 * The complete snapshots of a directory, newest first: those whose header and footer are whole,
 * and, for a delta, whose base is there. None if there is no such directory. O(files);
 * {@linkcode verifySnapshot} reads all of one.
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
  return listComplete(pathOf(directory));
}

/**
 * Reads the file of a snapshot from end to end and checks every byte of it. Says nothing about the
 * files that a delta builds on: verify those, too.
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
