/**
 * The general help, and what the help of several commands says alike.
 *
 * @module
 */

import type { Command } from "./command.ts";

/** How the command line is called, but for the permissions and what follows. */
export const MODULE = "jsr:@epochmap/epochmap/cli";

/** What every command ends with. */
export const EXIT_CODES = `Exit codes:
  0  fine
  1  the data is bad; the message says where, and what was expected
  2  the command line is wrong, a permission is missing, or a file cannot be
     read or written
`;

/** What `--help` prints without a command. */
export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) =>
    `  ${name.padEnd(width)}  ${summary}`
  );
  return `epochmap: looks after the snapshots of shared maps on disk, and serves stores.

Usage: deno run PERMISSIONS ${MODULE} COMMAND ...

Commands:
${list.join("\n")}

A snapshot is a file, NNNNNNNNNNNN.epochmap, that holds a map at one moment, its
epoch: all entries (full), or what changed since another epoch (delta). They lie
in the directory that a program gives to SharedMap.open as persist.directory, or
to writeSnapshot. Only import and serve write there; it is safe to use all others
while the program runs.

COMMAND --help explains a command, with examples and the permissions it needs.
Of those, Deno asks for what is missing, or says so where nobody can answer.

Try:
  deno run ${MODULE} inspect --help
  deno run --allow-read=snapshots ${MODULE} inspect snapshots

${EXIT_CODES}`;
}
