/**
 * Commands that send messages, and those that ask who is subscribed. To be subscribed is no
 * command: see `pubsub/subscription.ts`.
 *
 * @module
 */

import { fail } from "../errors.ts";
import { channelMatcher, nameOf } from "../pubsub/names.ts";
import type { Args } from "./args.ts";
import { type Command, commandsOf, NO_KEYS, type Run } from "./command.ts";

const pubsub = commandsOf("pubsub");

function publishes(kind: "channel" | "shard"): (args: Args) => Run {
  return (args) => {
    const message = { name: nameOf(kind, args.next()), text: args.next() };
    return ({ publisher }) => publisher.publish(message);
  };
}

/** Each of the subcommands; undefined: it has another number of arguments. */
const QUESTIONS: Readonly<Record<string, (args: Args) => Run | undefined>> = {
  CHANNELS: lists("channel"),
  SHARDCHANNELS: lists("shard"),
  NUMSUB: counts("channel"),
  SHARDNUMSUB: counts("shard"),
  NUMPAT: (args) =>
    args.left === 0 ? ({ publisher }) => publisher.patterns : undefined,
};

function lists(kind: "channel" | "shard"): (args: Args) => Run | undefined {
  return (args) => {
    if (args.left > 1) return undefined;
    const matches = args.left === 1 ? channelMatcher(args.next()) : () => true;
    return ({ publisher }) => publisher.channels(kind).filter(matches);
  };
}

function counts(kind: "channel" | "shard"): (args: Args) => Run {
  return (args) => {
    const channels = args.rest();
    return ({ publisher }) =>
      channels.flatMap((channel) => [
        channel,
        publisher.subscribers(kind, channel),
      ]);
  };
}

function parseQuestion(args: Args): Run {
  const word = args.next();
  const upper = word.toUpperCase();
  const parse = Object.hasOwn(QUESTIONS, upper) ? QUESTIONS[upper] : undefined;
  if (parse === undefined) {
    fail(`ERR unknown subcommand '${word}'. Try PUBSUB HELP.`);
  }
  return parse(args) ??
    fail(
      `ERR wrong number of arguments for 'pubsub|${word.toLowerCase()}' command`,
    );
}

/** Those commands. */
export const PUBSUB: readonly Command[] = [
  pubsub(
    "PUBLISH",
    3,
    "fast",
    NO_KEYS,
    "sends a message to all who are subscribed to a channel",
    publishes("channel"),
  ),
  pubsub(
    "SPUBLISH",
    3,
    "fast",
    [1, 1, 1],
    "sends a message to all who are subscribed to a shard channel",
    publishes("shard"),
  ),
  pubsub(
    "PUBSUB",
    -2,
    "fast",
    NO_KEYS,
    "which channels and patterns there are subscribers for, and how many",
    parseQuestion,
  ),
];
