/**
 * The command line of the demo.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "./usage_error.ts";

export const HELP =
  `All workers build one search index of a text together, in one shared map.
A reader queries it meanwhile, a snapshot is taken in the middle, one worker is
terminated in mid-work. Then all of it is counted again and compared, dumped to
disk, and restored by a new process.

Usage: deno task demo [options] [files or folders...]

Without files it indexes the 117,791 definitions of WordNet 3.1, which an npm
package ships; that takes less than a minute on two cores.

Options:
  --workers N   how many workers build the index, 1 to 64 (default: one for
                each core; at least 2, as one of them is to be terminated)
  --longest N   words in the longest phrase that is indexed, 1 to 5 (default: 3);
                phrases do not cross lines
  -h, --help    print this and end

Examples:
  deno task demo --workers 4 --longest 2
  deno task demo src tests
  deno run --allow-read examples/demo.ts /usr/share/doc

Exit codes: 0 all proofs hold, 1 one fails, 2 the command line is wrong
`;

/** What the command line says. */
export interface Options {
  workers: number;
  longest: number;
  paths: string[];
  help: boolean;
}

const KNOWN = new Set(["_", "help", "h", "workers", "longest"]);
const MAX_WORKERS = 64;
const MAX_LONGEST = 5;

/** Reads the command line; throws a {@linkcode UsageError} that says what to type instead. */
export function readOptions(words: string[]): Options {
  const args = parseArgs(words, {
    alias: { help: "h" },
    boolean: ["help"],
    string: ["workers", "longest", "_"],
  });
  const unknown = Object.keys(args).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) {
    const dashes = unknown.length > 1 ? "--" : "-";
    throw new UsageError(`There is no option ${dashes}${unknown}`);
  }
  const cores = Math.min(navigator.hardwareConcurrency, MAX_WORKERS);
  return {
    workers: wholeNumber("workers", args.workers, MAX_WORKERS) ??
      Math.max(2, cores),
    longest: wholeNumber("longest", args.longest, MAX_LONGEST) ?? 3,
    paths: [...args._],
    help: args.help,
  };
}

function wholeNumber(
  name: string,
  text: string | undefined,
  max: number,
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= 1 && number <= max) return number;
  throw new UsageError(
    `--${name} takes a whole number from 1 to ${max}: received "${text}"`,
  );
}
