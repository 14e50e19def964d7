/**
 * A worker that fills in one share of a snapshot, and says whether that is done. If not, the one
 * that asked fills in the share itself, and meets the same difficulty.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { HandleError, MapFullError, SnapshotError } from "../errors.ts";
import { attach } from "../map/attach.ts";
import { FileReader } from "./file_reader.ts";
import { BulkLoader } from "./bulk_load.ts";
import { type BulkLoadAssignment, loadShare } from "./bulk_load_share.ts";

/** Fills the share in, and says so. */
export async function fillIn(assignment: BulkLoadAssignment): Promise<void> {
  let isDone = false;
  try {
    isDone = await work(assignment);
  } catch (error) {
    // No place, no file any more, no memory: all of that the one that asked finds out by itself.
    const isKnown = error instanceof HandleError ||
      error instanceof SnapshotError || error instanceof MapFullError;
    if (!isKnown) throw error;
  }
  parentPort!.postMessage(isDone);
}

async function work(
  { handle, path, check, share, filled }: BulkLoadAssignment,
): Promise<boolean> {
  const attachment = attach(handle);
  try {
    using file = FileReader.open(path);
    if (file.footer.check !== check) return false; // another file took its name
    // The table is made for all entries by the one that asked.
    const loader = new BulkLoader(attachment, 0, false);
    try {
      await loadShare(loader, file, share, () => {
        filled[share.index] = loader.filled;
      });
    } finally {
      loader.end();
    }
    return true;
  } finally {
    attachment.close();
  }
}
