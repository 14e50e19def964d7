/**
 * Writing one full epoch, once: for `writeSnapshot`.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";
import type { Hold } from "../map/hold.ts";
import { checkUnderstood, type SnapshotInfo } from "./directory.ts";
import { DirectoryLock } from "./directory_lock.ts";
import type { SnapshotProgress } from "./dump.ts";
import type { Compression } from "./format.ts";
import { failure } from "./fs_error.ts";
import { Series } from "./series.ts";

/** How the epoch is written, and what to call meanwhile. */
export interface FullOptions {
  compression: Compression;
  /** The epochs to keep; undefined: all. */
  keep: number | undefined;
  onProgress(progress: SnapshotProgress): void;
  /** Called with errors that do no harm to the epoch. */
  onWarning(error: SnapshotError): void;
}

/**
 * Writes the map as it is now into a directory, which belongs to the map meanwhile. Throws
 * `SnapshotError` or `ClosedError`.
 */
export async function writeFull(
  hold: Hold,
  directory: string,
  { compression, keep, onProgress, onWarning }: FullOptions,
): Promise<SnapshotInfo> {
  const { segment } = hold.attachment;
  const check = () => checkUnderstood(directory, segment);
  using _lock = await DirectoryLock.take(directory, segment.id, { check });
  hold.checkOpen("write a snapshot");
  const series = new Series(hold.attachment, {
    directory,
    compression,
    keep,
    onWarning: (error) => onWarning(failure("tidy up", directory, error)),
  });
  return await series.writeFull(false, (progress) => {
    hold.checkOpen("write the snapshot"); // others may go on with the attachment
    onProgress(progress);
  });
}
