/**
 * Restoring: the newest epoch that verifies goes into a map.
 *
 * Everything is verified before the first entry is written: the file of the epoch and, if it is a
 * delta, all that it builds on. If one of them is damaged or missing, the next older epoch is
 * tried, and the one that was skipped is reported. A file that cannot be read, or is not
 * understood, is an error: it may be the newest state, and a map restored from an older one would
 * go on from there. Files that were verified are read a second time; they are kept open meanwhile,
 * and checked again.
 *
 * @module
 */

import { dirname } from "node:path";
import { MapFullError, SnapshotError } from "../errors.ts";
import type { Attachment } from "../map/attachment.ts";
import {
  chainOf,
  checkCodecs,
  describe,
  type EpochFile,
  listEpochs,
  type SnapshotInfo,
} from "./directory.ts";
import { damage, DamageError, failure } from "./fs_error.ts";
import { FileReader } from "./file_reader.ts";
import { BulkLoader } from "./bulk_load.ts";
import { loadShare } from "./bulk_load_share.ts";
import { BulkLoadCrew, suitableShares } from "./bulk_load_crew.ts";
import type { CodecNames } from "./header.ts";
import { Merge } from "./merge.ts";
import { loadOf, restoreTooLarge } from "./need.ts";
import { NO_SINK } from "./node_walk.ts";
import type { RecordScale } from "./record_scale.ts";
import { TimeSlices } from "../map/time_slices.ts";
import { type OnRecords, verify } from "./verify.ts";

/** Records between two readings of the clock. */
const RECORDS_PER_LOOK = 1024;

/** How often the directory is read, if files vanish from it meanwhile. */
const MOST_ATTEMPTS = 8;

/** An epoch that was skipped, and why. */
export interface RejectedSnapshot {
  /** The file that is damaged or missing something. */
  path: string;
  /** What is wrong with it. */
  reason: string;
}

/** A verified chain of epochs, open for reading. */
export class VerifiedEpoch implements Disposable {
  readonly info: SnapshotInfo;
  /** The full epoch first. */
  readonly files: readonly FileReader[];

  constructor(info: SnapshotInfo, files: readonly FileReader[]) {
    this.info = info;
    this.files = files;
  }

  /** The hash seed of the map that was dumped. */
  get seed(): readonly [number, number] {
    return this.files[0].header.seed;
  }

  [Symbol.dispose](): void {
    for (const file of this.files) file.close();
  }
}

/** What an epoch must be, and what to call with the progress of its verification. */
interface Wanted {
  /** Its codecs; undefined: any. */
  codecs?: CodecNames;
  onRecords?: OnRecords;
}

/**
 * Finds the newest epoch that verifies; undefined if there is none. Throws `SnapshotError` if the
 * directory or a file in it cannot be read, if an epoch is of a map with other codecs, or if a file
 * is from a newer version.
 */
export async function findNewest(
  directory: string,
  wanted: Wanted,
  reject: (error: SnapshotError) => void,
): Promise<VerifiedEpoch | undefined> {
  for (let attempt = 1;; attempt++) {
    const rejected: SnapshotError[] = [];
    const found = await look(
      directory,
      wanted,
      (error) => rejected.push(error),
    );
    // A writer may remove old epochs meanwhile; then there are new ones.
    if (attempt < MOST_ATTEMPTS && rejected.some(hasVanished)) {
      found?.[Symbol.dispose]();
      continue;
    }
    rejected.forEach(reject);
    return found;
  }
}

/** Whether a file was there and is gone: that is not damage, as writers remove old epochs. */
export function hasVanished({ cause }: SnapshotError): boolean {
  return cause instanceof Deno.errors.NotFound;
}

/** Whether a file is to be skipped because of an error: it is damaged, or gone. */
function isPassedOver(error: unknown): error is SnapshotError {
  return error instanceof DamageError ||
    error instanceof SnapshotError && hasVanished(error);
}

