/**
 * `export`: snapshots as lines of JSON.
 *
 * @module
 */

import { EntryCodec } from "../persist/entry_codec.ts";
import { failure } from "../persist/fs_error.ts";
import { mergeOf, type VerifiedEpoch } from "../persist/restore.ts";
import { onlyWord, readArguments } from "./arguments.ts";
import { BAD_DATA, type Command, FINE } from "./command.ts";
import { formatEntry } from "./entry_line.ts";
import { DataError } from "./errors.ts";
import { counted } from "./figures.ts";
import { EXIT_CODES, MODULE } from "./help.ts";
import { openSource } from "./source.ts";
import type { Streams } from "./streams.ts";
import { TextWriter } from "./text_writer.ts";

const HELP =
  `Exports a snapshot as lines of JSON, one entry a line, in no particular order.

Usage: deno run --allow-read=PATH ${MODULE} export PATH [options]

PATH is a directory of snapshots, of which the newest epoch that is whole is
exported, or the file of one. What a delta builds on is read, too, from the
directory of its file, so give permission for that. Everything is verified before
the first line; it takes memory for a block of each file, and the largest entry.

Options:
  --output FILE  write to FILE instead of standard output (needs
                 --allow-write=FILE); what is there is replaced
  -h, --help     print this and end

A line is {"key": …, "value": …}, with "expiresAt" in milliseconds since 1970 if
the entry expires. What JSON lacks is an object with a tag as its only key:

  {"$number": "NaN"}         also "Infinity", "-Infinity" and "-0"
  {"$bigint": "12"}
  {"$bytes": "AQID"}         a Uint8Array, base64
  {"$undefined": true}       inside of arrays and objects
  {"$date": 1700000000000}   null for an invalid one
  {"$regexp": ["a+", "g"]}   source and flags
  {"$map": [[key, value]]}   {"$set": [value]}
  {"$object": {"$x": 1}}     an object that would be taken for a tag
  {"$clone": "EAEA…"}        anything else, cycles too: as a map keeps it, base64

Keys and values of codecs of your own are $bytes; values of the codec "json" are
plain JSON, without tags. So nothing is lost, and import takes it all back.

A large collection of a store is kept in parts, and has no form as a line: it is
left out. How many were is said at the end, and the exit code is 1 then. Restore
the snapshot into a store to get at them.

Examples:
  deno run --allow-read=snapshots ${MODULE} export snapshots
  deno run --allow-read=snapshots --allow-write=entries.jsonl ${MODULE} export snapshots --output entries.jsonl
  deno run --allow-read=snapshots ${MODULE} export snapshots/000000000001.epochmap | head

${EXIT_CODES}`;

export const exportCommand: Command = {
  name: "export",
  summary: "write the entries of a snapshot as lines of JSON",
  help: HELP,
  async run(args, streams) {
    const { positionals, values } = readArguments(args, {
      output: { type: "string" },
    });
    const path = onlyWord(positionals, "file or directory of snapshots");
    using epoch = await openSource(path, streams);
    const { output } = values;
    const leftOut = output === undefined
      ? exportTo(streams.out, epoch, streams)
      : exportToFile(output, epoch, streams);
    sayHowToImport(epoch, leftOut, streams);
    return leftOut === 0 ? FINE : BAD_DATA;
  },
};

/** As `exportTo`. */
function exportToFile(
  path: string,
  epoch: VerifiedEpoch,
  streams: Streams,
): number {
  try {
    using file = Deno.openSync(path, {
      write: true,
      create: true,
      truncate: true,
    });
    return exportTo(new TextWriter(file), epoch, streams);
  } catch (cause) {
    if (cause instanceof DataError) throw cause; // it is about the data
    throw failure("write", path, cause);
  }
}

/** Writes the lines; returns how many entries have no form as one. */
function exportTo(
  out: TextWriter,
  epoch: VerifiedEpoch,
  streams: Streams,
): number {
  const { info, files: [{ header }] } = epoch;
  const codec = new EntryCodec(header);
  // On a terminal that shows the entries, they are progress enough.
  using progress = out.isTerminal ? undefined : streams.progress("exporting");
  const merge = mergeOf(epoch);
  let leftOut = 0;
  for (let entries = 1; merge.next(); entries++) {
    const { at, words } = merge;
    if (merge.hasTrees) {
      leftOut++;
      continue;
    }
    out.line(
      tryToFormat(
        info.path,
        () => formatEntry(codec.decode(words, at), header),
      ),
    );
    progress?.show(entries, info.entries);
  }
  out.flush();
  return leftOut;
}

/**
 * What cannot be decoded was not written by the codec, although every checksum matches; or it
 * is too long for a line.
 */
function tryToFormat(path: string, format: () => string): string {
  try {
    return format();
  } catch (cause) {
    throw new DataError(
      `Cannot export "${path}": an entry has no form in JSON: ${
        (cause as Error).message
      }`,
      { cause },
    );
  }
}

function sayHowToImport(
  { info, files }: VerifiedEpoch,
  leftOut: number,
  streams: Streams,
) {
  const { keyCodec, valueCodec } = files[0].header;
  const entries = counted(info.entries - leftOut, "entry", "entries");
  streams.out.flush();
  if (leftOut > 0) {
    const some = counted(leftOut, "collection", "collections");
    streams.err.line(
      `Left out ${some} of a store, kept in parts: restore the snapshot into a store to read them`,
    );
  }
  streams.err.line(
    `Exported ${entries} of epoch ${info.epoch}; import takes them with --key ${keyCodec} --value ${valueCodec}`,
  );
}
