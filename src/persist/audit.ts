/**
 * Auditing a directory: every file with the name of an epoch is read from end to end, and what it
 * builds on is checked, too. A writer may go on meanwhile.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";
import {
  chainOf,
  type EpochFile,
  listEpochs,
  type SnapshotInfo,
} from "./directory.ts";
import { failure } from "./fs_error.ts";
import { hasVanished, withoutBase } from "./restore.ts";
import { type OnRecords, verifyFile } from "./verify.ts";

/** The verdict on one file. */
export interface Verdict {
  path: string;
  /** What the file is, if its header and footer are undamaged. */
  info?: SnapshotInfo;
  /** What is wrong with it; undefined: nothing. */
  error?: SnapshotError | undefined;
}

/**
 * The verdicts on all files of a directory, oldest epoch first. Throws `SnapshotError` if the
 * directory cannot be read.
 */
export async function* audit(
  directory: string,
  onRecords: OnRecords,
): AsyncGenerator<Verdict> {
  const broken: Verdict[] = [];
  const all = listEpochs(directory, (error) => {
    const wrong = failure("read the snapshot in", directory, error);
    if (hasVanished(wrong)) return;
    broken.push({ path: wrong.path ?? directory, error: wrong });
  });
  yield* broken.reverse();
  const good: EpochFile[] = [];
  for (const epoch of all.reverse()) {
    const error = await faultOf(epoch, good, onRecords);
    if (error === undefined) good.push(epoch);
    else if (hasVanished(error)) continue;
    yield { path: epoch.info.path, info: epoch.info, error };
  }
}

/** What is wrong with an epoch; `good` are the epochs before it with which nothing is wrong. */
async function faultOf(
  epoch: EpochFile,
  good: readonly EpochFile[],
  onRecords: OnRecords,
): Promise<SnapshotError | undefined> {
  const { path } = epoch.info;
  try {
    await verifyFile(path, onRecords);
  } catch (error) {
    return failure("read the snapshot", path, error);
  }
  return chainOf(epoch, good) === undefined ? withoutBase(epoch) : undefined;
}
