/**
 * From the words of a command line to an exit code.
 *
 * @module
 */

import { wantsHelp } from "./arguments.ts";
import { type Command, FINE } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { UsageError } from "./errors.ts";
import { explain } from "./explain.ts";
import { generalHelp } from "./help.ts";
import type { Streams } from "./streams.ts";

/** Runs a command line; returns the exit code. Throws only if there is a defect. */
export async function run(args: string[], streams: Streams): Promise<number> {
  try {
    const code = await dispatch(args, streams);
    streams.out.flush();
    return code;
  } catch (error) {
    // The reader, as `head` does, has read enough: there is nobody to tell.
    if (error instanceof Deno.errors.BrokenPipe) return FINE;
    const explanation = explain(error);
    if (explanation === undefined) throw error;
    streams.err.line(explanation.line);
    return explanation.code;
  }
}

async function dispatch(args: string[], streams: Streams): Promise<number> {
  const [name, ...rest] = args;
  const command = COMMANDS.find((command) => command.name === name);
  if (command !== undefined && !wantsHelp(rest)) {
    return await command.run(rest, streams);
  }
  streams.out.write(command?.help ?? helpFor(name));
  return FINE;
}

/** The general help, if that is what the first word asks for. */
function helpFor(name: string | undefined): string {
  if (name !== undefined && wantsHelp([name])) return generalHelp(COMMANDS);
  const names = COMMANDS.map(({ name }: Command) => name).join(", ");
  const came = name === undefined ? "nothing" : `"${name}"`;
  throw new UsageError(`Expected a command, one of ${names}: received ${came}`);
}
