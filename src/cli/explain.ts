/**
 * From an error to the line that a person reads, and the exit code.
 *
 * @module
 */

import { SnapshotError } from "../errors.ts";
import { BAD_DATA, WRONG_USAGE } from "./command.ts";
import { DataError, UsageError } from "./errors.ts";

/** One line, and how the program ends. */
export interface Explanation {
  line: string;
  code: number;
}

/** What to say of an error; undefined: it is a defect, and its stack should be seen. */
export function explain(error: unknown): Explanation | undefined {
  if (error instanceof UsageError) {
    return { line: `${error.message}. See --help.`, code: WRONG_USAGE };
  }
  if (error instanceof DataError) {
    return { line: error.message, code: BAD_DATA };
  }
  if (!(error instanceof SnapshotError)) return undefined;
  if (error.cause instanceof Deno.errors.NotCapable) {
    return { line: flagFor(error, error.cause.message), code: WRONG_USAGE };
  }
  // What is wrong with the contents of a file has a place in it.
  const isDamage = error.offset !== undefined;
  return { line: error.message, code: isDamage ? BAD_DATA : WRONG_USAGE };
}

/** The permission that was missing, as the flag that gives it. */
function flagFor({ path }: SnapshotError, message: string): string {
  const [, access] = /Requires (\w+) access/.exec(message) ?? [];
  const flag = quoted(`--allow-${access}=${path}`);
  return `Deno was not given the permission to ${access} "${path}": add ${flag} behind "deno run"`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:\\=,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
