/**
 * A worker that loads one share of a snapshot, and tells whether it has. If not, the one that
 * started it loads the share itself, and meets the same error.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { HandleError, MapFullError, SnapshotError } from "../errors.ts";
import { attach } from "../map/attach.ts";
import { FileReader } from "./file_reader.ts";
import { BulkLoader } from "./bulk_load.ts";
import { type BulkLoadAssignment, loadShare } from "./bulk_load_share.ts";

/** Loads the share, and says so. */
export async function runBulkLoad(
  assignment: BulkLoadAssignment,
): Promise<void> {
  let isDone = false;
  try {
    isDone = await work(assignment);
  } catch (error) {
    // No place, no file any more, no memory: the one that started this worker finds that out by
    // itself.
    const isKnown = error instanceof HandleError ||
      error instanceof SnapshotError || error instanceof MapFullError;
    if (!isKnown) throw error;
  }
  parentPort!.postMessage(isDone);
}

async function work(
  { handle, path, check, share, loaded }: BulkLoadAssignment,
): Promise<boolean> {
  const attachment = attach(handle);
  try {
    using file = FileReader.open(path);
    if (file.footer.check !== check) return false; // another file took its name
    // The one that started this worker makes the table for all entries.
    const loader = new BulkLoader(attachment, 0, false);
    try {
      await loadShare(loader, file, share, () => {
        loaded[share.index] = loader.loaded;
      });
    } finally {
      loader.end();
    }
    return true;
  } finally {
    attachment.close();
  }
}
