/**
 * Reads the words after a command's name. Throws a `UsageError` for what it cannot read.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./errors.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Read<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true }>
>;

/** The options, and the words that belong to none. */
export function readArguments<const T extends Options>(
  args: string[],
  options: T,
): Read<T> {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    if (!isParseError(error)) throw error;
    const [reason] = error.message.split(/\. |\.?\n/);
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(
      `${reason}: expected ${["--help", ...known].join(", ")}`,
      { cause: error },
    );
  }
}

function isParseError(error: unknown): error is Error {
  return error instanceof TypeError &&
    String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
}

/** The only word; `what` says what it stands for. */
export function onlyWord(words: readonly string[], what: string): string {
  if (words.length === 1) return words[0];
  const came = words.length === 0
    ? "nothing"
    : `${words.length} words, "${words[1]}" the second of them`;
  throw new UsageError(`Expected one ${what}: received ${came}`);
}

/** Whether help is asked for. */
export function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  return options.some((word) => word === "--help" || word === "-h");
}
