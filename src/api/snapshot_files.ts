/**
 * Snapshots on disk: write one, restore the newest, list and verify them.
 *
 * What they guarantee: a snapshot that was acknowledged is there after a crash at any moment; only
 * files that are complete and undamaged are restored; what a file shows is the map at one moment.
 * Writers of the map do not wait for any of this.
 *
 * They need `--allow-read` and `--allow-write` for the directory.
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
import { openHold, partsOf, type SharedMap } from "./shared_map.ts";

/** Options of {@linkcode writeSnapshot}. */
export interface WriteSnapshotOptions {
  /**
   * How many epochs of the directory to keep, this one included. Older ones are removed, except
   * those that a kept one builds on. Only epochs that can be restored count: files that this worker
   * did not write are read before anything is removed. A damaged file stays, and is renamed: its
   * name ends in `.damaged` then. By default nothing is removed.
   */
  keep?: number | undefined;
  /**
   * How the entries are stored. With `"zstd"` files are about a third as large if keys and values
   * are alike, and writing takes about twice as long.
   *
   * @default {"none"}
   */
  compression?: "none" | "zstd" | undefined;
  /** Called now and then while the file is written. */
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /**
   * Called with errors that do no harm to this snapshot: an old one is damaged, or could not be
   * removed.
   */
  onWarning?: ((error: SnapshotError) => void) | undefined;
}

/** Options of {@linkcode restoreSnapshot}. */
export interface RestoreSnapshotOptions {
  /** Called now and then while entries are restored. */
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /** Called for each epoch that is skipped because a file is damaged or missing. */
  onWarning?: ((error: SnapshotError) => void) | undefined;
}

/** What {@linkcode restoreSnapshot} returns. */
export interface RestoredSnapshot extends SnapshotInfo {
  /** Newer epochs that were skipped because a file is damaged or missing. */
  rejected: RejectedSnapshot[];
}

/**
 * Writes the map as it is at this moment into a new file: a full epoch. Writers of the map go on
 * meanwhile. When the promise is fulfilled, the file is durable.
 *
 * No write to the map fails because of it. If the map runs short of memory, the file is given up
 * and begun again, with the map as it is then; `onProgress` says how often. After several attempts
 * it fails.
 *
 * O(entries), in turns with the event loop. Needs memory for two blocks of 256 KiB and for the
 * largest entry; of a collection of a store, for its largest element.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 * @param map The map.
 * @param directory An existing directory, as a path or a file URL.
 * @param options What to keep, and how to store it.
 * @returns What was written.
 * @throws {SnapshotError} If the file cannot be written; if another map or process writes there; if
 * the directory has files from a newer version of this module or from a map with other codecs; or
 * if the map was short of memory in each attempt. The map and older snapshots are unharmed.
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
 * Restores the newest undamaged epoch of a directory into a map. Its entries replace those with the
 * same keys; others that the map has stay. Expired entries are left out, the rest keep their
 * expiry.
 *
 * All files that are needed are verified before the first entry is written. If an epoch is damaged,
 * the one before it is taken; `rejected` and `onWarning` say so. If it cannot be read, or is from a
 * newer version of this module, that is an error: it may be the newest state.
 *
 * O(entries), in turns with the event loop, of which a collection of a store takes one; others may
 * use the map meanwhile. Needs memory for a block per file and for the largest entry; of a
 * collection, for its largest element and a number for each of its parts.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 * @param map The map. It must have the codecs of the one that was written.
 * @param directory The directory, as a path or a file URL.
 * @param options What to call with progress and damage.
 * @returns The epoch that was restored; undefined if there is none that is undamaged.
 * @throws {SnapshotError} If the directory or a file in it cannot be read, if the map has other
 * codecs, or if a file is from a newer version of this module. The map is unchanged then.
 * @throws {MapFullError} If the map is too small: the message says how much the snapshot needs, and
 * a `maxBytes` that is enough. The map has some of the entries then.
 * @throws {TypeError} If an argument has the wrong type, or `weigh` gives no number.
 * @throws {RangeError} If `weigh` gives a weight that is out of range. The map has some of the
 * entries then.
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
    restoreNewest(partsOf(map).access, path, {
      onProgress: (progress) => onProgress?.(progress),
      onWarning: (error) => onWarning?.(aboutMap(error, name)),
    }));
}

/**
 * The complete snapshots of a directory, newest first: those whose header and footer are undamaged,
 * and, for a delta, those whose base is there. None if there is no such directory. O(files): the
 * entries are not read; {@linkcode verifySnapshot} does that.
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
 * Reads the file of a snapshot from end to end, and checks every byte of it. The files that a delta
 * builds on are not checked: verify those, too.
 *
 * O(bytes), in turns with the event loop.
 *
 * @param path The file, as a path or a file URL.
 * @returns What it is.
 * @throws {SnapshotError} If anything is not as it was written; the error says where.
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
