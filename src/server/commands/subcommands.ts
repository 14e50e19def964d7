/**
 * Commands whose first argument says what they do.
 *
 * @module
 */

import { fail } from "../../store/errors.ts";
import type { Client } from "../client.ts";
import type { Does, Outcome } from "./server_command.ts";

/** One of the things that a command does. */
export interface Subcommand {
  /** How many words there are after its name, at least and at most. */
  readonly words: readonly [least: number, most: number];
  readonly run: (client: Client, words: readonly string[]) => Outcome;
}

/** Runs the subcommand that the first word names. */
export function subcommands(
  lower: string,
  all: Readonly<Record<string, Subcommand>>,
): Does {
  const find = ([name, ...words]: readonly string[]): Subcommand => {
    const upper = name.toUpperCase();
    const found = Object.hasOwn(all, upper) ? all[upper] : undefined;
    if (found === undefined) {
      fail(
        `ERR unknown subcommand '${
          name.slice(0, 128)
        }'. Try ${lower.toUpperCase()} HELP.`,
      );
    }
    const [least, most] = found.words;
    if (words.length < least || words.length > most) {
      fail(
        `ERR wrong number of arguments for '${lower}|${name.toLowerCase()}' command`,
      );
    }
    return found;
  };
  return {
    check: find,
    run: (client, words) => find(words).run(client, words.slice(1)),
  };
}
