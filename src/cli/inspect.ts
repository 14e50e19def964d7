/**
 * `inspect`: what is in snapshots.
 *
 * @module
 */

import { isDirectory } from "../persist/directory.ts";
import { onlyWord, readArguments } from "./arguments.ts";
import { BAD_DATA, type Command, FINE } from "./command.ts";
import { drawDirectory, inspectDirectory } from "./directory_report.ts";
import { drawFile, inspectFile } from "./file_report.ts";
import { EXIT_CODES, MODULE } from "./help.ts";

const HELP = `Shows what is in snapshots.

Usage: deno run --allow-read=PATH ${MODULE} inspect PATH [options]

Of a file: what its header and its footer say (epoch, full or delta, when it was
written, codecs, versions, sizes), and what its entries are like: how many expire,
and a histogram of their sizes, the bytes of key and value together. The whole
file is read and checked for that.

Of a directory: all epochs, newest first, and which of them a restore would take:
the newest that is whole (marked *), with those it builds on (marked +). The
histogram is of the entries that the restore would bring. Files that are damaged
are named, and make the exit code 1; those that the writer set aside, under names
that end in .damaged, are named only.

Options:
  --json      for machines: one object, sizes in bytes, times in milliseconds
              since 1970
  -h, --help  print this and end

Examples:
  deno run --allow-read=snapshots ${MODULE} inspect snapshots
  deno run --allow-read=snapshots ${MODULE} inspect snapshots/000000000001.epochmap
  deno run --allow-read=snapshots ${MODULE} inspect snapshots --json

${EXIT_CODES}`;

export const inspectCommand: Command = {
  name: "inspect",
  summary: "show what is in a snapshot, or in a directory of them",
  help: HELP,
  async run(args, streams) {
    const { positionals, values } = readArguments(args, {
      json: { type: "boolean", default: false },
    });
    const path = onlyWord(positionals, "file or directory of snapshots");
    const print = <T>(facts: T, draw: (facts: T) => string[]) =>
      streams.out.line(
        values.json ? JSON.stringify(facts, null, 2) : draw(facts).join("\n"),
      );
    if (!isDirectory(path)) {
      print(await inspectFile(path, streams), drawFile);
      return FINE;
    }
    const facts = await inspectDirectory(path, streams);
    print(facts, drawDirectory);
    return facts.damaged.length > 0 ? BAD_DATA : FINE;
  },
};
