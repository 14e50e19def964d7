/**
 * `CLIENT`: about this client, and all others.
 *
 * @module
 */

import { OK } from "../../store/commands/reply.ts";
import { fail, NOT_AN_INTEGER, SYNTAX } from "../../store/errors.ts";
import { parseInteger } from "../../store/numbers.ts";
import { timers } from "../../timers.ts";
import type { Client } from "../client.ts";
import type { ClientFilter } from "../peers.ts";
import { type ServerReply, TextReply } from "../protocol/reply.ts";
import { checkName } from "./connections.ts";
import { type ServerCommand, serverCommandsOf } from "./server_command.ts";
import { type Subcommand, subcommands } from "./subcommands.ts";

const NO_SUCH_CLIENT = "ERR No such client";

function idOf(word: string): number {
  const id = parseInteger(word);
  if (typeof id !== "number" || id <= 0) {
    fail("ERR client-id should be greater than 0");
  }
  return id;
}

/** On or off. */
function switchOf(word: string): boolean {
  const upper = word.toUpperCase();
  if (upper !== "ON" && upper !== "OFF") fail(SYNTAX);
  return upper === "ON";
}

function typeOf(word: string): ClientFilter["type"] | "none" {
  switch (word.toLowerCase()) {
    case "normal":
      return "normal";
    case "pubsub":
      return "pubsub";
    case "master":
    case "replica":
    case "slave":
      return "none";
    default:
      return fail(`ERR Unknown client type '${word}'`);
  }
}

async function list(
  { serving: { peers } }: Client,
  words: readonly string[],
): Promise<ServerReply> {
  const option = words[0]?.toUpperCase();
  let type: ReturnType<typeof typeOf>;
  let ids: ReadonlySet<number> | undefined;
  if (option === "TYPE" && words.length === 2) type = typeOf(words[1]);
  else if (option === "ID" && words.length > 1) {
    ids = new Set(
      words.slice(1).map((word) => {
        const id = parseInteger(word);
        return typeof id === "number" && id > 0
          ? id
          : fail("ERR Invalid client ID");
      }),
    );
  } else if (option !== undefined) fail(SYNTAX);
  const clients = (await peers.ask("clients", null)).flat();
  const lines = clients.toSorted((a, b) => a.id - b.id)
    .filter((client) => type === undefined || client.type === type)
    .filter((client) => ids === undefined || ids.has(client.id))
    .map(({ line }) => `${line}\n`);
  return new TextReply(lines.join(""));
}

/** Which clients CLIENT KILL is about, and whether it closes this one, too. */
function killFilterOf(client: Client, words: readonly string[]): ClientFilter {
  const filter: { -readonly [P in keyof ClientFilter]: ClientFilter[P] } = {
    except: client.id,
  };
  for (let at = 0; at < words.length; at += 2) {
    const word = words[at + 1] ?? fail(SYNTAX);
    switch (words[at].toUpperCase()) {
      case "ID":
        filter.id = idOf(word);
        break;
      case "ADDR":
        filter.address = word;
        break;
      case "LADDR":
        filter.localAddress = word;
        break;
      case "TYPE": {
        const type = typeOf(word);
        if (type === "none") filter.id = 0; // nobody
        else filter.type = type;
        break;
      }
      case "USER":
        if (word !== "default") fail(`ERR No such user '${word}'`);
        break;
      case "SKIPME":
        if (/^yes$/i.test(word)) filter.except = client.id;
        else if (/^no$/i.test(word)) filter.except = undefined;
        else fail(SYNTAX);
        break;
      default:
        fail(SYNTAX);
    }
  }
  return filter;
}

async function kill(
  client: Client,
  words: readonly string[],
): Promise<ServerReply> {
  const isOld = words.length === 1;
  const filter: ClientFilter = isOld
    ? { address: words[0] }
    : killFilterOf(client, words);
  // This one is closed after it has been answered.
  const others = { ...filter, except: client.id };
  const counts = await client.serving.peers.ask("kill", others);
  let count = counts.reduce((sum, one) => sum + one, 0);
  if (filter.except === undefined && fits(client, filter)) {
    client.isClosing = true;
    count++;
  }
  if (!isOld) return count;
  return count > 0 ? OK : fail(NO_SUCH_CLIENT);
}

