/**
 * Commands about connections and the server: what the table has of each.
 *
 * @module
 */

import type { KeyPlaces } from "../../store/commands/command.ts";
import type { ServerReply } from "../protocol/reply.ts";
import type { Client } from "../client.ts";

/** Where they belong, as Redis groups them. */
export type ServerGroup = "connection" | "server" | "transactions" | "pubsub";

/** What is peculiar to a command, as Redis flags it. */
export type ServerFlag =
  | "fast"
  | "admin"
  | "write"
  | "readonly"
  | "pubsub"
  /** Before the client has said its password, too. */
  | "no_auth"
  /** It is done at once within MULTI, and not queued. */
  | "no_multi";

/** The reply has been written, or there is none. */
export const WRITTEN: unique symbol = Symbol("written");

/** What comes of a command: a reply, at once or later. */
export type Outcome = Now | Promise<Now>;

/** What comes of it at once. */
export type Now = ServerReply | typeof WRITTEN;

/** One command. */
export interface ServerCommand {
  /** Its name, in upper case. */
  readonly name: string;
  /** How many words it has, with its name; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly ServerFlag[];
  readonly keys: KeyPlaces;
  readonly group: ServerGroup;
  /** What it does, in a sentence without an end. */
  readonly summary: string;
  readonly does: Does;
}

/** What a command does. */
export interface Does {
  /** Throws a `StoreError` if it cannot even be queued. */
  readonly check?: (words: readonly string[]) => void;
  /** Does it. Throws a `StoreError`. */
  readonly run: Run;
}

/** Does it, for a client that has sent these words after the name. */
export type Run = (client: Client, words: readonly string[]) => Outcome;

/** Makes commands of one group; the keys are none, unless they are given. */
export function serverCommandsOf(group: ServerGroup): (
  name: string,
  arity: number,
  flags: string,
  summary: string,
  does: Does | Run,
  keys?: KeyPlaces,
) => ServerCommand {
  return (name, arity, flags, summary, does, keys = [0, 0, 0]) => ({
    name,
    arity,
    flags: flags === "" ? [] : flags.split(" ") as ServerFlag[],
    keys,
    group,
    summary,
    does: typeof does === "function" ? { run: does } : does,
  });
}
