/**
 * Commands that have others under their name.
 *
 * @module
 */

import { fail } from "../errors.ts";
import type { Args } from "./args.ts";
import type { Run } from "./command.ts";
import { Status } from "./reply.ts";

/** What is under the name of a command. */
export interface Subcommand {
  /** How many words it has, with both names; negative: at least so many. */
  readonly arity: number;
  /** Parses its arguments; is given its name, too, as it was called. */
  readonly parse: (args: Args, given: string) => Run;
}

/** Parses the commands under a name, in lower case; HELP replies some lines. */
export function parseSubcommands(
  name: string,
  subcommands: Readonly<Record<string, Subcommand>>,
  help: readonly string[],
): (args: Args) => Run {
  const lines = help.map((line) => new Status(line));
  const all: Readonly<Record<string, Subcommand>> = {
    ...subcommands,
    HELP: { arity: 2, parse: () => () => lines },
  };
  return (args) => {
    const given = args.next();
    const found = Object.hasOwn(all, given.toUpperCase())
      ? all[given.toUpperCase()]
      : fail(
        `ERR unknown subcommand '${
          given.slice(0, 128)
        }'. Try ${name.toUpperCase()} HELP.`,
      );
    const count = args.left + 2;
    const { arity, parse } = found;
    if (arity < 0 ? count < -arity : count !== arity) {
      fail(
        `ERR wrong number of arguments for '${name}|${given.toLowerCase()}' command`,
      );
    }
    return parse(args, given);
  };
}
