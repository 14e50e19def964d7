/**
 * The table of commands: what is dispatched, documented, and called by the methods of a store.
 *
 * @module
 */

import { fail } from "../errors.ts";
import { Args } from "./args.ts";
import { BITFIELDS } from "./bitfields.ts";
import { BITMAPS } from "./bitmaps.ts";
import type { Command, Run } from "./command.ts";
import { GEO } from "./geo.ts";
import { HASHES } from "./hashes.ts";
import { HYPERLOGLOGS } from "./hyperloglogs.ts";
import { KEYS } from "./keys.ts";
import { LCS } from "./lcs.ts";
import { LISTS } from "./lists.ts";
import { PUBSUB } from "./pubsub.ts";
import { SCORE_ALGEBRA } from "./score_algebra.ts";
import { SETS } from "./sets.ts";
import { SORTED_SETS } from "./sorted_sets.ts";
import { SORTING } from "./sorting.ts";
import { STREAM_GROUPS } from "./stream_groups.ts";
import { STREAM_INFO } from "./stream_info.ts";
import { STREAMS } from "./streams.ts";
import { STRINGS } from "./strings.ts";

/** All commands, group by group. */
export const COMMANDS: readonly Command[] = [
  ...STRINGS,
  ...LCS,
  ...BITMAPS,
  ...BITFIELDS,
  ...KEYS,
  ...SORTING,
  ...LISTS,
  ...SETS,
  ...HASHES,
  ...SORTED_SETS,
  ...SCORE_ALGEBRA,
  ...STREAMS,
  ...STREAM_GROUPS,
  ...STREAM_INFO,
  ...HYPERLOGLOGS,
  ...GEO,
  ...PUBSUB,
];

const BY_NAME: ReadonlyMap<string, Command> = new Map(
  COMMANDS.map((command) => [command.name, command]),
);

/**
 * Parses the words of a command.
 *
 * @param name Its name, in upper or lower case.
 * @param words Its arguments.
 * @returns What runs it. Throws a `StoreError`.
 */
export function parseCommand(name: string, words: readonly string[]): Run {
  const command = BY_NAME.get(name) ?? BY_NAME.get(name.toUpperCase()) ??
    failUnknown(name, words);
  checkArity(command, words.length + 1);
  return command.parse(new Args(words));
}

/** Fails if a command has another number of words, with its name. */
export function checkArity(
  { arity, name }: Pick<Command, "arity" | "name">,
  count: number,
): void {
  if (arity < 0 ? count < -arity : count !== arity) {
    fail(
      `ERR wrong number of arguments for '${name.toLowerCase()}' command`,
    );
  }
}

/** The most characters of a name, and of each argument, in an error. */
const MOST_SHOWN = 128;

/** Fails, as there is no such command. */
export function failUnknown(name: string, words: readonly string[]): never {
  let shown = "";
  for (const word of words) {
    if (shown.length >= MOST_SHOWN) break;
    shown += `'${word.slice(0, MOST_SHOWN - shown.length)}' `;
  }
  fail(
    `ERR unknown command '${
      name.slice(0, MOST_SHOWN)
    }', with args beginning with: ${shown}`,
  );
}
