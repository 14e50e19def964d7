/**
 * Commands about the connection itself.
 *
 * @module
 */

import { OK, Status } from "../../store/commands/reply.ts";
import { fail, NOT_AN_INTEGER, SYNTAX } from "../../store/errors.ts";
import { parseInteger } from "../../store/numbers.ts";
import type { Client } from "../client.ts";
import { isSamePassword } from "../password.ts";
import { MapReply, type ServerReply } from "../protocol/reply.ts";
import { VERSION } from "../version.ts";
import { type ServerCommand, serverCommandsOf } from "./server_command.ts";

const PONG = new Status("PONG");
const DEFAULT_USER = "default";
const WRONG_PASSWORD =
  "WRONGPASS invalid username-password pair or user is disabled.";

function authenticate(
  client: Client,
  user: string,
  password: string,
): void {
  const { password: wanted } = client.serving.settings;
  const isKnown = user === DEFAULT_USER &&
    (wanted === undefined || isSamePassword(password, wanted));
  if (!isKnown) fail(WRONG_PASSWORD);
  client.isAuthenticated = true;
}

function auth(client: Client, words: readonly string[]): ServerReply {
  if (words.length > 2) fail(SYNTAX);
  const [user, password] = words.length === 2
    ? words
    : [DEFAULT_USER, words[0]];
  if (words.length === 1 && client.serving.settings.password === undefined) {
    fail(
      "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
    );
  }
  authenticate(client, user, password);
  return OK;
}

/** Checks the name of a client. */
export function checkName(name: string, what = "Client names"): void {
  if (/[^!-~]/.test(name)) {
    fail(
      `ERR ${what} cannot contain spaces, newlines or special characters.`,
    );
  }
}

/** What HELLO is to change, once all of it is known to be right. */
interface Greeting {
  protocol: 2 | 3 | undefined;
  login: readonly [user: string, password: string] | undefined;
  name: string | undefined;
}

function greetingOf(words: readonly string[]): Greeting {
  const greeting: Greeting = {
    protocol: undefined,
    login: undefined,
    name: undefined,
  };
  if (words.length === 0) return greeting;
  const version = parseInteger(words[0]) ??
    fail("ERR Protocol version is not an integer or out of range");
  if (version !== 2 && version !== 3) {
    fail("NOPROTO unsupported protocol version");
  }
  greeting.protocol = version;
  for (let at = 1; at < words.length;) {
    const option = words[at].toUpperCase();
    if (option === "AUTH" && at + 2 < words.length) {
      greeting.login = [words[at + 1], words[at + 2]];
      at += 3;
    } else if (option === "SETNAME" && at + 1 < words.length) {
      greeting.name = words[at + 1];
      checkName(greeting.name);
      at += 2;
    } else fail(`ERR Syntax error in HELLO option '${words[at]}'`);
  }
  return greeting;
}

function hello(client: Client, words: readonly string[]): ServerReply {
  const { login, name, protocol } = greetingOf(words);
  if (login !== undefined) authenticate(client, ...login);
  if (!client.isAuthenticated) {
    fail(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
    );
  }
  if (name !== undefined) client.name = name;
  if (protocol !== undefined) client.writer.protocol = protocol;
  return MapReply.of({
    server: "redis",
    version: VERSION,
    proto: client.writer.protocol,
    id: client.id,
    mode: "standalone",
    role: "master",
    modules: [],
  });
}

function ping(client: Client, words: readonly string[]): ServerReply {
  if (words.length > 1) {
    fail("ERR wrong number of arguments for 'ping' command");
  }
  if (client.isListening) return ["pong", words[0] ?? ""];
  return words[0] ?? PONG;
}

function select(_: Client, [index]: readonly string[]): ServerReply {
  const database = parseInteger(index) ?? fail(NOT_AN_INTEGER);
  if (database !== 0) fail("ERR DB index is out of range");
  return OK;
}

function reset(client: Client): ServerReply {
  client.reset();
  return new Status("RESET");
}

function quit(client: Client): ServerReply {
  client.isClosing = true;
  return OK;
}

const command = serverCommandsOf("connection");

/** Those commands. */
export const CONNECTIONS: readonly ServerCommand[] = [
  command(
    "AUTH",
    -2,
    "no_auth fast",
    "Says the password",
    auth,
  ),
  command(
    "ECHO",
    2,
    "fast",
    "Replies what it is given",
    (_, [word]) => word,
  ),
  command(
    "HELLO",
    -1,
    "no_auth fast",
    "Chooses the version of the protocol, and may say password and name",
    hello,
  ),
  command("PING", -1, "fast", "Replies PONG, or what it is given", ping),
  command(
    "QUIT",
    -1,
    "no_auth no_multi fast",
    "Closes the connection after all replies",
    quit,
  ),
  command(
    "RESET",
    1,
    "no_auth no_multi fast",
    "Makes the connection as it was at first",
    reset,
  ),
  command(
    "SELECT",
    2,
    "fast",
    "Chooses the database, of which there is one, 0",
    select,
  ),
];
