/**
 * Writes `docs/commands.md` out of the table of commands: `deno task commands`.
 *
 * @module
 */

import type { Command, Group } from "../store/commands/command.ts";
import { COMMANDS } from "../store/commands/table.ts";
import { SERVER_COMMANDS } from "../server/commands/table.ts";
import type {
  ServerCommand,
  ServerGroup,
} from "../server/commands/server_command.ts";

const HERE = import.meta.url;
const ROOT = new URL("../../", HERE);
const TARGET = "docs/commands.md";

/** The groups, in the order in which they are documented, and what they are about. */
const GROUPS: Readonly<Record<Group, string>> = {
  generic: "Keys",
  string: "Strings",
  bitmap: "Bits of strings",
  list: "Lists",
  set: "Sets",
  hash: "Hashes",
  "sorted-set": "Sorted sets",
  hyperloglog: "HyperLogLogs",
  geo: "Places",
  stream: "Streams",
  pubsub: "Messages",
};

/** The same for those that only a server has. */
const SERVER_GROUPS: Readonly<Record<ServerGroup, string>> = {
  connection: "Connections",
  transactions: "Transactions",
  pubsub: "Subscriptions",
  server: "The server",
};

/** What Redis 7.0 has besides, and why it is not here. */
const LEFT_OUT: readonly (readonly [what: string, why: string])[] = [
  [
    "`PFDEBUG`, `PFSELFTEST`",
    "they are about Redis's own HyperLogLogs",
  ],
  [
    "`EVAL…`, `FCALL…`, `FUNCTION`, `SCRIPT`",
    "the program itself is what runs in the process: use `store.transaction`; the server has no Lua yet",
  ],
  [
    "`MOVE`, `SWAPDB`, and `DB` in `COPY`",
    "there is one database; a second store has another name",
  ],
  [
    "`DUMP`, `RESTORE`, `MIGRATE`, `BGREWRITEAOF`, `REPLICAOF`, `SYNC`, `PSYNC`, `FAILOVER`, `CLUSTER`, `READONLY`, `READWRITE`, `ASKING`",
    "they move data between servers: `persist` keeps a store on disk, and workers share one memory",
  ],
  [
    "`ACL`, but for `WHOAMI` and `USERS`",
    "a server has one user, and a password",
  ],
  [
    "`CLIENT TRACKING`, `CLIENT CACHING`, `CLIENT TRACKINGINFO`",
    "clients are not told what has changed, and keep nothing",
  ],
  [
    "`LATENCY`",
    "it is not built yet: `SLOWLOG` has the commands that took long",
  ],
  [
    "`LOLWUT`, `MEMORY DOCTOR`, `MODULE LOAD` and its like",
    "they are about Redis itself",
  ],
  [
    "`OBJECT REFCOUNT`",
    "nothing is shared between keys",
  ],
];

const HEAD = `# Commands

What a [\`SharedStore\`](typed_data.md) has of Redis 7.0. Each command is a method
of the same name in lower case, and \`store.call(name, …args)\` calls it with the
arguments of Redis. Errors are worded as in Redis.

Commands in italics wait, those on streams if that is wanted: their methods
return promises then, and called by name they do not wait.

A [server](server.md) has all of them, and [more](#what-a-server-has-besides).

This page is made of the tables that the commands are called by.
`;

/** The page, formatted. */
export async function commandsDocument(): Promise<string> {
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const commands = COMMANDS.filter((command) => command.group === group)
      .toSorted((a, b) => a.name < b.name ? -1 : 1);
    return `## ${title}\n\n${commands.map(lineOf).join("\n")}\n`;
  });
  const left = LEFT_OUT.map(([what, why]) => `- ${what}: ${why}`);
  const count = `There are ${COMMANDS.length} of them.\n`;
  const server = Object.entries(SERVER_GROUPS).map(([group, title]) => {
    const commands = SERVER_COMMANDS.filter((one) => one.group === group)
      .toSorted((a, b) => a.name < b.name ? -1 : 1);
    return `### ${title}\n\n${commands.map(serverLineOf).join("\n")}\n`;
  });
  const end = `## What is left out\n\n${left.join("\n")}\n`;
  return await formatted([
    HEAD,
    count,
    ...sections,
    "## What a server has besides\n",
    ...server,
    end,
  ].join("\n"));
}

function lineOf({ flags, name, summary }: Command): string {
  const shown = flags.includes("blocking") ? `_\`${name}\`_` : `\`${name}\``;
  return `- ${shown}: ${summary}`;
}

function serverLineOf({ name, summary }: ServerCommand): string {
  return `- \`${name}\`: ${summary}`;
}

async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL(TARGET, ROOT), await commandsDocument());
}
