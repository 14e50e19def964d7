/**
 * Commands about the server as a whole.
 *
 * @module
 */

import { OK, Status } from "../../store/commands/reply.ts";
import { fail, SYNTAX } from "../../store/errors.ts";
import type { Client } from "../client.ts";
import { informationOf } from "../information.ts";
import { memoryOf } from "../memory_use.ts";
import { MapReply, type ServerReply, TextReply } from "../protocol/reply.ts";
import { configuration, configure, resetCounters } from "./configuration.ts";
import { type ServerCommand, serverCommandsOf } from "./server_command.ts";
import { subcommands } from "./subcommands.ts";

/** The time, in seconds and microseconds. */
function time(): ServerReply {
  const now = Date.now();
  return [String(Math.floor(now / 1000)), String(now % 1000 * 1000)];
}

/** Has an epoch written, and waits for it. */
async function save({ serving: { saves } }: Client): Promise<ServerReply> {
  const failure = await saves.run();
  return failure === undefined ? OK : fail(`ERR ${failure}`);
}

function bgsave(
  { serving: { saves } }: Client,
  words: readonly string[],
): ServerReply {
  if (words.length > 0 && words[0].toUpperCase() !== "SCHEDULE") fail(SYNTAX);
  if (saves.isSaving) fail("ERR Background save already in progress");
  void saves.run(); // INFO tells what comes of it
  return new Status("Background saving started");
}

function shutdown(client: Client, words: readonly string[]): ServerReply {
  const known = new Set(["NOSAVE", "SAVE", "NOW", "FORCE"]);
  if (!words.every((word) => known.has(word.toUpperCase()))) fail(SYNTAX);
  const { owner, settings } = client.serving;
  if (settings.password === undefined) {
    fail(
      "ERR SHUTDOWN is not allowed on a server without a password: end its process",
    );
  }
  owner.shutdown();
  client.isClosing = true;
  return OK;
}

/** Here there is one process, and no replica: nobody acknowledges anything. */
function wait(_: Client, words: readonly string[]): ServerReply {
  if (!words.every((word) => /^\d+$/.test(word))) {
    fail("ERR value is not an integer or out of range");
  }
  return 0;
}

const memoryStats = (client: Client): ServerReply => {
  const { keys, liveBytes, reservedBytes, usedBytes } = {
    keys: client.serving.space.keyspace.size,
    ...client.serving.store.stats(),
  };
  return MapReply.of({
    "total.allocated": usedBytes,
    "dataset.bytes": liveBytes,
    "keys.count": keys,
    "keys.bytes-per-key": keys === 0 ? 0 : Math.floor(liveBytes / keys),
    "allocator.allocated": usedBytes,
    "allocator.resident": reservedBytes,
  });
};

function memoryUsage(
  { serving: { parts } }: Client,
  [key, option, count]: readonly string[],
): ServerReply {
  // All of it is known, so there is nothing to sample.
  const isRight = option === undefined ||
    option.toUpperCase() === "SAMPLES" && /^\d+$/.test(count ?? "");
  if (!isRight) fail(SYNTAX);
  return memoryOf(parts, key) ?? null;
}

const command = serverCommandsOf("server");

/** Those commands. */
export const SERVERS: readonly ServerCommand[] = [
  command(
    "ACL",
    -2,
    "",
    "WHOAMI, USERS: that there is one user, default",
    subcommands("acl", {
      USERS: { words: [0, 0], run: () => ["default"] },
      WHOAMI: { words: [0, 0], run: () => "default" },
    }),
  ),
  command("BGSAVE", -1, "admin", "Has an epoch written", bgsave),
  command(
    "CONFIG",
    -2,
    "admin",
    "Reads and changes settings",
    subcommands("config", {
      GET: { words: [1, Infinity], run: configuration },
      RESETSTAT: { words: [0, 0], run: resetCounters },
      SET: { words: [2, Infinity], run: configure },
    }),
  ),
  command(
    "DEBUG",
    -2,
    "admin",
    "Is not allowed",
    () => fail("ERR DEBUG command not allowed."),
  ),
  command(
    "INFO",
    -1,
    "",
    "What there is to know of the server, in lines",
    ({ serving }, words) => new TextReply(informationOf(serving, words)),
  ),
  command(
    "LASTSAVE",
    1,
    "fast",
    "When an epoch was last asked for and written, in seconds since 1970",
    ({ serving: { saves } }) => Math.floor(saves.lastSave / 1000),
  ),
  command(
    "MEMORY",
    -2,
    "readonly",
    "STATS: what memory is used for; USAGE: what a key takes",
    subcommands("memory", {
      STATS: { words: [0, 0], run: memoryStats },
      USAGE: { words: [1, 3], run: memoryUsage },
    }),
  ),
  command(
    "MODULE",
    -2,
    "admin",
    "LIST: that there are no modules",
    subcommands("module", { LIST: { words: [0, 0], run: () => [] } }),
  ),
  command(
    "MONITOR",
    1,
    "admin",
    "Has all commands of all clients shown, those with passwords aside",
    (client) => {
      client.monitor();
      return OK;
    },
  ),
  command(
    "ROLE",
    1,
    "fast",
    "That it is no replica",
    () => ["master", 0, []],
  ),
  command("SAVE", 1, "admin", "Has an epoch written, and waits for it", save),
  command(
    "SHUTDOWN",
    -1,
    "admin",
    "Ends the server, after a last epoch; only with a password",
    shutdown,
  ),
  command("TIME", 1, "fast", "The time, in seconds and microseconds", time),
  command("WAIT", 3, "", "How many replicas there are, which is none", wait),
];
