/**
 * The command XINFO: what there is to know about a stream.
 *
 * @module
 */

import type { Stream } from "../collections.ts";
import type { Entry } from "../entry.ts";
import { fail, NO_SUCH_KEY } from "../errors.ts";
import { narrow } from "../numbers.ts";
import { BLOCK_ENTRIES, firstIdOf, readEntries } from "../stream/entries.ts";
import { type Consumer, Group } from "../stream/groups.ts";
import { formatId, LEAST_ID } from "../stream/id.ts";
import { lagOf } from "../stream/progress.ts";
import { Args } from "./args.ts";
import { type Command, commandsOf, reads, type Run } from "./command.ts";
import type { Reply } from "./reply.ts";
import { Names } from "./stream_groups.ts";
import { parseSubcommands } from "./subcommands.ts";

/** So many are shown of what is in a stream, unless something else is said. */
const MOST_SHOWN = 10;

function neededStream({ stream }: Entry): Stream {
  return stream ?? fail(NO_SUCH_KEY);
}

function orNull(number: bigint | undefined): Reply {
  return number === undefined ? null : narrow(number);
}

/** How many are to be shown of each; undefined: FULL was not said. */
function takeFull(args: Args, given: string): number | undefined {
  const { left } = args;
  if (left === 0) return undefined;
  const failForm = (): never =>
    fail(
      `ERR unknown subcommand or wrong number of arguments for '${given}'. Try XINFO HELP.`,
    );
  if ((left !== 1 && left !== 3) || !args.takes("FULL")) failForm();
  if (left === 1) return MOST_SHOWN;
  if (!args.takes("COUNT")) failForm();
  const count = args.number();
  if (count < 0) return MOST_SHOWN;
  return count === 0 ? Infinity : count;
}

function parseStream(args: Args, given: string): Run {
  const key = args.next();
  const words = args.rest();
  return (space) =>
    space.read(key, (entry) => {
      const stream = neededStream(entry);
      return streamInfo(stream, takeFull(new Args(words), given));
    });
}

function streamInfo(stream: Stream, most: number | undefined): Reply {
  const rest = most === undefined ? ends(stream) : [
    "entries",
    readEntries(stream, [0, stream.length], most),
    "groups",
    Group.all(stream).map((group) => fullGroup(stream, group, most)),
  ];
  return [...headOf(stream), ...rest];
}

function headOf(stream: Stream): Reply[] {
  const { head: { entriesAdded, lastId, maxDeletedId }, length } = stream;
  // As Redis has them where nothing was deleted: nodes of so many entries, below one.
  const blocks = Math.ceil(length / BLOCK_ENTRIES);
  return [
    "length",
    length,
    "radix-tree-keys",
    blocks,
    "radix-tree-nodes",
    blocks + 1,
    "last-generated-id",
    formatId(lastId),
    "max-deleted-entry-id",
    formatId(maxDeletedId),
    "entries-added",
    narrow(entriesAdded),
    "recorded-first-entry-id",
    formatId(firstIdOf(stream)),
  ];
}

function ends(stream: Stream): Reply[] {
  const { length } = stream;
  const [first = null] = readEntries(stream, [0, length], 1);
  const [last = null] = readEntries(stream, [0, length], 1, true);
  return [
    "groups",
    Group.count(stream),
    "first-entry",
    first,
    "last-entry",
    last,
  ];
}

function fullGroup(stream: Stream, group: Group, most: number): Reply {
  const { entriesRead, lastId } = group.progress;
  return [
    "name",
    group.name,
    "last-delivered-id",
    formatId(lastId),
    "entries-read",
    orNull(entriesRead),
    "lag",
    orNull(lagOf(stream, group.progress)),
    "pel-count",
    group.pendingCount,
    "pending",
    pendingOf(group, most, undefined),
    "consumers",
    group.consumers().map((consumer) => fullConsumer(group, consumer, most)),
  ];
}

function fullConsumer(group: Group, consumer: Consumer, most: number): Reply {
  return [
    "name",
    consumer.name,
    "seen-time",
    consumer.seen,
    "pel-count",
    group.pendingCountOf(consumer),
    "pending",
    pendingOf(group, most, consumer),
  ];
}

/** What is pending in a group, with the consumers; or to one of them. */
function pendingOf(
  group: Group,
  most: number,
  consumer: Consumer | undefined,
): Reply {
  const names = new Names(group);
  const found: Reply[] = [];
  for (const pending of group.pendingFrom(LEAST_ID, consumer)) {
    if (found.length === most) break;
    const { count, id, time } = pending;
    const whose = consumer === undefined ? [names.of(pending.consumer)] : [];
    found.push([formatId(id), ...whose, time, count]);
  }
  return found;
}

function parseGroups(): (entry: Entry) => Reply {
  return (entry) => {
    const stream = neededStream(entry);
    return Group.all(stream).map((group) => [
      "name",
      group.name,
      "consumers",
      group.consumerCount,
      "pending",
      group.pendingCount,
      "last-delivered-id",
      formatId(group.progress.lastId),
      "entries-read",
      orNull(group.progress.entriesRead),
      "lag",
      orNull(lagOf(stream, group.progress)),
    ]);
  };
}

function parseConsumers(key: string, name: string): (entry: Entry) => Reply {
  return (entry) => {
    const group = Group.find(neededStream(entry), name) ??
      fail(`NOGROUP No such consumer group '${name}' for key name '${key}'`);
    const now = Date.now();
    return group.consumers().map((consumer) => [
      "name",
      consumer.name,
      "pending",
      group.pendingCountOf(consumer),
      "idle",
      Math.max(0, now - consumer.seen),
    ]);
  };
}

const INFO_HELP = [
  "XINFO <subcommand> [<arg> ...]. Subcommands:",
  "CONSUMERS <key> <group>",
  "    The consumers of a group.",
  "GROUPS <key>",
  "    The groups of a stream.",
  "STREAM <key> [FULL [COUNT <n>]]",
  "    What there is to know about a stream; FULL shows what is in it, too.",
  "HELP",
  "    These lines.",
];

const parseInfo = parseSubcommands("xinfo", {
  CONSUMERS: {
    arity: 4,
    parse(args) {
      const [key, name] = args.many(2);
      const command = parseConsumers(key, name);
      return (space) => space.read(key, command);
    },
  },
  GROUPS: { arity: 3, parse: reads(parseGroups) },
  STREAM: { arity: -3, parse: parseStream },
}, INFO_HELP);

/** This command. */
export const STREAM_INFO: readonly Command[] = [
  commandsOf("stream")(
    "XINFO",
    -2,
    "readonly",
    [2, 2, 1],
    "STREAM, GROUPS, CONSUMERS: what there is to know about a stream",
    parseInfo,
  ),
];
