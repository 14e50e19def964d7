/**
 * Restoring the newest epoch of a directory into a map that is in use: for `restoreSnapshot`.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";
import type { EntryAccess } from "../map/entry_access.ts";
import type { SnapshotInfo } from "./directory.ts";
import type { SnapshotProgress } from "./dump.ts";
import { scaleFor } from "./record_scale.ts";
import { findNewest, loadEpoch, type RejectedSnapshot } from "./restore.ts";

/** What to call with progress, and with the error of each epoch that is skipped. */
export interface RestoreListeners {
  onProgress(progress: SnapshotProgress): void;
  onWarning(error: SnapshotError): void;
}

/** The epoch that was restored. */
export interface Restored extends SnapshotInfo {
  /** Newer epochs that were skipped. */
  rejected: RejectedSnapshot[];
}

/**
 * Merges the entries of the newest epoch that verifies over those that the map has; undefined if
 * there is none. Throws `SnapshotError`, `MapFullError` or `ClosedError`.
 */
export async function restoreNewest<K, V>(
  { codecs: callers, hold }: EntryAccess<K, V>,
  directory: string,
  { onProgress, onWarning }: RestoreListeners,
): Promise<Restored | undefined> {
  const rejected: RejectedSnapshot[] = [];
  const reject = (error: SnapshotError) => {
    rejected.push({ path: error.path ?? directory, reason: error.reason });
    onWarning(error);
  };
  const { attachment } = hold;
  const codecs = attachment.segment;
  using epoch = await findNewest(directory, { codecs }, reject);
  if (epoch === undefined) return undefined;
  hold.checkOpen("restore a snapshot");
  const { info } = epoch;
  const { bytes, entries: total } = info;
  await loadEpoch(attachment, epoch, false, (entries) => {
    hold.checkOpen("restore the snapshot"); // others may go on with the attachment
    onProgress({ entries, total, bytes, restarts: 0 });
  }, scaleFor(attachment.segment, callers));
  return { ...info, rejected };
}
