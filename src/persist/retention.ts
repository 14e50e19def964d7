/**
 * Retention: which epochs of a directory are removed.
 *
 * Only epochs that can be restored count: those whose files, with all that they build on, are
 * undamaged down to the last byte. This is known of files that this worker has written or read in
 * full, as long as they have not changed since. Any other file is read and verified before anything
 * is removed because of it. Only when there are as many such epochs as are to be kept, older files
 * that none of them builds on are removed. So what remains can always be restored; and if more is
 * damaged than expected, nothing is removed.
 *
 * Files that turn out to be damaged are set aside. Deltas whose base is missing are kept as long as
 * others of their age: the base may be brought back.
 *
 * @module
 */

import type { SnapshotError } from "../errors.ts";
import {
  chainOf,
  type EpochFile,
  listEpochs,
  type SnapshotInfo,
  tidied,
} from "./directory.ts";
import { DamageError, failure } from "./fs_error.ts";
import { FileReader } from "./file_reader.ts";
import * as files from "./files.ts";
import { TimeSlices } from "../map/time_slices.ts";
import { RecordReader } from "./record_reader.ts";

/**
 * Undamaged files, by their paths, with the fingerprint that they had when they were read or
 * written.
 */
const whole = new Map<string, string>();

/** Says whether all files of a chain are undamaged. */
type Judge = (chain: readonly EpochFile[]) => Promise<boolean>;

/**
 * Removes what the newest `keep` epochs that can be restored do not need, and sets damaged files
 * aside. Throws `SnapshotError`.
 *
 * @param directory The directory.
 * @param keep How many to keep.
 * @param written The newest epoch, which was just written.
 * @param onDamage Called for each file that was set aside.
 */
export async function retain(
  directory: string,
  keep: number,
  written: SnapshotInfo,
  onDamage: (error: SnapshotError) => void,
): Promise<void> {
  note(written.path);
  const all = listEpochs(directory, (error) => moveAway(error, onDamage));
  const seeming = await surplus(all, keep, () => Promise.resolve(true));
  if (seeming.length === 0) return; // so there is no need to read anything
  const broken = new Set<string>();
  const removed = await surplus(all, keep, async (chain) => {
    for (const { info: { path } } of chain) {
      if (broken.has(path)) return false;
      if (await isWhole(path, onDamage)) continue;
      broken.add(path);
      return false;
    }
    return true;
  });
  // Oldest last: if this is interrupted, hardly any delta is left without its base.
  for (const { info } of removed) discard(info.path);
}

/** Epochs that the newest `keep` do not need, newest first; none if there are not as many. */
async function surplus(
  all: readonly EpochFile[],
  keep: number,
  judge: Judge,
): Promise<EpochFile[]> {
  const needed = new Set<EpochFile>();
  let kept = 0;
  for (const [i, epoch] of all.entries()) {
    const chain = chainOf(epoch, all);
    if (chain === undefined || !await judge(chain)) continue;
    for (const file of chain) needed.add(file);
    if (++kept === keep) {
      return all.slice(i + 1).filter((file) => !needed.has(file));
    }
  }
  return [];
}

/** Whether a file is as it was written, down to the last byte. */
async function isWhole(
  path: string,
  onDamage: (error: SnapshotError) => void,
): Promise<boolean> {
  try {
    const fingerprint = files.fingerprintOf(path);
    if (whole.get(path) === fingerprint) return true;
    using file = FileReader.open(path);
    const records = new RecordReader(file);
    const slices = new TimeSlices();
    while (records.next()) if (slices.isOver) await slices.pause();
    whole.set(path, fingerprint);
    return true;
  } catch (error) {
    moveAway(error, onDamage);
    if (error instanceof DamageError) return false;
    throw failure("read the snapshot", path, error);
  }
}

/** Remembers a file that was just written. */
function note(path: string): void {
  try {
    whole.set(path, files.fingerprintOf(path));
  } catch (cause) {
    throw failure("read the snapshot", path, cause);
  }
}

/** Sets a file aside if it is damaged. */
function moveAway(
  error: unknown,
  onDamage: (error: SnapshotError) => void,
): void {
  if (!(error instanceof DamageError)) return;
  whole.delete(error.path!);
  onDamage(tidied(error));
}

function discard(path: string): void {
  whole.delete(path);
  try {
    files.remove(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return;
    throw failure("remove the old snapshot", path, cause);
  }
}
