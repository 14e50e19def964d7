/**
 * Commands that say what a client is told of: channels, patterns and shard channels.
 *
 * @module
 */

import { subscriptionTo } from "../../store/pubsub/subscription.ts";
import type {
  StoreMessage,
  StoreSubscription,
} from "../../store/pubsub/subscription.ts";
import type { Client } from "../client.ts";
import { PushReply } from "../protocol/reply.ts";
import {
  type Run,
  type ServerCommand,
  serverCommandsOf,
  WRITTEN,
} from "./server_command.ts";

/** Adds a name, or takes one away; returns how many there are. */
type Change = (subscription: StoreSubscription<string>, name: string) => number;
type Names = (subscription: StoreSubscription<string>) => readonly string[];

/** How the subscription of a client is made, which is binary, as all else that it sends. */
function subscriptionOf(client: Client): StoreSubscription<string> {
  if (client.subscription !== undefined) return client.subscription;
  const { parts: { access: { hold } } } = client.serving;
  client.serving.counters.own.subscribers++;
  return client.subscription = subscriptionTo(
    hold,
    (binary) => binary,
    {
      ref: false,
      onMessage: (message) => tell(client, message),
      onEnd: () => cutOff(client),
    },
    () => {},
  );
}

function tell(
  client: Client,
  { channel, kind, message, pattern }: StoreMessage<string>,
): void {
  const { link, serving, writer } = client;
  const items = pattern === undefined
    ? [kind, channel, message]
    : [kind, pattern, channel, message];
  writer.reply(new PushReply(items));
  if (writer.length + link.pending > serving.settings.maxOutputBytes) {
    cutOff(client);
  } else link.flush();
}

/** Closes the connection of a client that does not take what it is told of. */
function cutOff(client: Client): void {
  client.serving.counters.own.cutOff++;
  client.link.close();
}

function adding(kind: string, add: Change): Run {
  return (client, names) => {
    const subscription = subscriptionOf(client);
    for (const name of names) {
      const count = add(subscription, name);
      client.writer.reply(new PushReply([kind, name, count]));
    }
    return WRITTEN;
  };
}

function removing(
  kind: string,
  namesOf: Names,
  remove: Change,
  countOf: (subscription: StoreSubscription<string>) => number,
): Run {
  return (client, names) => {
    const { subscription, writer } = client;
    const all = names.length > 0
      ? names
      : subscription === undefined
      ? []
      : namesOf(subscription);
    for (const name of all) {
      const count = subscription === undefined ? 0 : remove(subscription, name);
      writer.reply(new PushReply([kind, name, count]));
    }
    if (all.length === 0) {
      const count = subscription === undefined ? 0 : countOf(subscription);
      writer.reply(new PushReply([kind, null, count]));
    }
    if (client.subscriptions === 0) client.endSubscription();
    return WRITTEN;
  };
}

// Names are binary strings, and a subscription takes bytes as what they are.
const bytesOf = (name: string) =>
  Uint8Array.from(name, (char) => char.charCodeAt(0));

const ordinary = (subscription: StoreSubscription<string>) =>
  subscription.channels.length + subscription.patterns.length;

const command = serverCommandsOf("pubsub");

/** Those commands. */
export const SUBSCRIPTIONS: readonly ServerCommand[] = [
  command(
    "PSUBSCRIBE",
    -2,
    "pubsub",
    "Has messages sent whose channel fits a pattern",
    adding("psubscribe", (to, name) => to.psubscribe(bytesOf(name))),
  ),
  command(
    "PUNSUBSCRIBE",
    -1,
    "pubsub",
    "Ends what PSUBSCRIBE began",
    removing(
      "punsubscribe",
      (to) => to.patterns,
      (to, name) => to.punsubscribe(bytesOf(name)),
      ordinary,
    ),
  ),
  command(
    "SSUBSCRIBE",
    -2,
    "pubsub",
    "Has messages sent to shard channels",
    adding("ssubscribe", (to, name) => to.ssubscribe(bytesOf(name))),
    [1, -1, 1],
  ),
  command(
    "SUBSCRIBE",
    -2,
    "pubsub",
    "Has messages sent to channels",
    adding("subscribe", (to, name) => to.subscribe(bytesOf(name))),
  ),
  command(
    "SUNSUBSCRIBE",
    -1,
    "pubsub",
    "Ends what SSUBSCRIBE began",
    removing(
      "sunsubscribe",
      (to) => to.shardChannels,
      (to, name) => to.sunsubscribe(bytesOf(name)),
      (to) => to.shardChannels.length,
    ),
    [1, -1, 1],
  ),
  command(
    "UNSUBSCRIBE",
    -1,
    "pubsub",
    "Ends what SUBSCRIBE began",
    removing(
      "unsubscribe",
      (to) => to.channels,
      (to, name) => to.unsubscribe(bytesOf(name)),
      ordinary,
    ),
  ),
];