async function look(
  directory: string,
  wanted: Wanted,
  reject: (error: SnapshotError) => void,
): Promise<VerifiedEpoch | undefined> {
  const passOver = (error: unknown) => {
    if (!isPassedOver(error)) {
      throw failure("read the snapshot in", directory, error);
    }
    reject(error);
  };
  const all = listEpochs(directory, passOver);
  const damaged = new Set<EpochFile>();
  for (const epoch of all) {
    const chain = chainOf(epoch, all);
    if (chain === undefined) {
      reject(withoutBase(epoch));
      continue;
    }
    if (chain.some((file) => damaged.has(file))) continue; // the damaged one was reported
    const found = await openChain(epoch, chain, wanted, (file, error) => {
      passOver(error);
      damaged.add(file);
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is wrong with a delta whose base is not there. */
export function withoutBase({ info }: EpochFile): SnapshotError {
  const reason =
    `epoch ${info.base}, which it builds on, is missing or damaged`;
  return new SnapshotError(
    `Cannot read the snapshot "${info.path}": ${reason}: restore an older epoch, or bring that one back from a copy`,
    { path: info.path, offset: 48, reason },
  );
}

/**
 * Verifies the epoch of one file, and all that it builds on, in the same directory. Throws
 * `SnapshotError` for the first thing that is wrong.
 */
export async function openEpoch(
  path: string,
  wanted: Wanted,
): Promise<VerifiedEpoch> {
  const epoch = describeFile(path);
  const chain = epoch.baseId === undefined
    ? [epoch]
    : chainOf(epoch, listEpochs(dirname(path)));
  if (chain === undefined) throw withoutBase(epoch);
  const found = await openChain(epoch, chain, wanted, (_, error) => {
    throw error;
  });
  return found!;
}

function describeFile(path: string): EpochFile {
  using file = FileReader.open(path);
  return describe(file);
}

async function openChain(
  epoch: EpochFile,
  chain: readonly EpochFile[],
  { codecs, onRecords }: Wanted,
  reject: (file: EpochFile, error: unknown) => void,
): Promise<VerifiedEpoch | undefined> {
  const files: FileReader[] = [];
  const found = new VerifiedEpoch(epoch.info, files);
  let link = epoch;
  let kept = 0;
  try {
    for (link of chain) {
      const file = FileReader.open(link.info.path);
      files.push(file);
      if (codecs !== undefined) checkCodecs(file.header, file.path, codecs);
      kept += await verify(file, onRecords);
      if (files.length > 1) checkEntries(files[files.length - 2], file);
    }
    if (kept > 0) await checkNodes(found);
    return found;
  } catch (error) {
    found[Symbol.dispose]();
    reject(link, error);
    return undefined;
  }
}

/**
 * Checks that a delta names no more entries than there were at the epoch before and are in the
 * delta itself. Throws `SnapshotError`.
 */
function checkEntries({ footer: before }: FileReader, delta: FileReader): void {
  const { deletions, entries, length, records } = delta.footer;
  if (entries <= before.entries + records - deletions) return;
  throw damage(
    delta.path,
    length + 24,
    `${entries} entries after ${before.entries}, of which so many cannot have come`,
  );
}

/**
 * Checks that the nodes which deltas leave out are in the epochs before. Throws `SnapshotError`.
 */
async function checkNodes(epoch: VerifiedEpoch): Promise<void> {
  const merge = mergeOf(epoch);
  const slices = new TimeSlices();
  for (let n = 1; merge.next(); n++) {
    if (merge.hasTrees) merge.readNodes(NO_SINK);
    if (n % RECORDS_PER_LOOK === 0 && slices.isOver) await slices.pause();
  }
}

/** The entries of a verified epoch, from the beginning. */
export function mergeOf({ files }: VerifiedEpoch): Merge {
  for (const file of files) file.rewind();
  return new Merge(files);
}

/**
 * Gives the event loop a turn now and then. Gets the number of entries that others have written.
 */
type Pause = (byOthers: number) => Promise<void>;

/**
 * Writes the entries of a verified epoch into a map; calls back now and then. Throws `MapFullError`
 * if they do not fit.
 *
 * @param exclusive Whether nobody else has the map yet.
 * @param scale Weighs the entries, in a map whose entries are weighed.
 */
export async function loadEpoch(
  attachment: Attachment,
  epoch: VerifiedEpoch,
  exclusive: boolean,
  onSlice: (entries: number) => void,
  scale?: RecordScale<never>,
): Promise<void> {
  const before = loadOf(attachment.segment);
  try {
    await loadAll(attachment, epoch, exclusive, onSlice, scale);
  } catch (error) {
    if (!(error instanceof MapFullError)) throw error;
    throw await restoreTooLarge(attachment, epoch.files, before, error);
  }
}

async function loadAll(
  attachment: Attachment,
  epoch: VerifiedEpoch,
  exclusive: boolean,
  onSlice: (entries: number) => void,
  scale: RecordScale<never> | undefined,
): Promise<void> {
  for (const file of epoch.files) file.rewind();
  const [file] = epoch.files;
  const isChain = epoch.files.length > 1;
  // The function that weighs cannot be shared.
  const isOne = isChain || scale !== undefined;
  const shares = isOne ? 1 : suitableShares(file.footer.records);
  const isAlone = exclusive && shares === 1;
  const { entries } = epoch.info;
  const loader = new BulkLoader(attachment, entries, isAlone, scale);
  const slices = new TimeSlices();
  const pause = async (byOthers: number) => {
    if (!slices.isOver) return;
    onSlice(loader.loaded + byOthers);
    await slices.pause();
    attachment.checkOpen("restore the snapshot");
  };
  try {
    using crew = new BulkLoadCrew(attachment, file, shares);
    if (isChain) await loadChain(loader, epoch.files, pause);
    else await loadFile(loader, file, crew, pause);
  } finally {
    if (attachment.isOpen) {
      loader.end();
      attachment.weightKeeper?.keepAll();
    }
  }
}

/** Loads one file; a large one with several workers. */
async function loadFile(
  loader: BulkLoader,
  file: FileReader,
  crew: BulkLoadCrew,
  pause: Pause,
): Promise<void> {
  const share = (index: number) => ({ index, of: crew.shares });
  const load = (index: number) =>
    loadShare(loader, file, share(index), () => pause(crew.others));
  await load(0);
  for (const index of await crew.unfinished()) {
    file.rewind();
    await load(index);
  }
}

async function loadChain(
  loader: BulkLoader,
  files: readonly FileReader[],
  pause: Pause,
): Promise<void> {
  const merge = new Merge(files);
  for (let n = 1; merge.next(); n++) {
    loader.loadMerged(merge);
    if (n % RECORDS_PER_LOOK === 0) await pause(0);
  }
}
