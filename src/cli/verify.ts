/**
 * `verify`: whether snapshots are whole.
 *
 * @module
 */

import { audit, type Verdict } from "../persist/audit.ts";
import {
  isDirectory,
  listAside,
  type SnapshotInfo,
} from "../persist/directory.ts";
import { verifyFile } from "../persist/verify.ts";
import { onlyWord, readArguments } from "./arguments.ts";
import { BAD_DATA, type Command, FINE } from "./command.ts";
import { DataError } from "./errors.ts";
import { counted, size } from "./figures.ts";
import { kindOf } from "./file_report.ts";
import { EXIT_CODES, MODULE } from "./help.ts";
import type { Streams } from "./streams.ts";

const HELP = `Verifies snapshots: reads every byte and checks it.

Usage: deno run --allow-read=PATH ${MODULE} verify PATH

PATH is a directory of snapshots, or the file of one. For each file there is a
line, "ok" or "BAD" with what is wrong and where. In a directory, a delta is good
only if what it builds on is good; of a single file nothing else is looked at.
A directory without a snapshot is bad: a backup that is empty is none.

A damaged file does no harm: a restore passes over it for the newest epoch that
is whole, and whoever writes there sets it aside, under a name that ends in
.damaged: there is a line "old" for it then, and it does not count. Remove it, or
bring the epoch back from a copy.

Examples:
  deno run --allow-read=snapshots ${MODULE} verify snapshots
  deno run --allow-read=snapshots ${MODULE} verify snapshots/000000000001.epochmap

${EXIT_CODES}`;

export const verifyCommand: Command = {
  name: "verify",
  summary: "check every byte of a snapshot, or of all in a directory",
  help: HELP,
  async run(args, streams) {
    const { positionals } = readArguments(args, {});
    const path = onlyWord(positionals, "file or directory of snapshots");
    return isDirectory(path)
      ? await verifyDirectory(path, streams)
      : await verifyOne(path, streams);
  },
};

async function verifyOne(path: string, streams: Streams): Promise<number> {
  using progress = streams.progress("verifying");
  const info = await verifyFile(path, progress.onRecords);
  progress.clear();
  streams.out.line(okLine(info));
  return FINE;
}

async function verifyDirectory(
  directory: string,
  streams: Streams,
): Promise<number> {
  let files = 0;
  let bad = 0;
  using progress = streams.progress("verifying");
  for await (const verdict of audit(directory, progress.onRecords)) {
    files++;
    if (verdict.error !== undefined) bad++;
    progress.clear();
    streams.out.line(lineOf(verdict));
    streams.out.flush();
  }
  if (files === 0) {
    throw new DataError(
      `Cannot verify "${directory}": it holds no snapshot: name the directory that the program writes into`,
    );
  }
  for (const path of listAside(directory)) {
    streams.out.line(`old  ${path}  was damaged, and set aside`);
  }
  streams.out.line(
    `${counted(files, "file", "files")}: ${files - bad} ok, ${bad} bad`,
  );
  return bad > 0 ? BAD_DATA : FINE;
}

function lineOf({ path, info, error }: Verdict): string {
  if (error !== undefined) return `BAD  ${path}  ${faultOf(error)}`;
  return okLine(info!);
}

function faultOf(
  { offset, reason }: { offset: number | undefined; reason: string },
): string {
  return offset === undefined ? reason : `at byte ${offset}: ${reason}`;
}

function okLine(info: SnapshotInfo): string {
  const { bytes, entries, epoch, path } = info;
  return `ok   ${path}  epoch ${epoch}, ${kindOf(info)}, ${
    counted(entries, "entry", "entries")
  }, ${size(bytes)}`;
}
