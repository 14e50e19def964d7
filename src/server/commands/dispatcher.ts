/**
 * From the words of a request to the command that they call, and to what comes of it.
 *
 * @module
 */

import type { Command, Run } from "../../store/commands/command.ts";
import { Args } from "../../store/commands/args.ts";
import {
  checkArity,
  COMMANDS,
  failUnknown,
} from "../../store/commands/table.ts";
import { StoreError } from "../../store/errors.ts";
import type { Space } from "../../store/space.ts";
import { wait } from "../blocking.ts";
import type { Client, Queued } from "../client.ts";
import { pauseEnd } from "../pauses.ts";
import { errorOf } from "../refusals.ts";
import type { Settings } from "../settings.ts";
import { NULL_ARRAY, QUEUED, type ServerReply } from "../protocol/reply.ts";
import { digestOf, type RequestParser } from "../protocol/request_parser.ts";
import { DIRECT, type Direct } from "./direct.ts";
import type { Outcome, ServerCommand } from "./server_command.ts";
import { type Shape, SHAPES } from "./shapes.ts";
import { SERVER_COMMANDS } from "./table.ts";

/** A command, and what this worker has counted of it. */
export interface Entry {
  readonly name: string;
  /** The same as it is in errors. */
  readonly lower: string;
  readonly arity: number;
  readonly direct: Direct | undefined;
  readonly shape: Shape | undefined;
  /** One of both. */
  readonly ofStore: Command | undefined;
  readonly ofServer: ServerCommand | undefined;
  /** The next one with the same digest. */
  readonly next: Entry | undefined;
}

const NO_AUTH = "NOAUTH Authentication required.";

/** Commands that a client of RESP2 may use while it is subscribed. */
const WHILE_LISTENING = new Set([
  "PING",
  "PSUBSCRIBE",
  "PUNSUBSCRIBE",
  "QUIT",
  "RESET",
  "SSUBSCRIBE",
  "SUBSCRIBE",
  "SUNSUBSCRIBE",
  "UNSUBSCRIBE",
]);

function tableOfEntries(): ReadonlyMap<number, Entry> {
  const entries = new Map<number, Entry>();
  const add = (
    { arity, name }: Command | ServerCommand,
    ofStore: Command | undefined,
    ofServer: ServerCommand | undefined,
  ) => {
    const digest = digestOf(name);
    entries.set(digest, {
      name,
      lower: name.toLowerCase(),
      arity,
      direct: DIRECT[name],
      shape: SHAPES[name],
      ofStore,
      ofServer,
      next: entries.get(digest),
    });
  };
  // Those of the server come last, and are found first.
  for (const command of COMMANDS) add(command, command, undefined);
  for (const command of SERVER_COMMANDS) add(command, undefined, command);
  return entries;
}

const ENTRIES = tableOfEntries();

/** The command that a request calls; undefined: there is none. The request has words. */
export function entryOf(request: RequestParser): Entry | undefined {
  let entry = ENTRIES.get(request.digest(0));
  while (entry !== undefined && !request.is(0, entry.name)) entry = entry.next;
  return entry;
}

/** What comes of a request; errors are replies. */
export function outcomeOf(
  client: Client,
  entry: Entry | undefined,
  request: RequestParser,
): Outcome {
  try {
    return checkedOutcome(client, entry, request);
  } catch (error) {
    return errorOf(error);
  }
}

/** What comes of a request that may be refused. */
function checkedOutcome(
  client: Client,
  entry: Entry | undefined,
  request: RequestParser,
): Outcome {
  const { queue } = client;
  const words = request.words(1);
  let found: Entry;
  try {
    found = admitted(client, entry, request.word(0), words);
    if (queue !== undefined && !isDoneAtOnce(found)) {
      queue.commands.push(queued(client, found, words));
      return QUEUED;
    }
  } catch (error) {
    if (queue !== undefined) queue.isBroken = true;
    throw error;
  }
  const { settings } = client.serving;
  if (settings.pausedUntil > 0 && waitsInPauses(found, settings)) {
    return pauseEnd(settings).then(() => run(client, found, words));
  }
  return run(client, found, words);
}

/** Whether a command waits while there is a pause: CLIENT does not, as it ends one. */
function waitsInPauses(
  { name, ofServer, ofStore }: Entry,
  { pausesWritesOnly }: Settings,
): boolean {
  if (name === "CLIENT") return false;
  if (!pausesWritesOnly) return true;
  const isWrite = ofStore?.flags.includes("write") ??
    (name === "EXEC" || ofServer?.flags.includes("write") === true);
  return isWrite || name === "PUBLISH" || name === "SPUBLISH";
}

/** Whether a command is not shown to those who monitor: it may have a password in it. */
export function isHidden({ ofServer }: Entry): boolean {
  return ofServer !== undefined &&
    (ofServer.flags.includes("no_auth") || ofServer.flags.includes("admin"));
}

/** The command, if there is one that may be called like this. Throws a `StoreError`. */
function admitted(
  client: Client,
  entry: Entry | undefined,
  name: string,
  words: readonly string[],
): Entry {
  const found = entry ?? failUnknown(name, words);
  checkArity(found, words.length + 1);
  found.ofServer?.does.check?.(words);
  checkAllowed(client, found);
  return found;
}

function isDoneAtOnce({ ofServer }: Entry): boolean {
  return ofServer !== undefined && ofServer.flags.includes("no_multi");
}

/** Throws if a client may not use a command now. */
function checkAllowed(client: Client, { lower, name, ofServer }: Entry): void {
  if (!client.isAuthenticated && !ofServer?.flags.includes("no_auth")) {
    throw new StoreError(NO_AUTH);
  }
  if (client.isListening && !WHILE_LISTENING.has(name)) {
    throw new StoreError(
      `ERR Can't execute '${lower}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
    );
  }
}

function run(client: Client, entry: Entry, words: readonly string[]): Outcome {
  if (entry.ofServer !== undefined) {
    return entry.ofServer.does.run(client, words);
  }
  const parsed = entry.ofStore!.parse(new Args(words));
  if (parsed.waits !== undefined) {
    // Whatever it would have taken: once the time is over, an array is not there.
    return wait(client, parsed).then((reply) =>
      reply === null ? NULL_ARRAY : shaped(client, entry, words, reply)
    );
  }
  return shaped(client, entry, words, parsed(client.serving.space));
}

function shaped(
  { writer: { protocol } }: Client,
  { shape }: Entry,
  words: readonly string[],
  reply: Awaited<ReturnType<Run>>,
): ServerReply {
  return shape === undefined ? reply : shape(reply, words, protocol);
}

/** A command that is run by EXEC. */
function queued(
  client: Client,
  entry: Entry,
  words: readonly string[],
): Queued {
  const { ofServer, ofStore } = entry;
  if (ofServer !== undefined) {
    if (ofServer.flags.includes("pubsub")) {
      throw new StoreError(
        `ERR ${entry.name} is not allowed in a transaction`,
      );
    }
    const after = () =>
      ofServer.does.run(client, words) as ReturnType<Queued["after"]>;
    return { onKeys: undefined, after };
  }
  const runs = (space: Space) =>
    shaped(client, entry, words, ofStore!.parse(new Args(words))(space));
  const isOnKeys = ofStore!.keys[0] > 0 && ofStore!.group !== "pubsub" ||
    ofStore!.flags.includes("movablekeys");
  return {
    onKeys: isOnKeys ? runs : undefined,
    after: () => runs(client.serving.space),
  };
}
