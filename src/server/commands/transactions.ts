/**
 * Transactions: commands are queued by MULTI, and run at one moment by EXEC.
 *
 * They are a transaction of the map: so if another worker changes what they read, all of them run
 * again, and nobody waits for anybody. Commands about all keys, and those that send messages, are
 * in no transaction of the map: they are run in their places, and the ones before and after them
 * are a transaction each.
 *
 * @module
 */

import { OK } from "../../store/commands/reply.ts";
import { fail } from "../../store/errors.ts";
import type { Client, Queued } from "../client.ts";
import { errorOf } from "../refusals.ts";
import { NULL_ARRAY, type ServerReply } from "../protocol/reply.ts";
import { Watched } from "../watched.ts";
import { type ServerCommand, serverCommandsOf } from "./server_command.ts";

const DISCARDED = "EXECABORT Transaction discarded because of previous errors.";

function multi(client: Client): ServerReply {
  if (client.queue !== undefined) fail("ERR MULTI calls can not be nested");
  client.queue = { commands: [], isBroken: false };
  return OK;
}

function discard(client: Client): ServerReply {
  if (client.queue === undefined) fail("ERR DISCARD without MULTI");
  client.queue = undefined;
  client.watched = undefined;
  return OK;
}

function watch(client: Client, keys: readonly string[]): ServerReply {
  if (client.queue !== undefined) {
    fail("ERR WATCH inside MULTI is not allowed");
  }
  const { parts, space } = client.serving;
  const watched = client.watched ?? new Watched();
  watched.add(parts, space, keys);
  client.watched = watched;
  return OK;
}

function unwatch(client: Client): ServerReply {
  client.watched = undefined;
  return OK;
}

async function exec(client: Client): Promise<ServerReply> {
  const { queue, watched } = client;
  if (queue === undefined) fail("ERR EXEC without MULTI");
  client.queue = undefined;
  client.watched = undefined;
  if (queue.isBroken) fail(DISCARDED);
  const { commands } = queue;
  let at = 0;
  const isOnKeys = () => commands[at]?.onKeys !== undefined;
  const takeOnKeys = () => {
    const from = at;
    while (isOnKeys()) at++;
    return commands.slice(from, at);
  };
  // The watched keys are looked at in the first transaction, be it an empty one.
  const first = runOnKeys(client, takeOnKeys(), watched);
  if (first === undefined) return NULL_ARRAY;
  const replies: ServerReply[] = first;
  while (at < commands.length) {
    if (isOnKeys()) replies.push(...runOnKeys(client, takeOnKeys())!);
    else replies.push(await laterReplyOf(commands[at++].after));
  }
  return replies;
}

/** Runs commands on keys at one moment; undefined: what was watched has changed. */
function runOnKeys(
  { serving: { parts, space } }: Client,
  commands: readonly Queued[],
  watched?: Watched,
): ServerReply[] | undefined {
  if (commands.length <= 1 && watched === undefined) {
    return commands.map(({ onKeys }) => replyOf(() => onKeys!(space)));
  }
  return parts.transactor.run((transaction) => {
    if (watched !== undefined && !watched.areSame(transaction)) {
      return undefined;
    }
    const within = space.within(transaction);
    return commands.map(({ onKeys }) => replyOf(() => onKeys!(within)));
  }, "run a transaction");
}

/** The reply of a command that may take a while. */
async function laterReplyOf(run: Queued["after"]): Promise<ServerReply> {
  try {
    return await run();
  } catch (error) {
    return errorOf(error);
  }
}

/** An error is the reply of that command, and the others are run all the same. */
function replyOf(run: () => ServerReply): ServerReply {
  try {
    return run();
  } catch (error) {
    return errorOf(error);
  }
}

const command = serverCommandsOf("transactions");

/** Those commands. */
export const TRANSACTIONS: readonly ServerCommand[] = [
  command(
    "DISCARD",
    1,
    "fast no_multi",
    "Forgets the commands that are queued",
    discard,
  ),
  command("EXEC", 1, "no_multi", "Runs the commands that are queued", exec),
  command(
    "MULTI",
    1,
    "fast no_multi",
    "Has commands queued, for EXEC to run them at one moment",
    multi,
  ),
  command("UNWATCH", 1, "fast", "Forgets the keys that are watched", unwatch),
  command(
    "WATCH",
    -2,
    "fast no_multi",
    "Has EXEC do nothing if one of the keys changes before",
    watch,
    [1, -1, 1],
  ),
];
