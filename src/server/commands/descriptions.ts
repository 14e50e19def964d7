/**
 * `COMMAND`: what commands there are, for clients that go by it.
 *
 * @module
 */

import type { Command } from "../../store/commands/command.ts";
import { COMMANDS } from "../../store/commands/table.ts";
import { Status } from "../../store/commands/reply.ts";
import { fail, SYNTAX } from "../../store/errors.ts";
import { globMatcher } from "../../store/glob.ts";
import type { Client } from "../client.ts";
import { MapReply, type ServerReply, SetReply } from "../protocol/reply.ts";
import { VERSION } from "../version.ts";
import { type ServerCommand, serverCommandsOf } from "./server_command.ts";
import { subcommands } from "./subcommands.ts";

type Any = Command | ServerCommand;

/** What clients know flags by; ours besides are for the server itself. */
const OWN_FLAGS = new Set(["no_multi"]);

function describe({ arity, flags, group, keys, name }: Any): ServerReply {
  const shown = flags.filter((flag) => !OWN_FLAGS.has(flag));
  return [
    name.toLowerCase(),
    arity,
    new SetReply(shown.map((flag) => new Status(flag))),
    ...keys,
    new SetReply([new Status(`@${group.replace("-", "")}`)]),
    [],
    [],
    [],
  ];
}

function document({ group, summary }: Any): ServerReply {
  return MapReply.of({ summary, since: VERSION, group });
}

/** The keys among the words of a command, where its place in the table says where they are. */
function keysIn({ keys: [first, last, step] }: Any, words: readonly string[]) {
  if (first === 0) fail("ERR The command has no key arguments");
  const end = last < 0 ? words.length + last : last;
  const keys: string[] = [];
  for (let at = first; at <= end; at += step) keys.push(words[at]);
  return keys;
}

/** The command, given those that only a server has. */
export function descriptions(
  others: () => readonly ServerCommand[],
): ServerCommand {
  const all = (): Any[] => [...COMMANDS, ...others()];
  const find = (word: string) =>
    all().find(({ name }) => name === word.toUpperCase());

  const docs = (_: Client, names: readonly string[]) => {
    const wanted = names.length === 0 ? all() : names.map(find);
    return new MapReply(
      wanted.filter((command) => command !== undefined)
        .map((command) => [command.name.toLowerCase(), document(command)]),
    );
  };
  const info = (_: Client, names: readonly string[]): ServerReply => {
    if (names.length === 0) return all().map(describe);
    return names.map((name) => {
      const command = find(name);
      return command === undefined ? null : describe(command);
    });
  };
  const list = (_: Client, words: readonly string[]): ServerReply => {
    const names = all().map(({ name }) => name.toLowerCase());
    if (words.length === 0) return names;
    const [filterBy, kind, pattern] = words.map((word) => word.toUpperCase());
    if (filterBy !== "FILTERBY" || words.length !== 3) fail(SYNTAX);
    if (kind === "MODULE") return [];
    if (kind === "PATTERN") {
      return names.filter(globMatcher(words[2].toLowerCase()));
    }
    if (kind !== "ACLCAT") fail(SYNTAX);
    return all().filter(({ flags, group }) =>
      pattern === group.replace("-", "").toUpperCase() ||
      flags.some((flag) => flag.toUpperCase() === pattern)
    ).map(({ name }) => name.toLowerCase());
  };
  const getKeys = (_: Client, words: readonly string[]): ServerReply =>
    keysIn(find(words[0]) ?? fail("ERR Invalid command specified"), words);

  const does = subcommands("command", {
    COUNT: { words: [0, 0], run: () => all().length },
    DOCS: { words: [0, Infinity], run: docs },
    GETKEYS: { words: [1, Infinity], run: getKeys },
    INFO: { words: [0, Infinity], run: info },
    LIST: { words: [0, 3], run: list },
  });
  return serverCommandsOf("server")(
    "COMMAND",
    -1,
    "",
    "Which commands there are, and what they do",
    {
      check(words) {
        if (words.length > 0) does.check!(words);
      },
      run: (client, words) =>
        words.length === 0 ? info(client, words) : does.run(client, words),
    },
  );
}
