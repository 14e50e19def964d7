/**
 * `import`: a snapshot from lines of JSON.
 *
 * @module
 */

import { dirname } from "node:path";
import { KEY_CODECS, VALUE_CODECS } from "../map/codecs.ts";
import {
  type Assembled,
  SnapshotBuilder,
  type SnapshotTarget,
} from "../persist/snapshot_builder.ts";
import { epochOf, makeDirectory } from "../persist/directory.ts";
import { failure } from "../persist/fs_error.ts";
import type { Compression } from "../persist/format.ts";
import type { CodecNames } from "../persist/header.ts";
import { onlyWord, readArguments } from "./arguments.ts";
import { type Command, FINE } from "./command.ts";
import { parseEntry } from "./entry_line.ts";
import { DataError, UsageError } from "./errors.ts";
import { count, counted, size } from "./figures.ts";
import { EXIT_CODES, MODULE } from "./help.ts";
import { type Line, readLines } from "./line_reader.ts";
import type { Streams } from "./streams.ts";

const STANDARD_INPUT = "-";
const SUFFIX = ".epochmap";

const HELP =
  `Imports lines of JSON, as export writes them, into a snapshot of its own.

Usage: deno run PERMISSIONS ${MODULE} import FILE --output PATH [options]

FILE has one entry a line, {"key": …, "value": …, "expiresAt": …}; export --help
explains the lines. - stands for standard input. Empty lines are passed over.
Where a key comes again, its last entry counts. What has expired is left out.

The snapshot is a full epoch. SharedMap.open with persist, and restoreSnapshot,
take it from its directory if it is the newest there, into maps with the same
codecs. A program that writes there must have ended: the directory is its own.
Nothing is written before all lines were read and found good, for which the
entries are kept in memory.

Options:
  --output PATH     a directory, made if it is missing, where the snapshot is the
                    next epoch; or a file named by its epoch, of 12 digits, as
                    PATH/000000000001.epochmap, which must not exist yet
  --key CODEC       how keys are encoded: ${
    KEY_CODECS.join(", ")
  }, or the name of
                    a codec of your own (default string)
  --value CODEC     how values are encoded: ${VALUE_CODECS.join(", ")},
                    or the name of a codec of your own (default any)
  --compression C   none or zstd (default none)
  -h, --help        print this and end

It reads and writes in the directory of the snapshot, so give both permissions
for that.

Examples:
  deno run --allow-read=entries.jsonl,restored --allow-write=restored ${MODULE} import entries.jsonl --output restored
  deno run --allow-read=restored --allow-write=restored ${MODULE} import - --output restored < entries.jsonl

${EXIT_CODES}`;

export const importCommand: Command = {
  name: "import",
  summary: "make a snapshot from lines of JSON",
  help: HELP,
  async run(args, streams) {
    const { positionals, values } = readArguments(args, {
      output: { type: "string" },
      key: { type: "string", default: "string" },
      value: { type: "string", default: "any" },
      compression: { type: "string", default: "none" },
    });
    const path = onlyWord(positionals, "file of entries, or -");
    const target = {
      ...targetOf(values.output),
      compression: checkCompression(values.compression),
    };
    const codecs = { keyCodec: values.key, valueCodec: values.value };
    const builder = await build(path, codecs, streams);
    report(await write(builder, target, streams), streams);
    return FINE;
  },
};

/** Where the snapshot goes. */
function targetOf(
  output: string | undefined,
): { directory: string; epoch?: number } {
  if (output === undefined || output === "") {
    throw new UsageError(
      "Expected --output with the directory for the snapshot: received none",
    );
  }
  if (!output.endsWith(SUFFIX)) return { directory: output };
  const epoch = epochOf(output);
  if (epoch !== undefined) return { directory: dirname(output), epoch };
  throw new UsageError(
    `Expected --output with a directory, or a file like 000000000001${SUFFIX}: received "${output}"`,
  );
}

function checkCompression(text: string): Compression {
  if (text === "none" || text === "zstd") return text;
  throw new UsageError(
    `Expected --compression none or zstd: received "${text}"`,
  );
}

/** Reads all entries. */
async function build(
  path: string,
  codecs: CodecNames,
  streams: Streams,
): Promise<SnapshotBuilder> {
  const builder = builderFor(codecs);
  const { bytes, chunks } = await openInput(path);
  using progress = streams.progress("reading");
  try {
    for await (const line of readLines(chunks)) {
      addLine(builder, codecs, line);
      progress.show(line.end, bytes);
    }
    return builder;
  } catch (error) {
    throw explainInput(path, error);
  }
}

function builderFor(codecs: CodecNames): SnapshotBuilder {
  try {
    return new SnapshotBuilder(codecs);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

async function write(
  builder: SnapshotBuilder,
  target: SnapshotTarget,
  streams: Streams,
): Promise<Assembled> {
  using progress = streams.progress("writing");
  makeDirectory(target.directory);
  return await builder.write({
    ...target,
    onProgress: ({ entries, total }) => progress.show(entries, total),
  });
}

interface Input {
  chunks: AsyncIterable<Uint8Array>;
  /** How many there are, if that is known. */
  bytes: number;
}

async function openInput(path: string): Promise<Input> {
  if (path === STANDARD_INPUT) {
    return { chunks: Deno.stdin.readable, bytes: Infinity };
  }
  try {
    const file = await Deno.open(path);
    return { chunks: file.readable, bytes: (await file.stat()).size };
  } catch (cause) {
    throw failure("read", path, cause);
  }
}

function addLine(
  builder: SnapshotBuilder,
  codecs: CodecNames,
  { number, text }: Line,
): void {
  if (text.trim() === "") return;
  try {
    builder.add(parseEntry(text, codecs));
  } catch (cause) {
    throw new DataError(`line ${number}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function explainInput(path: string, error: unknown): Error {
  const name = path === STANDARD_INPUT ? "standard input" : `"${path}"`;
  return error instanceof DataError
    ? new DataError(
      `Cannot import ${name}: ${error.message}: correct the line, or name other codecs with --key and --value`,
      { cause: error },
    )
    : failure("read", path, error);
}

function report(
  { bytes, entries, epoch, expired, path, replaced }: Assembled,
  { out }: Streams,
): void {
  out.line(
    `Imported ${
      counted(entries, "entry", "entries")
    } as epoch ${epoch}: ${path}, ${size(bytes)}`,
  );
  if (expired > 0) {
    out.line(`Left out, as they have expired: ${count(expired)}`);
  }
  if (replaced > 0) {
    out.line(`Left out, as their keys came again: ${count(replaced)}`);
  }
}
