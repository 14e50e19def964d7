/**
 * A worker that fills in one share of a snapshot, and says whether that is done. If not, the one that asked fills in the share
 * itself, and meets the same difficulty.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { HandleError, MapFullError, SnapshotError } from "../errors.ts";
import { attach } from "../map/attach.ts";
import { FileReader } from "./file_reader.ts";
import { Filler } from "./fill.ts";
import { type FillAssignment, fillShare } from "./fill_share.ts";

/** Fills the share in, and says so. */
export async function fillIn(assignment: FillAssignment): Promise<void> {
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
  { handle, path, check, share, filled }: FillAssignment,
): Promise<boolean> {
  const attachment = attach(handle);
  try {
    using file = FileReader.open(path);
    if (file.footer.check !== check) return false; // another file took its name
    const filler = new Filler(attachment, 0, false); // the table is made for all entries by the one that asked
    try {
      await fillShare(filler, file, share, () => {
        filled[share.index] = filler.filled;
      });
    } finally {
      filler.end();
    }
    return true;
  } finally {
    attachment.close();
  }
}
