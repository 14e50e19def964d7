/**
 * What a command is. To add one, write it in a file of its own and put it into the list in
 * `commands.ts`: the general help, its own help and the exit codes come with that.
 *
 * @module
 */

import type { Streams } from "./streams.ts";

/** All went well, and nothing bad was found. */
export const FINE = 0;
/** The data is bad. */
export const BAD_DATA = 1;
/** The command line is wrong, or cannot be followed here. */
export const WRONG_USAGE = 2;

/** One command. */
export interface Command {
  /** The word that calls it. */
  readonly name: string;
  /** What it does: a line of the general help. */
  readonly summary: string;
  /** What its `--help` prints. */
  readonly help: string;
  /**
   * Runs it with the words after its name; returns the exit code. Throws the errors that
   * `explain.ts` turns into a line.
   */
  run(args: string[], streams: Streams): Promise<number>;
}