function fits(client: Client, filter: ClientFilter): boolean {
  return (filter.id ?? client.id) === client.id &&
    (filter.address ?? client.address) === client.address &&
    (filter.localAddress ?? client.localAddress) === client.localAddress &&
    (filter.type ?? client.type) === client.type;
}

async function unblock(
  { serving: { peers } }: Client,
  [word, how = "TIMEOUT"]: readonly string[],
): Promise<ServerReply> {
  const id = Number(parseInteger(word) ?? fail(NOT_AN_INTEGER));
  const upper = how.toUpperCase();
  if (upper !== "TIMEOUT" && upper !== "ERROR") {
    fail("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  }
  const answers = await peers.ask("unblock", {
    id,
    how: upper === "ERROR" ? "error" : "timeout",
  });
  return answers.includes(true) ? 1 : 0;
}

async function pause(
  { serving: { peers } }: Client,
  [word, kind = "ALL"]: readonly string[],
): Promise<ServerReply> {
  const ms = parseInteger(word);
  if (typeof ms !== "number") {
    fail("ERR timeout is not an integer or out of range");
  }
  if (ms < 0) fail("ERR timeout is negative");
  const upper = kind.toUpperCase();
  if (upper !== "ALL" && upper !== "WRITE") fail(SYNTAX);
  await peers.ask("set", {
    pausedUntil: timers.now() + ms,
    pausesWritesOnly: upper === "WRITE",
  });
  return OK;
}

function setInfo(
  client: Client,
  [attribute, value]: readonly string[],
): ServerReply {
  const lower = attribute.toLowerCase();
  if (lower !== "lib-name" && lower !== "lib-ver") {
    fail(`ERR Unrecognized option '${attribute}'`);
  }
  checkName(value, lower);
  if (lower === "lib-name") client.library = value;
  else client.libraryVersion = value;
  return OK;
}

function reply(client: Client, [word]: readonly string[]): ServerReply {
  switch (word.toUpperCase()) {
    case "ON":
      client.replies = "on";
      return OK;
    case "OFF":
      client.replies = "off";
      return null; // it is not sent
    case "SKIP":
      if (client.replies === "on") client.replies = "skip-next";
      return null; // likewise
    default:
      return fail(SYNTAX);
  }
}

/** By their names: how many words there are after that, at least and at most. */
const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  CACHING: {
    words: [1, 1],
    run: () =>
      fail(
        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
      ),
  },
  GETNAME: { words: [0, 0], run: ({ name }) => name === "" ? null : name },
  GETREDIR: { words: [0, 0], run: () => -1 },
  ID: { words: [0, 0], run: ({ id }) => id },
  INFO: {
    words: [0, 0],
    run: (client) => new TextReply(`${client.describe()}\n`),
  },
  KILL: { words: [1, Infinity], run: kill },
  LIST: { words: [0, Infinity], run: list },
  // No client is ever sent away for the memory it takes.
  "NO-EVICT": { words: [1, 1], run: (_, [word]) => (switchOf(word), OK) },
  // What counts as a use of a key is the map's, which does not know who asks.
  "NO-TOUCH": { words: [1, 1], run: (_, [word]) => (switchOf(word), OK) },
  PAUSE: { words: [1, 2], run: pause },
  REPLY: { words: [1, 1], run: reply },
  SETINFO: { words: [2, 2], run: setInfo },
  SETNAME: {
    words: [1, 1],
    run: (client, [name]) => {
      checkName(name);
      client.name = name;
      return OK;
    },
  },
  TRACKING: {
    words: [1, Infinity],
    run: (_, [word]) =>
      switchOf(word) ? fail("ERR client tracking is not supported") : OK,
  },
  UNPAUSE: {
    words: [0, 0],
    run: async ({ serving: { peers } }) => {
      await peers.ask("set", { pausedUntil: 0 });
      return OK;
    },
  },
  UNBLOCK: { words: [1, 2], run: unblock },
};

/** The command. */
export const CLIENTS: readonly ServerCommand[] = [
  serverCommandsOf("connection")(
    "CLIENT",
    -2,
    "",
    "Name, number and state of this client; lists, wakes and closes others",
    subcommands("client", SUBCOMMANDS),
  ),
];
