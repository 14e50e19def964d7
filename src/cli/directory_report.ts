/**
 * A directory of epochs, for people and for machines.
 *
 * @module
 */

import {
  type EpochFile,
  listAside,
  listEpochs,
  type SnapshotInfo,
} from "../persist/directory.ts";
import { failure } from "../persist/fs_error.ts";
import {
  findNewest,
  hasVanished,
  type VerifiedEpoch,
} from "../persist/restore.ts";
import { summarizeEpoch } from "../persist/summary.ts";
import {
  drawEntries,
  drawPairs,
  drawSums,
  type EntryFacts,
  entryFacts,
} from "./entries_report.ts";
import { DataError } from "./errors.ts";
import { columns, count, counted, moment, size } from "./figures.ts";
import { kindOf } from "./file_report.ts";
import type { Streams } from "./streams.ts";

/** What a directory holds. */
export interface DirectoryFacts {
  path: string;
  /** Those whose header and footer are whole, newest first. */
  epochs: SnapshotInfo[];
  /**
   * Files that are damaged, or whose base is. Of epochs older than the one restored, only the
   * ends are checked.
   */
  damaged: { path: string; reason: string }[];
  /** Files that were found to be damaged earlier, and renamed by the writer. */
  aside: string[];
  /** What a restore would bring; null: nothing. */
  restored: RestoredFacts | null;
}

/** The state that a restore would bring. */
export interface RestoredFacts extends EntryFacts {
  epoch: number;
  /** The epochs that are read for it, the full one first. */
  chain: number[];
  keyCodec: string;
  valueCodec: string;
  entries: number;
}

/**
 * Reads a directory, and verifies what a restore would take. Throws `SnapshotError` or, if
 * there is no epoch, `DataError`.
 */
export async function inspectDirectory(
  path: string,
  streams: Streams,
): Promise<DirectoryFacts> {
  const damaged = new Map<string, string>();
  const epochs = listEpochs(path, (error) => note(damaged, path, error));
  const aside = listAside(path);
  if (epochs.length === 0 && damaged.size === 0 && aside.length === 0) {
    throw new DataError(
      `Cannot inspect "${path}": it holds no snapshot: name the directory that the program writes into`,
    );
  }
  using progress = streams.progress("verifying");
  const found = await findNewest(
    path,
    { onRecords: progress.onRecords },
    (error) => note(damaged, path, error),
  );
  return {
    path,
    epochs: epochs.map(({ info }: EpochFile) => info),
    damaged: [...damaged].map(([path, reason]) => ({ path, reason })),
    aside,
    restored: found === undefined ? null : inspectState(found, streams),
  };
}

function note(
  damaged: Map<string, string>,
  directory: string,
  error: unknown,
): void {
  const fault = failure("read the snapshot in", directory, error);
  if (!hasVanished(fault)) damaged.set(fault.path ?? directory, fault.reason);
}

function inspectState(found: VerifiedEpoch, streams: Streams): RestoredFacts {
  using epoch = found;
  using progress = streams.progress("reading");
  const { entries, epoch: number } = epoch.info;
  const summary = summarizeEpoch(epoch, (done) => progress.show(done, entries));
  const { keyCodec, valueCodec } = epoch.files[0].header;
  return {
    epoch: number,
    chain: epoch.files.map(({ header }) => header.epoch),
    keyCodec,
    valueCodec,
    entries: summary.entries,
    ...entryFacts(summary),
  };
}

/** The report for people. */
export function drawDirectory(facts: DirectoryFacts): string[] {
  const { aside, damaged, epochs, path, restored } = facts;
  const bytes = epochs.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    `${path}: ${counted(epochs.length, "epoch", "epochs")}, ${size(bytes)}`,
    "",
    ...drawEpochs(epochs, restored?.chain ?? []),
    ...damaged.map(({ path, reason }) => `damaged: ${path}: ${reason}`),
    ...aside.map((path) => `set aside: ${path}: it was damaged`),
    "",
    ...(restored === null
      ? ["A restore finds nothing that is whole."]
      : drawRestored(restored)),
  ];
}

function drawEpochs(
  epochs: readonly SnapshotInfo[],
  chain: readonly number[],
): string[] {
  if (epochs.length === 0) return [];
  const head = ["", "epoch", "kind", "entries", "records", "size", "opened"];
  const rows = epochs.map((info) => [
    markOf(info.epoch, chain),
    String(info.epoch),
    kindOf(info),
    count(info.entries),
    count(info.records),
    size(info.bytes),
    moment(info.time),
  ]);
  const right = [false, true, false, true, true, true, false];
  return columns([head, ...rows], right);
}

function markOf(epoch: number, chain: readonly number[]): string {
  if (epoch === chain.at(-1)) return "*";
  return chain.includes(epoch) ? "+" : "";
}

function drawRestored(restored: RestoredFacts): string[] {
  const { chain, entries, epoch, keyCodec, valueCodec } = restored;
  const [full, ...deltas] = chain;
  const from = deltas.length === 0
    ? ""
    : `, from ${full} and ${counted(deltas.length, "delta", "deltas")}`;
  return [
    `A restore takes epoch ${epoch}${from}:`,
    ...drawPairs([
      ["codecs", `"${keyCodec}" for keys, "${valueCodec}" for values`],
      ["entries", count(entries)],
      ...drawSums(restored),
    ]),
    ...drawEntries(restored),
  ];
}
